"""What the embedded API answers: a request and an account in, a reply out, in the shapes of the service.

Ten rows a page unless asked otherwise; `total_pages` is 0 when there is nothing, and a page past the end is
empty. An id that is not there, and every address the sandbox does not know, is an HTML page.
"""

import json
import re
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import parse_qsl

from reports.sandbox.data import SandboxAccount
from reports.sandbox.documents import Raw

DEFAULT_PAGE_SIZE = 10

FILTER_MATCHES = {"sent": {"sent", "final"}}
"""Statuses a filter word finds besides itself: the service gives finalised documents for `sent` too."""

ONLY_IN_DETAILS = ("payment_days", "tax_exemption_code")

BALANCE_DAY = date(2026, 11, 2)
"""The day what is overdue is counted on, whenever that is asked: every answer is the same."""

OWED = dict.fromkeys(("Invoice", "SimplifiedInvoice", "VatMossInvoice", "DebitNote"), 1) | dict.fromkeys(
    ("CreditNote", "VatMossCreditNote"), -1
)
"""Types a client may owe, or be owed, and their sign; what is paid when issued is none of them."""

LISTED_TYPES = {"Invoice", "InvoiceReceipt", "CreditNote", "DebitNote", "Receipt", "CashInvoice"}
LISTED_STATUSES = {"draft", "sent", "settled", "canceled", "second_copy", "deleted"}
"""The words for filters of `GET /invoices.json` in the vendor's OpenAPI description."""

NO_INVOICES = {"Quote", "Proforma", "FeesNote", "Shipping", "Transport", "Devolution", "PurchaseOrder"}
"""Estimates, guides and orders have lists of their own."""

NOT_IN_PLAN = "não está disponível durante o período gratuito"

_scalar = json.JSONEncoder(ensure_ascii=False).encode
_CLIENT_PATH = re.compile(r"(/api/v3)?/clients/([0-9]{1,18})(/invoices|/balance)?\.json")
_NOT_FOUND_PAGE = """<!DOCTYPE html>
<html><head><title>The page you were looking for doesn't exist (404)</title></head>
<body><h1>The page you were looking for doesn't exist.</h1></body></html>
"""


@dataclass(frozen=True)
class Request:
    """A request as it came, its key left out of `query`; `arrays` has all values of each `name[]`."""

    method: str
    path: str
    query: dict[str, str]
    body: str
    arrays: dict[str, list[str]] = field(default_factory=dict)


class Reply(NamedTuple):
    """What is sent back; `retry_after` is whole seconds or None."""

    status: HTTPStatus
    text: str
    content_type: str = "application/json; charset=utf-8"
    retry_after: int | None = None


def answer(request: Request, account: SandboxAccount) -> Reply:
    """The reply to an admitted `request` for `account` as it is now."""
    if (request.method, request.path) == ("GET", "/clients.json"):
        rows = [{key: one[key] for key in one if key not in ONLY_IN_DETAILS} for one in account.clients]
        return _page("clients", rows, request.query, account)
    if (request.method, request.path) == ("GET", "/invoices.json"):
        return _period(request, account)
    if (request.method, request.path) == ("GET", "/taxes.json"):
        return Reply(HTTPStatus.OK, json_text({"taxes": account.taxes}))
    match = _CLIENT_PATH.fullmatch(request.path)
    client = next((one for one in account.clients if match and one.get("id") == int(match[2])), None)
    if match and client:
        asked = (request.method, match[1], match[3])
        if asked == ("GET", None, None):
            return Reply(HTTPStatus.OK, json_text({"client": client}))
        if asked == ("GET", "/api/v3", "/balance"):
            return _balance(account, client["id"])
        if asked == ("POST", None, "/invoices"):
            return _invoices(request, account, client["id"])
    return _not_found()


def split_query(text: str) -> tuple[dict[str, str], dict[str, list[str]]]:
    """Splits a query as the service does: a name's last value, and of each `name[]` all values."""
    singles: dict[str, str] = {}
    arrays: dict[str, list[str]] = {}
    for name, value in parse_qsl(text):
        if name.endswith("[]"):
            arrays.setdefault(name.removesuffix("[]"), []).append(value)
        else:
            singles[name] = value
    return singles, arrays


def refusal(status: HTTPStatus, words: str, *, retry_after: int | None = None) -> Reply:
    """An error as the service words it in JSON."""
    return Reply(status, json_text({"errors": [{"error": words}]}), retry_after=retry_after)


def json_text(value: object) -> str:
    """`value` as JSON, every Decimal as the very digits it holds (`json` itself would need a float)."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return "{" + ",".join([f"{_scalar(str(key))}:{json_text(one)}" for key, one in value.items()]) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ",".join(map(json_text, value)) + "]"
    return _scalar(value)


def _invoices(request: Request, account: SandboxAccount, identity: int) -> Reply:
    try:
        wanted = _filters(request.body)
    except ValueError:
        return refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "filter is invalid")
    documents = account.documents.get(identity, [])
    return _page("invoices", [one for one in documents if _is_wanted(one, wanted)], request.query, account)


def _period(request: Request, account: SandboxAccount) -> Reply:
    """All clients' documents, by day, type, status and archive."""
    rules = account.period_list
    if rules.refused_with == HTTPStatus.NOT_FOUND:
        return _not_found()
    if rules.refused_with:
        return refusal(rules.refused_with, NOT_IN_PLAN)
    types, statuses = (request.arrays.get(name, []) for name in ("type", "status"))
    given = {"type": types, "status": statuses, "non_archived": request.query.get("non_archived")}
    missing = [name for name, value in given.items() if not value]
    if rules.must_filter and missing:
        return refusal(HTTPStatus.UNPROCESSABLE_ENTITY, f"{missing[0]} is missing")
    others = {*types} - LISTED_TYPES or {*statuses} - LISTED_STATUSES
    if others and not rules.takes_other_words:
        return refusal(HTTPStatus.UNPROCESSABLE_ENTITY, f"{min(others)} is not a valid filter")
    try:
        first, last = (_read_bound(request.query.get(f"date[{end}]")) for end in ("from", "to"))
    except ValueError:
        return refusal(HTTPStatus.UNPROCESSABLE_ENTITY, "date is invalid")
    sides = [name for name in ("archived", "non_archived") if request.query.get(name) == "true"]
    wanted = {"by_type": types, "status": statuses, "archived": sides}
    rows = [
        one
        for documents in account.documents.values()
        for one in documents
        if one.get("type") not in NO_INVOICES
        if _is_between(one, first or date.min, last or date.max)
        if _is_wanted(one, wanted)
    ]
    return _page("invoices", rows, request.query, account)


