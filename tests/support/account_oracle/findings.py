"""What has to be found of the account before somebody files for it: one finding per client and code."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any

from tests.support.account_oracle import parties, tables
from tests.support.account_oracle.account import Account, AccountDocument
from tests.support.account_oracle.fields import PlacedGroup, Row, find_differences
from tests.support.account_oracle.recapitulative import list_lines
from tests.support.tie.counting import SIGNS
from tests.support.tie.values import read_day, read_id, read_text, to_mapping

LEVELS = {
    "REGION-UNDECIDED": "warning",
    "RATE-NOT-IN-FORCE": "warning",
    "VAT-NUMBER-MISSING": "warning",
    "EXEMPTION-COUNTRY": "warning",
    "FORGOTTEN-DOCUMENTS": "warning",
    "FIELD-DIFFERENCE": "warning",
    "EXEMPTION-NOT-IN-FORCE": "info",
    "EXEMPTION-WITHOUT-LINE": "info",
    "COUNTRY-UNKNOWN": "info",
    "NEGATIVE-LINE": "info",
}
"""The codes that are looked for here."""

Notice = tuple[str, AccountDocument]


def list_findings(
    account: Account, placed: Sequence[PlacedGroup], return_rows: Sequence[Row]
) -> list[dict[str, Any]]:
    """Lists the findings by code and client: `number` is the first document's, `found` how many there are.

    A field's difference has no client; a negative line has that of its first document.
    """
    documents: dict[tuple[str, int], list[AccountDocument]] = {}
    for code, one in (*_judge_groups(account, placed), *_judge_documents(account.counted())):
        own = documents.setdefault((code, one.client_id), [])
        own += [] if one in own else [one]
    found = [
        _write(code, client, min(own, key=lambda one: one.order).document.number, str(len(own)))
        for (code, client), own in documents.items()
    ]
    found += [_write("FIELD-DIFFERENCE", None, None, f"{one:.2f}") for one in find_differences(return_rows)]
    found += _list_negative(account, placed)
    found += [
        _write("FORGOTTEN-DOCUMENTS", client, None, str(len(ids)))
        for client, ids in list_forgotten(account).items()
    ]
    return sorted(found, key=lambda one: (one["code"], one["client"] or 0))


def list_forgotten(account: Account) -> dict[int | None, list[int]]:
    """Lists the documents of the account's own list that no client's reading has, by client."""
    first, last = account.raw.first, account.raw.last
    read = {one.document.id for one in account.documents}
    found: dict[int | None, list[int]] = {}
    for raw in account.raw.listed or ():
        identity = read_id(raw.get("id"))
        day = read_day(raw.get("date")) or date.min
        is_asked = read_text(raw.get("type")) in SIGNS and read_text(raw.get("status")) != "draft"
        if identity is not None and identity not in read and is_asked and first <= day <= last:
            found.setdefault(read_id(to_mapping(raw.get("client")).get("id")), []).append(identity)
    return found


def _judge_groups(account: Account, placed: Iterable[PlacedGroup]) -> Iterator[Notice]:
    for group, place in placed:
        yield from ((code, group.owner) for code in place.findings)
        if group.region is None and group.rate is not None:
            yield "REGION-UNDECIDED", group.owner
        if place.field == "7" and not parties.find_vat_number(account, group.owner):
            yield "VAT-NUMBER-MISSING", group.owner


def _judge_documents(documents: Iterable[AccountDocument]) -> Iterator[Notice]:
    for one in documents:
        code, has_line = one.document.exemption, any(line.rate == "0" for line in one.document.lines)
        if code and not has_line:
            yield "EXEMPTION-WITHOUT-LINE", one
        elif code and not _is_note(one) and not tables.is_valid_code(code, one.day):
            yield "EXEMPTION-NOT-IN-FORCE", one


def _is_note(one: AccountDocument) -> bool:
    """Credit and debit notes have the reason of the document they are about, as they have its rate."""
    return one.document.sign < 0 or one.document.type == "DebitNote"


def _list_negative(account: Account, placed: Sequence[PlacedGroup]) -> Iterator[dict[str, Any]]:
    """Lists the negative lines of the recapitulative statement."""
    owners = {one.document.id: one for one in account.documents}
    for _, amount, documents in list_lines(account, placed):
        if amount < 0:
            first = min((owners[identity] for identity in documents), key=lambda one: one.order)
            yield _write("NEGATIVE-LINE", first.client_id, first.document.number, f"{amount:.2f}")


def _write(code: str, client: int | None, number: str | None, found: str) -> dict[str, Any]:
    return {"code": code, "level": LEVELS[code], "client": client, "number": number, "found": found}
