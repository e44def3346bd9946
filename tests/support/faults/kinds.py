"""What a fault is: how a request is answered that it hits, and how the client it hits has to end.

The faults themselves are data, a line each, in the rooms `transport`, `status`, `content`, `paging` and
`values`. Their outcomes are those of the contract: a wrong total, a traceback, an endless run, a half file
or the key in any byte are none of them.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from reports.sandbox.documents import Raw
from reports.sandbox.routes import json_text
from tests.support.scripted_api import HangUpError, reply

FIRST, MIDDLE, LAST, AGAIN, ONLY = "first", "middle", "last", "again", "only"
DOCUMENTS = (FIRST, MIDDLE, LAST, AGAIN, ONLY)
"""Pages of documents: of a client with three, page 1 read again at the end, and of a client with one."""

DETAILS, BALANCE, TAXES, COUNT = "details", "balance", "taxes", "count"
PERIOD = "period"
"""The account's own list of a period's documents."""

SAFT, SAFT_FILE = "saft", "saft file"
"""Where the account's SAF-T file lies, and the file itself."""

LIST, REST_OF_LIST = "list", "rest of list"
EXTRAS = (DETAILS, BALANCE, TAXES, PERIOD)
"""What an account's plan may lack: a client's own page, its balance, the account's taxes and list."""

OPTIONAL = (*EXTRAS, COUNT)
"""What no client fails for: the extras, and the list of clients where it is only counted."""

OF_THE_ACCOUNT = (TAXES, COUNT, PERIOD)
"""Of them, what is asked once a run and for no client."""

WHOLE_LIST = (LIST, REST_OF_LIST)
"""The list of clients where it is read to learn who they are: its first page, and those after."""


PAGED = (*DOCUMENTS, COUNT, PERIOD, *WHOLE_LIST)
"""Where the answer is a page of a list."""


class Outcome(StrEnum):
    """How the client that is hit ends; in all of them but FAIL it is ready and its figures are exact."""

    RECOVER = "recover"
    TOLERATE = "tolerate"
    FLAG = "flag"
    FAIL = "fail"


RECOVER, TOLERATE, FLAG, FAIL = Outcome


@dataclass(frozen=True)
class Exchange:
    """One request that is hit. `good` is what an honest API would answer, and the fault's own to change.

    `wait` lets so many seconds pass before the next byte, `outlast` as many as it takes until whoever asked
    has given up; `paused` notes for how long nobody may ask again. `file`: where it is no JSON that is asked
    for, what an honest store would answer.
    """

    good: dict[str, Any]
    key: str
    elsewhere: str
    wait: Callable[[float], None]
    outlast: Callable[[], None]
    paused: Callable[[float], None]
    file: bytes | None = None

    @property
    def body(self) -> bytes:
        return self.file if self.file is not None else json_text(self.good).encode()

    @property
    def rows(self) -> list[Raw]:
        """The documents or clients of the page."""
        rows: list[Raw] = self.good["invoices" if "invoices" in self.good else "clients"]
        return rows


Pieces = bytes | Iterable[bytes]
Answer = Callable[[Exchange], Pieces]
Move = Callable[[list[Raw], int], None]
Meaning = Callable[[Raw], None]


@dataclass(frozen=True)
class Kind:
    """A fault by name. `passing`: how it ends when it is gone after `misses` tries; `lasting`: when never.

    `says`: words of the reason, or the code of the finding. `is_page`: the answer is taken for a page, so
    that it is not asked for again before the reading is found wanting. `means`: what a document that was
    altered honestly says, where that is not what was sent. `move` changes the account's list of documents
    under the reader. `is_compared`: two readings may not differ in what it alters. `is_of_page_size`: pages
    that end elsewhere are without it, so that readings of two sizes together are the whole list. `untrue`:
    where one page contradicts itself, whether or not the list moves. `is_of_account`: all requests end
    with it. `exit_code`: that of a refusal, which on an extra is none. `pages`: where it can be.
    """

    group: str
    name: str
    lasting: Outcome
    passing: Outcome
    answer: Answer
    says: str = ""
    misses: int = 1
    is_page: bool = False
    means: Meaning | None = None
    move: Move | None = None
    is_compared: bool = True
    is_of_page_size: bool = False
    untrue: tuple[str, ...] = ()
    is_of_account: bool = False
    exit_code: int | None = None
    pages: tuple[str, ...] = DOCUMENTS
    filters: tuple[tuple[str, tuple[str, ...]], ...] = ()

    @property
    def is_value(self) -> bool:
        return self.group == "values"

    @property
    def retries(self) -> int:
        """How many of a run's retries it may take when it lasts."""
        return 10 if "in time" in self.says else 4 if self.misses > 1 or "cut short" in self.says else 1

    @property
    def places(self) -> tuple[str, ...]:
        """Every operation of a run that it can hit."""
        if self.is_page or self.move or self.pages != DOCUMENTS:
            return self.pages
        return (*self.pages, *OPTIONAL, *WHOLE_LIST)

    def ends_account(self, place: str) -> bool:
        """Whether everybody's requests end with it where it is put."""
        return self.is_of_account and not (place in EXTRAS and self.exit_code)

    def is_mended_by_size(self, place: str) -> bool:
        """Whether the client that is hit at `place` is read with pages of another size."""
        return self.is_of_page_size and place in (FIRST, MIDDLE, LAST)

    def outcome(self, place: str, *, is_lasting: bool) -> Outcome:
        """How the client that is hit at `place` has to end."""
        given = self.lasting if is_lasting else self.passing
        if place in OPTIONAL:
            return TOLERATE
        # After a page that contradicts itself the list is read again, all on one page.
        if self.is_mended_by_size(place) or (self.untrue and place == REST_OF_LIST):
            return RECOVER
        if not (self.is_value and self.is_page):
            return given
        if place == AGAIN and not self.is_compared:
            return TOLERATE
        if place == AGAIN and self.passing != FAIL:
            return FAIL if is_lasting else RECOVER
        # A page that is read once is taken for what it says.
        return given if place == FIRST or self.passing == FAIL else self.lasting


def altered(change: Callable[[Exchange], object]) -> Answer:
    """The honest answer with something in it changed."""

    def answer(exchange: Exchange) -> bytes:
        change(exchange)
        return reply(exchange.body)

    return answer


def said(body: bytes | str | Callable[[Exchange], bytes | str], status: int = 200, **headers: str) -> Answer:
    """A whole answer with this body."""
    return lambda exchange: reply(body(exchange) if callable(body) else body, status=status, **headers)


def raw(make: Callable[[Exchange], Iterable[bytes]], end: type[Exception] | None = HangUpError) -> Answer:
    """Pieces as they are, and then the end of the connection, or none."""

    def answer(exchange: Exchange) -> Iterator[bytes]:
        yield from make(exchange)
        if end:
            raise end

    return answer
