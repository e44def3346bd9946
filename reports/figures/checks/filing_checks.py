"""Findings of the account: what the one who files for it has to know, on no client's paper.

They hold no client's mail. Each is worked out with the client it shows at, one a code, and stands once in the
record: `number` is the first document, `found` how many there are.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from reports.figures.account.client_month import FiledGroup
from reports.figures.account.recapitulative import GOODS_CODE, TRIANGULAR_CODE
from reports.figures.account.vat_return import FIELD_7, RATE, FieldKey
from reports.figures.checks.finding import Finding
from reports.figures.document import Document
from reports.figures.tables import Tables
from reports.figures.totals import Figures
from reports.figures.vat.countries import PORTUGAL
from reports.figures.vat.exemptions import BY_COUNTRY, find_exemption
from reports.figures.vat.vat_rates import had_rate, is_before_table
from reports.figures.vat.vat_rows import rate_text

TAXES_MISSING = "TAXES-MISSING"
"""A finding of the whole account, whichever client it shows at."""
SERVICES_CODE = "M40"


def check_filing(
    tables: Tables, figures: Figures, groups: Iterable[FiledGroup], *, has_taxes: bool
) -> Iterator[Finding]:
    """What of a client's documents of the period cannot be declared as it stands.

    `groups` are theirs. `has_taxes`: the account's taxes came with the reading.
    """
    if not has_taxes:
        yield Finding(TAXES_MISSING)
    documents = {document.id: document for document in tables.values}
    counted = [documents[identity] for identity in figures.documents["id"].tolist()]
    found: dict[str, dict[Document, set[str]]] = defaultdict(lambda: defaultdict(set))
    for document in counted:
        for rate in _list_undecided_rates(document):
            found["REGION-UNDECIDED"][document].add(f"{rate} %")
        if document.exemption and not any(item.rate == 0 for item in document.items):
            found["EXEMPTION-WITHOUT-LINE"][document].add(document.exemption)
    for group in groups:
        for code, detail in _check_group(group):
            found[code][group.document].add(detail)
    for code, own in found.items():
        first = min(own, key=lambda document: (document.date or dt.date.max, document.id))
        details = sorted({detail for of_document in own.values() for detail in of_document})
        yield Finding(code, number=first.number, field=", ".join(details), found=str(len(own)))


def _check_group(group: FiledGroup) -> Iterator[tuple[str, str]]:
    """The codes of a group of a document's lines, each with the rate or the exemption it is about."""
    document, key, buyer = group.document, group.key, group.buyer
    day = document.date or dt.date.max
    rate = f"{rate_text(key.rate)} %"
    if isinstance(group.place, FieldKey) and key.rate:
        is_early = is_before_table(group.place.region, day)
        if not (is_early or _is_note(document) or had_rate(group.place.region, key.rate, day)):
            yield "RATE-NOT-IN-FORCE", rate
    elif not isinstance(group.place, FieldKey) and group.place.reason == RATE:
        if not is_before_table(group.place.region or "", day):
            yield "RATE-NOT-IN-FORCE", rate
    elif not key.rate and key.exemption:
        yield from ((code, key.exemption) for code in _check_exemption(group, key.exemption, day))
    if isinstance(group.place, FieldKey) and group.place.field == FIELD_7 and buyer.vat_number is None:
        yield "VAT-NUMBER-MISSING", key.exemption or ""


def _check_exemption(group: FiledGroup, code: str, day: dt.date) -> Iterator[str]:
    exemption, country = find_exemption(code, day), group.buyer.country
    # What is not in euro is in no field, whatever the country.
    if isinstance(group.place, FieldKey):
        if code in (GOODS_CODE, TRIANGULAR_CODE, SERVICES_CODE) and country == PORTUGAL:
            yield "EXEMPTION-COUNTRY"
        if exemption and exemption.return_field == BY_COUNTRY and country is None:
            yield "COUNTRY-UNKNOWN"
    if exemption and not (exemption.is_valid(day) or _is_note(group.document)):
        yield "EXEMPTION-NOT-IN-FORCE"


def _is_note(document: Document) -> bool:
    """Credit and debit notes have the rate and the reason of the document they are about."""
    return document.kind.sign < 0 or document.type == "DebitNote"


def _list_undecided_rates(document: Document) -> Sequence[str]:
    rates = [rate_text(item.rate) for item in document.items if item.region is None]
    return [rate for rate in rates if rate is not None]
