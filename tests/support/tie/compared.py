"""How the files of October 2026 differ from what the raw data say: sentences, none when all is right."""

from collections.abc import Callable
from datetime import date
from functools import cache
from typing import Any

from tests.support.tie import expected, found, printed, raw
from tests.support.tie.facts import Facts, Month, differences
from tests.support.tie.words import Words

OCTOBER = Month(date(2026, 10, 1), date(2026, 10, 31), date(2026, 11, 2))

Clients = tuple[raw.Client, ...]


def record_differences(client: raw.Client, entry: dict[str, Any]) -> list[str]:
    """How a client's entry in the run record differs from the raw data."""
    must, may = _facts(expected.record, client), _facts(expected.record_with_gross, client)
    return differences("run.json", found.record(entry), must=must, may=may)


def workbook_differences(client: raw.Client, book: printed.Book, words: Words) -> list[str]:
    """How a client's workbook differs from the raw data, cell by cell."""
    facts, must = _facts(expected.workbook, client), _needed(expected.workbook, client)
    return differences("workbook", found.workbook(client, book, words, OCTOBER), must=must, may=facts)


def page_differences(client: raw.Client, page: printed.Page, words: Words) -> list[str]:
    """How a client's statement differs from the raw data, amount by amount."""
    facts, must = _facts(expected.page, client), _needed(expected.page, client)
    return differences("statement", found.page(client, page, words, OCTOBER), must=must, may=facts)


def account_differences(clients: Clients, book: printed.Book, words: Words) -> list[str]:
    """How summary.xlsx differs from the raw data."""
    facts = _facts(expected.account, clients)
    spare = expected.optional_of_account(facts)
    must = {key: value for key, value in facts.items() if key not in spare}
    said = found.account_workbook(clients, book, words, OCTOBER)
    return differences("summary.xlsx", said, must=must, may=facts)


def overview_differences(clients: Clients, page: printed.Page, words: Words) -> list[str]:
    """How index.html differs from the raw data. Withholding and rounding are told by what is beside them."""
    facts = _facts(expected.overview, clients)
    is_withheld = any(value for key, value in facts.items() if key[-1] == "Withholding")
    spare = {"Rounding", "Credit", "Withholding"} | (set() if is_withheld else {"Payable"})
    must = {key: value for key, value in facts.items() if key[-1] not in spare}
    return differences("index.html", found.overview(clients, page, words), must=must, may=facts)


@cache
def _facts(of: Callable[[Any, Month], Facts], whom: raw.Client | Clients) -> Facts:
    return of(whom, OCTOBER)


@cache
def _needed(of: Callable[[Any, Month], Facts], client: raw.Client) -> Facts:
    facts = _facts(of, client)
    spare = expected.optional(client, OCTOBER, facts)
    return {key: value for key, value in facts.items() if key not in spare}
