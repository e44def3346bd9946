"""The account's SAF-T (PT) file of a month: asked for, fetched, kept, and opened as bytes of XML.

`<source>/saft-2026-10.xml.gz`, gzip, as the service gave it. A person's own file may be plain XML, gzip, or
the zip that portals give, with one XML file in it.
"""

import gzip
import logging
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import IO, TYPE_CHECKING

from reports import atomic_files
from reports.errors import SaftError, UnreachableError
from reports.period import Period

if TYPE_CHECKING:
    from reports.source.http.api import Api

CHUNK_BYTES = 256 * 1024
MOST_BYTES = 16 * 1024**3
FREE_BYTES = 64 * 1024**2
MOST_TIMES = 300
"""How much larger than its packed form an XML file may be, beyond FREE_BYTES: SAF-T files are 20 to 60."""

FIRST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 30.0
"""Between two questions whether the file is ready."""

TRIES = 3
"""To fetch the file: the service has been asked before, and answered."""

END_BYTES = 4096
_BEGIN = re.compile(rb"<([\w.-]+:)?AuditFile[\s>]")
_END = re.compile(rb"</([\w.-]+:)?AuditFile\s*>")
_ZIP, _GZIP = b"PK\x03\x04", b"\x1f\x8b"
_DAMAGES = (
    *(zipfile.BadZipFile, gzip.BadGzipFile, zlib.error, struct.error, EOFError),
    *(NotImplementedError, RuntimeError, ValueError, OverflowError),
)
"""What the modules that unpack raise where a file is no whole one, or is locked with a password."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True)
class SaftFiles:
    """The files of a period, each with the days it has to be of; or a sentence on `why` there are none."""

    files: tuple[tuple[Path, Period], ...] = ()
    why: str | None = None


def path_of(source: Path, month: Period) -> Path:
    """Where the file of a month is kept."""
    return source / f"saft-{month.first:%Y-%m}.xml.gz"


def fetch_saft(api: "Api", *, source: Path, month: Period) -> Path:
    """Asks for the file of a month until it is ready, and keeps it, instead of an earlier one.

    Raises ReadingError, with the service's words, where there is none, UnreachableError (a kind of it) past
    the run's deadline and where no whole file came after so many tries, WriteError.
    """
    target = path_of(source, month)
    came = atomic_files.temporary_name(target)
    try:
        _download(api, came, month)
        with atomic_files.new_file(target) as kept, gzip.GzipFile("", "wb", 6, kept, mtime=0) as packed:
            packed.writelines(read_chunks(came))
    except OSError as error:
        raise atomic_files.as_write_error(error, target) from error
    finally:
        came.unlink(missing_ok=True)
    return target


def _download(api: "Api", came: Path, month: Period) -> None:
    """Each try asks for the address anew, for the last one may have ended meanwhile."""
    what = f"the SAF-T file of {month.label}"
    for attempt in count(1):
        address = _wait_for_address(api, month)
        try:
            with came.open("wb") as file:
                file.writelines(api.download(address, what=what))
            if _is_whole(came):
                return
            raise UnreachableError(f"{what}: what came is no whole SAF-T file. Try again later")
        except UnreachableError as error:
            if attempt == TRIES:
                raise
            _log.info("%s; try %d", error, attempt + 1)
            api.pause(FIRST_PAUSE_SECONDS)


def _wait_for_address(api: "Api", month: Period) -> str:
    pause = FIRST_PAUSE_SECONDS
    while not (address := api.saft_address(year=month.first.year, month=month.first.month)):
        _log.info("the SAF-T file of %s is being made; it is asked for again", month.label)
        api.pause(pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
    return address


def _is_whole(path: Path) -> bool:
    """Whether a file can be unpacked and begins and ends as SAF-T does, in whichever encoding."""
    first = last = b""
    try:
        for chunk in read_chunks(path):
            first = first or chunk
            last = (last + chunk)[-END_BYTES:]
    except SaftError:
        return False
    begin, end = (part.replace(b"\0", b"") for part in (first, last))
    return bool(_BEGIN.search(begin) and _END.search(end))


def read_chunks(path: Path) -> Iterator[bytes]:
    """The XML of a file, a piece at a time. Raises SaftError for what cannot be unpacked, or to no end."""
    try:
        size = path.stat().st_size
        with atomic_files.open_to_read(path) as file:
            start = file.read(4)
            file.seek(0)
            read = 0
            for chunk in _unpack(path, file, start):
                read += len(chunk)
                if read > MOST_BYTES or read > FREE_BYTES + MOST_TIMES * size:
                    raise SaftError(
                        f"{path}: unpacked, it is larger than such a file can be. Export it again"
                    )
                yield chunk
    except FileNotFoundError:
        raise SaftError(f"{path}: there is no such file. Write the path of the SAF-T file") from None
    except _DAMAGES:
        raise SaftError(f"{path}: it cannot be unpacked, or is cut short. Export it again") from None
    except OSError as error:
        raise SaftError(
            f"{path}: it cannot be read ({error.strerror}). Check its path, and who may read it"
        ) from error


def _unpack(path: Path, file: IO[bytes], start: bytes) -> Iterator[bytes]:
    if start == _ZIP:
        with zipfile.ZipFile(file) as folder:
            listed = [one for one in folder.infolist() if one.filename.lower().endswith(".xml")]
            # A Mac packs a second file of marks with each.
            found = [one for one in listed if not one.filename.startswith("__MACOSX/")]
            if len(found) != 1:
                raise SaftError(
                    f"{path}: it holds {len(found)} XML files, and one is wanted. Give the one of the month"
                )
            if found[0].compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                # Others unpack as much at a time as they please.
                raise zipfile.BadZipFile
            with folder.open(found[0]) as member:
                yield from _pieces(member)
    elif start.startswith(_GZIP):
        with gzip.open(file) as member:
            yield from _pieces(member)
    else:
        yield from _pieces(file)


def _pieces(file: IO[bytes] | gzip.GzipFile) -> Iterator[bytes]:
    return iter(lambda: file.read(CHUNK_BYTES), b"")