def _not_found() -> Reply:
    return Reply(HTTPStatus.NOT_FOUND, _NOT_FOUND_PAGE, "text/html; charset=utf-8")


def _balance(account: SandboxAccount, identity: int) -> Reply:
    """What a client owes in euros, less what it paid in part: the documents themselves do not tell that."""
    papers = [one for one in account.documents.get(identity, []) if _is_open(one)]
    paid_in_part = account.part_payments.get(identity, Decimal(0))
    balance, overdue = _sums(papers), _sums([one for one in papers if _due(one) < BALANCE_DAY])
    record = {
        "currency": {"symbol": "€", "code": "EUR"},
        "initial_balance": {"value": Decimal("0.0"), "created_at": None, "observation": None},
        "balance": balance | {"with_vat": balance["with_vat"] - paid_in_part},
        "overdue_balance": overdue | {"with_vat": overdue["with_vat"] - paid_in_part},
        "remaining_balance": {"total": paid_in_part, "value": Decimal("0.0")},
    }
    return Reply(HTTPStatus.OK, json_text(record))


def _sums(papers: list[Raw]) -> dict[str, Decimal]:
    return {
        "with_vat": sum((_compute_owed(one) for one in papers), Decimal(0)),
        "without_vat": sum((_apply_sign(one, "before_taxes") for one in papers), Decimal(0)),
    }


def _is_open(paper: Raw) -> bool:
    is_unpaid = paper.get("status") in ("final", "sent", "second_copy")
    return is_unpaid and paper.get("type") in OWED and paper.get("currency") == "Euro"


def _compute_owed(paper: Raw) -> Decimal:
    """With VAT and less what is withheld, which `total` sometimes is and sometimes is not: the nearer."""
    gross = _apply_sign(paper, "before_taxes") + _apply_sign(paper, "taxes")
    total = _apply_sign(paper, "total")
    rate = Decimal(str(paper.get("retention") or 0))
    withheld = (_apply_sign(paper, "before_taxes") * rate / 100).quantize(Decimal("0.01"), ROUND_HALF_UP)
    return total if abs(total - (gross - withheld)) <= abs(total - gross) else total - withheld


def _apply_sign(paper: Raw, figure: str) -> Decimal:
    return OWED[paper["type"]] * Decimal(str(paper[figure]))


def _due(paper: Raw) -> date:
    return _read_day(str(paper.get("due_date") or paper["date"]))


def _is_between(paper: Raw, first: date, last: date) -> bool:
    """Whether a paper is of these days; one without a readable day is of none."""
    try:
        return first <= _read_day(str(paper.get("date"))) <= last
    except ValueError:
        return False


def _read_bound(text: str | None) -> date | None:
    return _read_day(text) if text else None


def _read_day(text: str) -> date:
    """Reads dd/mm/yyyy. Raises ValueError."""
    day, month, year = text.split("/")
    return date(int(year), int(month), int(day))


def _filters(body: str) -> dict[str, list[str]]:
    document = json.loads(body or "{}")
    wanted = document.get("filter") or {} if isinstance(document, dict) else None
    if not isinstance(wanted, dict) or not all(isinstance(words, list) for words in wanted.values()):
        raise ValueError("the filter is not an object of lists")
    if not all(isinstance(word, str) for words in wanted.values() for word in words):
        raise ValueError("a filter is not a list of words")
    return wanted


def _is_wanted(document: Raw, wanted: dict[str, list[str]]) -> bool:
    """An absent or empty filter leaves nothing out."""
    statuses = {status for word in wanted.get("status", []) for status in FILTER_MATCHES.get(word, {word})}
    types, archived = wanted.get("by_type", []), wanted.get("archived", [])
    return (
        (not statuses or document.get("status") in statuses)
        and (not types or document.get("type") in types)
        and (not archived or ("archived" if document.get("archived") else "non_archived") in archived)
    )


def _page(name: str, rows: list[Raw], query: dict[str, str], account: SandboxAccount) -> Reply:
    size = min(_positive(query.get("per_page"), DEFAULT_PAGE_SIZE), account.largest_page_size)
    page = _positive(query.get("page"), 1)
    pagination = {
        "total_entries": len(rows),
        "current_page": page,
        "total_pages": -(-len(rows) // size),
        "per_page": size,
    }
    shown = rows[(page - 1) * size : page * size]
    return Reply(HTTPStatus.OK, json_text({name: shown, "pagination": pagination}))


def _positive(text: str | None, otherwise: int) -> int:
    return int(text) if text and re.fullmatch("0*[1-9][0-9]{0,8}", text) else otherwise
