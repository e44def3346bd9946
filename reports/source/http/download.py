"""Downloads a file that the API names, without the key: the address may be of another host."""

import http.client
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

import urllib3

from reports.errors import ConfigError, ReadingError
from reports.redaction import Redactor
from reports.source.http.rate_limit import Clock
from reports.source.http.transport import Patience, Session, be_patient, find_proxies
from reports.source.http.transport_errors import trouble_of

CHUNK_BYTES = 64 * 1024
CONNECT_SECONDS = 10.0
MOST_BYTES = 4 * 1024**3


def download(
    address: str, *, what: str, seconds: float, redact: Redactor, check: Callable[[], None], clock: Clock
) -> Iterator[bytes]:
    """The bytes of the file at `address`, which is shown nowhere: it lets anybody read the file.

    `what` is what sentences call it; the whole takes `seconds` at most. Raises ReadingError.
    """
    parts = urlsplit(address)
    origin = f"{parts.scheme}://{parts.netloc}"
    try:
        proxies = find_proxies(origin)
    except (ConfigError, ValueError):
        raise ReadingError(f"{what}: its address is no https address. Try again later") from None
    timeout = (CONNECT_SECONDS, seconds)
    be_patient(Patience(seconds, check=check, clock=clock))
    try:
        with (
            Session() as session,
            session.get(
                address, stream=True, timeout=timeout, proxies=proxies, allow_redirects=False
            ) as response,
        ):
            if response.status_code != 200:
                raise ReadingError(f"{what}: its address answered {response.status_code}. Try again later")
            size = 0
            for chunk in response.iter_content(CHUNK_BYTES):
                size += len(chunk)
                if size > MOST_BYTES:
                    raise ReadingError(f"{what}: it is larger than {MOST_BYTES // 1024**3} GB")
                yield chunk
    except (OSError, http.client.HTTPException, urllib3.exceptions.HTTPError, ValueError) as error:
        raise ReadingError(f"{what}: {trouble_of(error, redact).message}") from None
