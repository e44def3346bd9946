"""Downloads a file that the API names, without the key: the address may be of another host."""

import http.client
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import urllib3

from reports.errors import ConfigError, ReadingError, UnreachableError
from reports.redaction import Redactor
from reports.source.http.rate_limit import Clock
from reports.source.http.response import NO_MORE_TRY
from reports.source.http.transport import Patience, Session, be_patient, find_proxies
from reports.source.http.transport_errors import trouble_of

CHUNK_BYTES = 64 * 1024
CONNECT_SECONDS = 10.0
MOST_BYTES = 4 * 1024**3


def download(
    address: str, *, what: str, seconds: float, redact: Redactor, check: Callable[[], None], clock: Clock
) -> Iterator[bytes]:
    """The bytes of the file at `address`, which is shown nowhere: it lets anybody read the file.

    `what` is what sentences call it; the whole takes `seconds` at most. Raises UnreachableError where another
    try may help, ReadingError where none does.
    """
    try:
        parts = urlsplit(address)
        proxies = find_proxies(f"{parts.scheme}://{parts.netloc}")
        is_address = parts.scheme in ("https", "http") and bool(parts.hostname)
    except (ConfigError, ValueError):
        is_address = False
    if not is_address:
        raise ReadingError(f"{what}: its address is no https address. Try again later")
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
            if status == 408 or status == 429 or status >= 500:
                raise UnreachableError(f"{what}: its address answered {status}. Try again later")
            if status != 200:
                raise ReadingError(f"{what}: its address answered {status}. Try again later")
            size = 0
            for chunk in response.iter_content(CHUNK_BYTES):
                size += len(chunk)
                if size > MOST_BYTES:
                    raise ReadingError(
                        f"{what}: it is larger than {MOST_BYTES // 1024**3} GB. Export it by hand"
                    )
                yield chunk
    except (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError, ValueError) as error:
        if isinstance(error, ValueError) and isinstance(error, OSError) and not proxies:
            # What `requests` says of an address, which was not typed by anybody here.
            raise ReadingError(f"{what}: its address is no https address. Try again later") from None
        trouble = trouble_of(error, redact)
        kind = UnreachableError if trouble.tries > NO_MORE_TRY else ReadingError
        raise kind(f"{what}: {trouble.message}") from None
