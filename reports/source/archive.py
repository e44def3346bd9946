"""The pages of one client as they came, in one file.

`<source>/<client>.jsonl.gz`, and for the account's own lists `<source>/clients.jsonl.gz` and
`<source>/documents.jsonl.gz`: gzip; a header line, then one line per page, the exact text of the body as a
JSON string.

An archive is whole and proven complete, or it is not there. One that is replaced by other pages is kept
beside it as `<client>.20261102T063000Z.jsonl.gz`, by the instant it was read (UTC).
"""

import filecmp
import gzip
import io
import json
import logging
import re
import shutil
import threading
import zlib
from collections.abc import Generator, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import MAXYEAR, MINYEAR, UTC, date, datetime
from enum import StrEnum
from itertools import chain, count, zip_longest
from pathlib import Path
from types import NoneType
from typing import Any, Self, TextIO

from reports import atomic_files
from reports.errors import ReadingError

SCHEMA = 1
ENDING = ".jsonl.gz"
FOLDER_NAME = "source"
PACKING_LEVEL = 3
"""A quarter of the time of zlib's usual 6, for a file larger by an eighth."""

_CURRENT = re.compile(r"([0-9]+)" + re.escape(ENDING))
_READ_AGAIN = "Read the client again, without --offline"
_DAMAGED = (
    *(gzip.BadGzipFile, zlib.error, EOFError),
    *(ValueError, TypeError, KeyError, OverflowError, RecursionError),
)

_KINDS: dict[str, tuple[type, ...]] = {
    "account": (str,),
    "client": (int, NoneType),
    "filters": (dict,),
    "read_at": (str,),
    "pages": (int,),
    "complete": (bool,),
    "client_details": (dict, NoneType),
    "origin": (str, NoneType),
    "taxes": (str, NoneType),
    "as_of": (str, NoneType),
    "listed": (str, NoneType),
}
"""The values of a header, each with its types in JSON. True and False are no numbers."""
_NEWER = dict.fromkeys(("origin", "taxes", "as_of", "listed"))
"""What archives of older versions do not say."""

_log = logging.getLogger(__name__)


class AccountList(StrEnum):
    """A list of the account itself, under the name of its archive."""

    CLIENTS = "clients"
    DOCUMENTS = "documents"


Subject = int | AccountList
"""What an archive holds: a client's documents, by the client's id, or a list of the account."""


@dataclass(frozen=True)
class Header:
    """The first line of an archive. `client` is None for a list of the account, and `listed` says which.

    `read_at` is aware, UTC: when the pages were proven complete. `client_details` is what the API says about
    the client itself, in the form of the room `details`, when that was asked for. `complete` is False for a
    list of clients of which the first page alone was wanted. `origin` is who was asked, `https://host`.
    `taxes` is the answer to `GET /taxes.json` of the same run, None where there was none.
    `as_of` is the day on which the run began, in the business's time zone, as of which open documents age.
    """

    account: str
    client: int | None
    filters: dict[str, list[str]]
    read_at: datetime
    pages: int
    complete: bool
    client_details: dict[str, Any] | None = None
    origin: str | None = None
    taxes: str | None = None
    as_of: date | None = None
    listed: AccountList | None = None

    @property
    def subject(self) -> Subject:
        """What the archive holds; older versions had one list of the account, and did not name it."""
        return self.client if self.client is not None else self.listed or AccountList.CLIENTS


@dataclass(frozen=True)
class Owner:
    """Whose an archive is, and of what. `account` None: whatever account."""

    account: str | None
    subject: Subject

    @property
    def client(self) -> int | None:
        """The client's id; None for a list of the account."""
        return self.subject if isinstance(self.subject, int) else None


