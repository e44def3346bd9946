"""Downloads a file that the API names, without the key: the address may be of another host."""

import http.client
from collections.abc import Callable, Iterator
from http import HTTPStatus
from urllib.parse import urlsplit

import requests
import urllib3

from reports.errors import ConfigError, ReadingError, UnreachableError
from reports.redaction import Redactor
from reports.source.http.rate_limit import Clock
from reports.source.http.response import NO_MORE_TRY
from reports.source.http.transport import Patience, Session, be_patient, find_proxies
from reports.source.http.transport_errors import trouble_of

CHUNK_BYTES = 64 * 1024
CONNECT_SECONDS = 10.0
MOST_SECONDS = 10 * 60.0
MOST_BYTES = 4 * 1024**3

_NO_ADDRESS = (
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidSchema,
    requests.exceptions.MissingSchema,
)


def download(
    address: str, *, what: str, seconds: float, redact: Redactor, check: Callable[[], None], clock: Clock
) -> Iterator[bytes]:
    """The bytes of the file at `address`, which is shown nowhere: it lets anybody read the file.

    `what` is what sentences call it; the whole takes `seconds` at most, and MOST_SECONDS. Raises
    UnreachableError where another try may help, ReadingError where none does.
    """
    try:
        parts = urlsplit(address)
        proxies = find_proxies(f"{parts.scheme}://{parts.netloc}")
        is_address = parts.scheme in ("https", "http") and bool(parts.hostname)
    except (ConfigError, ValueError):
        is_address = False
    if not is_address:
        raise ReadingError(f"{what}: its address is no https address. Try again later")
    seconds = min(seconds, MOST_SECONDS)
    timeout = (CONNECT_SECONDS, seconds)
    be_patient(Patience(seconds, check=check, clock=clock))
    try:
        with (
            Session() as session,
            session.get(
                address, stream=True, timeout=timeout, proxies=proxies, allow_redirects=False
            ) as response,
        ):
            status = response.status_code
            if status == 200:
                yield from _read_pieces(response, what)
                return
    except UnreachableError as error:
        # The run's own deadline.
        raise UnreachableError(f"{what}: {error}") from None
    except (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError, ValueError) as error:
        if isinstance(error, _NO_ADDRESS) and not proxies:
            raise ReadingError(f"{what}: its address is no https address. Try again later") from None
        trouble = trouble_of(error, redact)
        kind = UnreachableError if trouble.tries > NO_MORE_TRY else ReadingError
        raise kind(f"{what}: {trouble.reason}") from None
    passes = status in (HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS) or status >= 500
    refusal = UnreachableError if passes else ReadingError
    raise refusal(f"{what}: its address answered {status}. Try again later")


def _read_pieces(response: requests.Response, what: str) -> Iterator[bytes]:
    size = 0
    for chunk in response.iter_content(CHUNK_BYTES):
        size += len(chunk)
        if size > MOST_BYTES:
            raise ReadingError(f"{what}: it is larger than {MOST_BYTES // 1024**3} GB. Export it by hand")
        yield chunk
