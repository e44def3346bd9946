"""The journal of mail, `outbox.jsonl` in the account's folder: what was to leave, and what became of it.

One line of JSON an event, only ever added, each on the disk before anything else happens. A message is
announced (`intent`) before a server hears of it, and noted afterwards: `sent`, `refused` (for good, as it
is), `failed` (may go through another time) or `unclear`. An announcement without a note is unclear too: its
process died in between. A note belongs to the last announcement of its client and period, for the caller
holds the lock of the account's folder.
"""

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from reports import atomic_files
from reports.deliver.record import Entry, digest, instant
from reports.errors import WriteError

FILE_NAME = "outbox.jsonl"
_FIGURES = {
    "totals": "currency documents net tax rounding gross withholding payable open overdue credit".split(),
    "vat": "currency scheme region rate exemption base tax gross credit_notes".split(),
    "vat_rounding": "currency base tax".split(),
    "ageing": "currency bucket amount".split(),
}
"""What a client was told, by its entry: keys that a later version adds change nothing of it."""


class Event(StrEnum):
    """What a line tells of."""

    INTENT = "intent"
    SENT = "sent"
    REFUSED = "refused"
    FAILED = "failed"
    UNCLEAR = "unclear"


@dataclass(frozen=True)
class Letter:
    """One message on its way, of the `period` with this label; `at` is the instant of `event`.

    `sha256` is that of its draft, `figures` that of its figures (`digest_figures`), None in a line of
    an earlier version. `refused`: recipients that the server did not take, where others got it.
    """

    client: int
    period: str
    message_id: str
    recipients: tuple[str, ...]
    sha256: str
    at: dt.datetime
    event: Event = Event.INTENT
    refused: Mapping[str, str] = field(default_factory=dict)
    reason: str | None = None
    figures: str | None = None

    @property
    def is_unclear(self) -> bool:
        """It may have arrived, or not: nobody here knows."""
        return self.event in (Event.INTENT, Event.UNCLEAR)


class Outbox:
    """The journal in `account_folder`. Raises WriteError if a line cannot be read, but for a cut last one."""

    def __init__(self, account_folder: Path) -> None:
        self._path = account_folder / FILE_NAME
        self._letters: dict[tuple[int, str], list[Letter]] = {}
        content = self._content()
        whole, end, rest = content.rpartition(b"\n")
        for number, line in enumerate(whole.splitlines(), start=1):
            if not line.strip():
                continue
            if not (letter := _parse_letter(line)):
                raise WriteError(
                    f"{self._path}: line {number} cannot be read, so nobody knows what was mailed. "
                    "Correct it, or bring the file back from a backup"
                )
            self._take(letter)
        # A line that was cut while it was being written announced nothing; one that lacks but its end did.
        last = _parse_letter(rest)
        if last:
            self._take(last)
        elif _begins_with_object(rest):
            raise WriteError(
                f"{self._path}: its last line has no end, and holds more than the rest of a line that was "
                "cut, so nobody knows what was mailed. Look at the end of it: each line is one object, and "
                "ends with a line feed. Correct it, or bring the file back from a backup"
            )
        self._end_bytes = len(content) if last else len(whole + end)
        self._separator = b"\n" if last else b""

    def last(self, client: int, period: str) -> Letter | None:
        """The last message to `client` for `period` that arrived, or may have; None when none did."""
        letters = self._letters.get((client, period), [])
        arrived = [letter for letter in letters if letter.is_unclear or letter.event is Event.SENT]
        return arrived[-1] if arrived else None

    def announce(self, letter: Letter) -> None:
        """`letter` is about to leave. Raises WriteError; then it must not."""
        self._write(replace(letter, event=Event.INTENT))

    def note(self, letter: Letter) -> None:
        """What became of the letter that was announced last. Raises WriteError; then it is unclear."""
        self._write(letter)

    def _content(self) -> bytes:
        if atomic_files.is_link(self._path):
            raise WriteError(
                f"{self._path}: it is a link, through which nothing is written. Put the file itself there"
            )
        try:
            with atomic_files.open_to_read(self._path) as file:
                return file.read()
        except FileNotFoundError:
            return b""
        except OSError as error:
            raise atomic_files.as_write_error(error, self._path) from error

    def _take(self, letter: Letter) -> None:
        letters = self._letters.setdefault((letter.client, letter.period), [])
        if letter.event is not Event.INTENT and letters and letters[-1].event is Event.INTENT:
            letters.pop()
        letters.append(letter)

    def _write(self, letter: Letter) -> None:
        kept = {name: value for name, value in vars(letter).items() if value not in (None, {})}
        entry = {"at": None, "event": None} | kept | {"at": instant(letter.at)}
        line = json.dumps(entry, ensure_ascii=False, separators=(",", ":"))
        data = self._separator + line.encode("utf-8", "backslashreplace") + b"\n"
        try:
            with self._path.open("r+b" if self._path.exists() else "xb") as file:
                # What a full disk, or a death, left of an earlier line goes.
                file.truncate(self._end_bytes)
                file.seek(self._end_bytes)
                file.write(data)
                atomic_files.sync(file)
        except OSError as error:
            raise atomic_files.as_write_error(error, self._path) from error
        atomic_files.sync_folder(self._path.parent)
        self._end_bytes += len(data)
        self._separator = b""
        self._take(letter)


def _begins_with_object(tail: bytes) -> bool:
    """A whole JSON object stands there, as it never does where a line was cut; an editor may add marks."""
    text = tail.replace(b"\0", b"").decode("utf-8", "ignore").lstrip("\ufeff \t\r")
    try:
        found, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return False
    return isinstance(found, dict)


def _parse_letter(line: bytes) -> Letter | None:
    """The letter of a line; None when it is not one that this version can read."""
    try:
        found: Any = json.loads(line.decode("utf-8-sig"))
        at, event = dt.datetime.fromisoformat(found["at"]), Event(found["event"])
        letter = Letter(**found | {"at": at, "event": event, "recipients": tuple(found["recipients"])})
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    texts = (letter.period, letter.message_id, letter.sha256, letter.figures or "")
    is_one = type(letter.client) is int and all(type(text) is str for text in texts)
    is_one = is_one and isinstance(letter.refused, dict) and isinstance(found["recipients"], list)
    return letter if is_one else None


def digest_figures(entry: Entry) -> str:
    """The sum by which a client's figures are known again, whenever they were made."""
    documents = {"documents_counted": entry["documents_counted"]}
    rows = {
        kind: [{key: row.get(key) for key in keys} for row in entry[kind]] for kind, keys in _FIGURES.items()
    }
    return digest(json.dumps(documents | rows, sort_keys=True).encode())