class Spool:
    """Pages on their way into an archive, in any order, from any thread; in memory there are only offsets.

    Its file lies in `folder` and disappears when the block ends. Raises WriteError.
    """

    def __init__(self, folder: Path) -> None:
        self._path = atomic_files.temporary_name(folder / "pages")
        self._lock = threading.Lock()
        self._places: dict[int, tuple[int, int]] = {}
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._file = self._path.open("x+b")
        except OSError as error:
            raise atomic_files.as_write_error(error, folder) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        with suppress(OSError):
            self._file.close()
        with suppress(OSError):
            self._path.unlink(missing_ok=True)

    def add(self, page_number: int, body_text: str) -> None:
        """Keeps the body of a page; pages count from 1, each is given once."""
        packed = _pack_line(body_text)
        with self._lock:
            try:
                start = self._file.seek(0, io.SEEK_END)
                self._file.write(packed)
                self._file.flush()
            except OSError as error:
                raise atomic_files.as_write_error(error, self._path.parent) from error
            self._places[page_number] = (start, len(packed))

    def finish(self, header: Header, target: Path, *, others: Sequence["Spool"] = ()) -> None:
        """Writes `header`, the pages in order, and those of `others` behind them, to the disk as `target`.

        An archive that was there is kept under another name when its pages were other ones.
        """
        spools = (self, *others)
        read_at = header.read_at.astimezone(UTC).isoformat().replace("+00:00", "Z")
        as_of = header.as_of and header.as_of.isoformat()
        head = {"schema": SCHEMA, **asdict(header), "read_at": read_at, "as_of": as_of}
        try:
            if target.exists() and not _holds_pages(target, spools):
                _keep(target)
            with atomic_files.new_file(target) as file:
                file.write(_pack_line(head))
                file.writelines(chain.from_iterable(spool.read_packed_pages() for spool in spools))
        except OSError as error:
            raise atomic_files.as_write_error(error, target) from error

    def read_packed_pages(self) -> Iterator[bytes]:
        """The pages in their order."""
        for number in sorted(self._places):
            start, size = self._places[number]
            self._file.seek(start)
            yield self._file.read(size)


def path_of(source_folder: Path, subject: Subject) -> Path:
    """The archive of a client, or of a list of the account."""
    return source_folder / f"{subject}{ENDING}"


def name_owner(subject: Subject) -> str:
    """A client in words, or a list of the account."""
    if isinstance(subject, int):
        return f"client {subject}"
    return "the list of clients" if subject == AccountList.CLIENTS else "the list of documents"


def list_client_ids(source_folder: Path) -> list[int]:
    """The clients that have an archive, in order; those of earlier readings do not count."""
    found = (_CURRENT.fullmatch(path.name) for path in source_folder.glob(f"*{ENDING}"))
    return sorted(int(match[1]) for match in found if match)


def set_aside(archive: Path) -> None:
    """Renames an archive by its instant, so that no run takes it for its own; a damaged one is removed.

    One that is not there is fine. Raises WriteError.
    """
    if not archive.is_file():
        return
    if kept := _choose_kept_name(archive):
        atomic_files.replace(archive, kept)
    else:
        atomic_files.remove_file(archive)


def find_reading(source_folder: Path, owner: Owner, read_at: datetime) -> tuple[Path, Header] | None:
    """The archive that holds the pages as of `read_at`; None where they are not there any more.

    It may be of a later reading: one that found the same pages takes the place of the earlier one.
    """
    found: list[tuple[datetime, Path, Header]] = []
    places = [path_of(source_folder, owner.subject), *source_folder.glob(f"{owner.subject}.*{ENDING}")]
    for path in places:
        with suppress(ReadingError):
            header = read_header(path, owner=owner)
            if header.read_at >= read_at:
                found.append((header.read_at, path, header))
    return min(found)[1:] if found else None


def read_header(path: Path, *, owner: Owner | None = None, may_be_partial: bool = False) -> Header:
    """The first line of an archive.

    Raises ReadingError when there is none, when it is of no use, and when it is not the `owner`'s.
    """
    with _open_lines(path) as lines:
        header = _header(path, lines, may_be_partial=may_be_partial)
    if owner:
        _check_owner(path, header, owner)
    return header


def read_pages(path: Path, *, may_be_partial: bool = False) -> Generator[str, None, None]:
    """The exact text of each page, in order, one in memory at a time.

    Raises ReadingError, at the latest after the last page, when the archive is not whole.
    """
    with _open_lines(path) as lines:
        header = _header(path, lines, may_be_partial=may_be_partial)
        pages = 0
        for line in lines:
            page = json.loads(line)
            if not isinstance(page, str):
                raise TypeError
            pages += 1
            yield page
        if pages != header.pages:
            raise ReadingError(f"{path}: it holds {pages} of {header.pages} pages. {_READ_AGAIN}")


