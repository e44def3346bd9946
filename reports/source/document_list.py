"""The account's own list of a period's documents: what an archive of a client may lack.

An extra: an account's plan may not have it, and no run fails for want of it. The vendor's description names
fewer types and statuses than its documents bear, so where the request is refused it is made once more with
the words that are described. That the service heeds what it is asked for is not relied on.
"""

import logging
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from functools import partial
from itertools import count
from pathlib import Path
from sys import intern
from typing import TYPE_CHECKING, NamedTuple

from reports.errors import ClientError, ReadingError, UnreachableError
from reports.period import Period, parse_document_day
from reports.source.archive import (
    AccountList,
    Header,
    Owner,
    path_of,
    read_header,
    read_pages,
    set_aside,
)
from reports.source.completeness import id_of
from reports.source.http.response import Page, page_of
from reports.source.list_reading import store_list, to_line
from reports.source.page_size import DOCUMENTED
from reports.source.threads import STOP_SECONDS, DaemonPool

if TYPE_CHECKING:
    from reports.source.http.api import Api

DESCRIBED = {
    "type": ("Invoice", "InvoiceReceipt", "CreditNote", "DebitNote", "CashInvoice", "Receipt"),
    "status": ("draft", "sent", "settled", "canceled", "second_copy", "deleted"),
}
"""The words for `type[]` and `status[]` in the vendor's OpenAPI description, as of 2026-07."""

PERIOD_KEY = "date"

_log = logging.getLogger(__name__)


class ListedDocument(NamedTuple):
    """A document as the account's list has it. Type, status and number as they came, "" where there is none.

    `client_id` is None where the list does not say it: the vendor describes a client's name alone.
    """

    id: int
    type: str
    status: str
    number: str
    date: date
    client_id: int | None
    client_name: str


def fetch_documents(
    api: "Api",
    *,
    account: str,
    source: Path,
    period: Period,
    types: Sequence[str],
    statuses: Sequence[str],
    parallel: int,
    now: Callable[[], datetime],
) -> Sequence[ListedDocument] | None:
    """Reads the list of `period` into its archive; None, said in the log, where it cannot be had.

    Then an earlier list is put aside. `parallel` threads ask for its pages. Raises StoppedError and
    WriteError, but nothing else `api` raises. Where anything is raised, `api` is stopped.
    """
    requests = count()
    ask = partial(api.account_documents_page, on_request=partial(next, requests))
    wording = _Wording(ask, period, types, statuses)

    def make_header(pages: int, is_complete: bool) -> Header:
        asked = account, None, wording.filters, now(), pages, is_complete
        return Header(*asked, origin=api.origin, listed=AccountList.DOCUMENTS)

    pool = DaemonPool(parallel, name="list")
    try:
        parse = partial(_parse_documents, period=period)
        listed = AccountList.DOCUMENTS
        documents = _join_pages(store_list(listed, wording.ask_page, source, make_header, parse, pool=pool))
    except ClientError as error:
        tried = next(requests)
        _log.warning("the account's own list of documents is not known, after %d requests: %s", tried, error)
        set_aside(path_of(source, AccountList.DOCUMENTS))
        return None
    except BaseException:
        # What is under way would be waited for.
        api.stop()
        raise
    finally:
        pool.stop(wait_seconds=STOP_SECONDS)
    sizes = len(documents), next(requests)
    _log.info("the account's own list of documents: %d of the period, %d requests", *sizes)
    return documents


def read_stored_documents(source: Path, account: str, *, period: Period) -> Sequence[ListedDocument] | None:
    """The list of `period` as it was last read into `source`; None when it never was.

    One that cannot be read, or is of another account or period, is logged and taken for none.
    """
    path = path_of(source, AccountList.DOCUMENTS)
    try:
        header = read_header(path, owner=Owner(account, AccountList.DOCUMENTS))
        if header.filters.get(PERIOD_KEY) != _name_days(period):
            _log.warning("%s: it is a list of other days than %s", path, period.label)
            return None
        return _read_documents(path, period)
    except ReadingError as error:
        if path.exists():
            _log.warning("%s", error)
        return None


class _Wording:
    """What the list is asked for; `filters` is it for the head of the archive."""

    def __init__(
        self, ask: Callable[..., Page], period: Period, types: Sequence[str], statuses: Sequence[str]
    ) -> None:
        self._ask = ask
        self._period = period
        self._may_be_reworded = True
        self.filters = {"type": [*types], "status": [*statuses], PERIOD_KEY: _name_days(period)}

    def ask_page(self, page: int, *, size: int | None, is_fresh: bool = False) -> Page:
        """A page; where the first is refused, once more with words and a size that the vendor describes."""
        may_be_reworded, self._may_be_reworded = self._may_be_reworded, False
        try:
            return self._ask(page, self._parameters, size=size, is_fresh=is_fresh)
        except UnreachableError:
            raise
        except ReadingError as error:
            if not may_be_reworded:
                raise
            _log.info("asked once more with the words that are described (%s)", error)
        for name, words in DESCRIBED.items():
            self.filters[name] = [word for word in self.filters[name] if word in words]
        return self._ask(page, self._parameters, size=DOCUMENTED)

    @property
    def _parameters(self) -> Mapping[str, str | Sequence[str]]:
        return {
            "date[from]": f"{self._period.first:%d/%m/%Y}",
            "date[to]": f"{self._period.last:%d/%m/%Y}",
            "type[]": self.filters["type"],
            "status[]": self.filters["status"],
            "non_archived": "true",
            "archived": "true",
        }


def _name_days(period: Period) -> list[str]:
    return [period.first.isoformat(), period.last.isoformat()]


def _read_documents(path: Path, period: Period) -> Sequence[ListedDocument]:
    """Those of an archive that are of the period; what cannot be read is left out. Raises ReadingError."""
    pages: list[list[ListedDocument]] = []
    for number, body in enumerate(read_pages(path), start=1):
        try:
            page = page_of(body, number=number, listed="invoices")
        except (ValueError, ArithmeticError, RecursionError):
            raise ReadingError(f"{path}: page {number} is no list of documents. Read it again") from None
        pages.append(_parse_documents(page, period))
    return _join_pages(pages)


def _join_pages(pages: Iterable[Sequence[ListedDocument]]) -> Sequence[ListedDocument]:
    """Each document once."""
    return tuple({document.id: document for page in pages for document in page}.values())


def _parse_documents(page: Page, period: Period) -> list[ListedDocument]:
    found: list[ListedDocument] = []
    for entry in page.entries:
        identity = id_of(entry)
        try:
            day = parse_document_day(str(entry.get("date")))
        except ValueError:
            continue
        if identity is None or day not in period:
            continue
        client = entry.get("client")
        owner = client if isinstance(client, dict) else {}
        number = to_line(entry.get("inverted_sequence_number")) or to_line(entry.get("sequence_number"))
        texts = _to_text(entry.get("type")), _to_text(entry.get("status")), number or ""
        name = _to_text(owner.get("name"))
        found.append(ListedDocument(identity, *texts, day, id_of(owner), name))
    return found


def _to_text(value: object) -> str:
    """In one line; equal ones are one object."""
    return intern(to_line(value) or "")