@contextmanager
def _open_lines(path: Path) -> Iterator[TextIO]:
    try:
        with (
            atomic_files.open_to_read(path) as packed,
            gzip.open(packed, "rt", encoding="utf-8", newline="\n") as lines,
        ):
            yield lines
    except FileNotFoundError:
        raise ReadingError(f"{path}: there is no such archive. {_READ_AGAIN}") from None
    except _DAMAGED as error:
        raise ReadingError(
            f"{path}: the archive is damaged ({type(error).__name__}). {_READ_AGAIN}"
        ) from error
    except OSError as error:
        raise ReadingError(f"{path}: the archive cannot be opened (“{error.strerror}”). Check it") from error


def _holds_pages(archive: Path, spools: Iterable[Spool]) -> bool:
    packed = chain.from_iterable(spool.read_packed_pages() for spool in spools)
    ours = (json.loads(gzip.decompress(page)) for page in packed)
    try:
        with closing(read_pages(archive, may_be_partial=True)) as theirs:
            return all(our == their for our, their in zip_longest(ours, theirs))
    except ReadingError:
        return False


def _header(path: Path, lines: TextIO, *, may_be_partial: bool) -> Header:
    """Raises ReadingError for a header that is of no use, and ValueError or its like for a damaged one."""
    raw = json.loads(lines.readline())
    if type(raw["schema"]) is not int or raw["schema"] != SCHEMA:
        raise ReadingError(f"{path}: it was written by another version of this tool. {_READ_AGAIN}")
    raw = _NEWER | raw
    values = {name: raw[name] for name in _KINDS}
    if any(type(values[name]) not in kinds for name, kinds in _KINDS.items()):
        raise TypeError("a value of another type")
    if not all(map(_is_list_of_texts, values["filters"].values())) or values["pages"] < 0:
        raise TypeError("a filter that is no list of texts, or pages below none")
    if not values["complete"] and not may_be_partial:
        raise ReadingError(f"{path}: the reading was not complete. {_READ_AGAIN}")
    read_at = datetime.fromisoformat(values["read_at"])
    if read_at.tzinfo is None or not MINYEAR < read_at.year < MAXYEAR:
        raise ValueError("an instant without a time zone, or at the very end of the calendar")
    as_of = None if values["as_of"] is None else date.fromisoformat(values["as_of"])
    listed = None if values["listed"] is None else AccountList(values["listed"])
    return Header(**values | {"read_at": read_at.astimezone(UTC), "as_of": as_of, "listed": listed})


def _is_list_of_texts(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(text, str) for text in value)


def _check_owner(path: Path, header: Header, owner: Owner) -> None:
    """Raises ReadingError for an archive that is another's, as one is that was copied over it."""
    if owner.account not in (None, header.account):
        raise ReadingError(
            f"{path}: it is an archive of the account {header.account}, not of {owner.account}. "
            f"Move it away. {_READ_AGAIN}"
        )
    if owner.subject != header.subject:
        raise ReadingError(
            f"{path}: it is the archive of {name_owner(header.subject)}, not of {name_owner(owner.subject)}. "
            f"Move it away. {_READ_AGAIN}"
        )


def _pack_line(line: object) -> bytes:
    """One line of JSON as a gzip member of its own, the same bytes on every system and at any time."""
    packed = io.BytesIO()
    with gzip.GzipFile("", "wb", PACKING_LEVEL, packed, mtime=0) as member:
        member.write(json.dumps(line, ensure_ascii=False).encode() + b"\n")
    return packed.getvalue()


def _keep(archive: Path) -> None:
    """Copies an archive to the name of its instant. A copy, so that at no time there is none."""
    kept = _choose_kept_name(archive)
    if kept and not kept.exists():
        with archive.open("rb") as old, atomic_files.new_file(kept) as new:
            shutil.copyfileobj(old, new)


def _choose_kept_name(archive: Path) -> Path | None:
    """Where an archive is kept by its instant: a free name, or that of its copy. None for a damaged one."""
    try:
        read_at = read_header(archive, may_be_partial=True).read_at
    except ReadingError as error:
        _log.warning("%s. It is not kept", str(error).rstrip("."))
        return None
    stem = f"{archive.name.removesuffix(ENDING)}.{read_at:%Y%m%dT%H%M%SZ}"
    marks = chain([""], (f"-{number}" for number in count(2)))
    places = (archive.with_name(f"{stem}{mark}{ENDING}") for mark in marks)
    return next(path for path in places if not path.exists() or filecmp.cmp(archive, path, shallow=False))
