"""Checks: what does not tie, in sentences a bookkeeper understands.

A finding never changes a figure. Level `warning`: a figure does not tie, or something is unknown and was left
out (exit 6). Level `info`: worth knowing. Sentences are English; labels translate them by their template.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from reports.figures.document import Document, LineItem
from reports.figures.tables import Tables, amounts, is_negative
from reports.figures.totals import Figures
from reports.figures.vocabulary import CURRENCIES, EXEMPTIONS, STATUSES, TYPES
from reports.money import CENT, ZERO, cents

EMPTY = "–"
LINE_TOLERANCE = Decimal("0.02")
"""A line's amounts come unrounded, or each rounded to cents: then two of them are a cent apart, three two."""

UNSPECIFIED = "M99"
"""The code the service stamps on a document when nobody gave a reason."""

CURRENCY_CODES = frozenset(CURRENCIES.values())
SAME_STATUS = {"final": {"final", "sent", "second_copy"}, "sent": {"final", "sent", "second_copy"}}
"""A filter for one of these may bring the others: they differ only in whether the paper was sent."""

NEEDED: Mapping[str, Sequence[str]] = {
    "status": ("final", "settled"),
    "by_type": tuple(name for name, kind in TYPES.items() if kind.sign),
    "archived": ("archived", "non_archived"),
}
"""What a filter has to let through, or figures of a whole month and what is open are without it."""


class Rule(NamedTuple):
    """How serious a code is, and what it says."""

    level: str
    sentence: str


RULES: Mapping[str, Rule] = {
    "TOTAL-UNEXPLAINED": Rule(
        "warning",
        "{number}: the total {found} is neither net plus VAT ({expected}) nor that less the withholding. "
        "Look at the document in InvoiceXpress.",
    ),
    "HEADER-NET": Rule(
        "warning",
        "{number}: sum less discount is {expected}, but the document's net amount is {found}.",
    ),
    "LINES-NET": Rule(
        "warning",
        "{number}: the lines come to {found} net, the document to {expected}. "
        "A discount on the whole document is the usual reason; the document's own amounts are reported.",
    ),
    "LINES-TAX": Rule(
        "warning",
        "{number}: the VAT of the lines comes to {found}, the document's to {expected}. "
        "The document's own amounts are reported.",
    ),
    "LINE-SUBTOTAL": Rule(
        "warning",
        "{number}, line {field}: the subtotal {found} is the line's net amount {expected} "
        "neither before nor after its discount.",
    ),
    "LINE-TAX": Rule(
        "warning",
        "{number}, line {field}: the VAT {found} is not the line's rate of its net amount, "
        "which is {expected}.",
    ),
    "NO-LINES": Rule(
        "warning", "{number} has an amount but no line items, so it is missing from the VAT summary's rows."
    ),
    "LINES-UNREADABLE": Rule(
        "warning",
        "{number}: {field} should be a list of line items and is {found}; the VAT summary lacks it.",
    ),
    "TAX-MISSING": Rule(
        "warning",
        "{number}, line {field}: this line has no readable tax. "
        "It stands in a row of its own in the VAT summary.",
    ),
    "TYPE-UNKNOWN": Rule(
        "warning", "{number}: {found} is not a known document type. The document is listed and not counted."
    ),
    "STATUS-UNKNOWN": Rule(
        "warning", "{number}: {found} is not a known status. The document is listed and not counted."
    ),
    "CURRENCY-UNKNOWN": Rule(
        "warning", "{number}: the currency {found} has no known ISO code. It is kept apart under this name."
    ),
    "WITHHOLDING-UNREADABLE": Rule(
        "warning", "{number}: the withholding {found} is not a percentage; none was taken off."
    ),
    "CREDIT-NOTE-NEGATIVE": Rule(
        "warning",
        "{number}: this credit note came with negative amounts ({found}); they were taken as they are.",
    ),
    "AMOUNT-PRECISION": Rule(
        "warning", "{number}: {field} is {found}, finer than a cent; it was rounded half up."
    ),
    "NUMBER-UNREADABLE": Rule(
        "warning", "{number}: {field} is {found}, which is not a number; it is shown empty."
    ),
    "OUTSIDE-FILTER": Rule(
        "warning", "{number} is outside the filter that was asked for ({found}); it is reported all the same."
    ),
    "VALUE-UNREADABLE": Rule("info", "{number} is not counted, and its {field} cannot be read: {found}."),
    "EXEMPTION-MISSING": Rule("info", "{number} has a line at 0 % VAT and no exemption code."),
    "EXEMPTION-M99": Rule(
        "info", "{number}: exemption code M99 is what InvoiceXpress writes when no reason was given."
    ),
    "EXEMPTION-UNKNOWN": Rule(
        "info", "{number}: {found} is not an exemption code of the tax authority's list."
    ),
    "FILTER-HIDES": Rule(
        "info", "The configured filter leaves out: {found}. Figures and open documents are without them."
    ),
    "PERIOD-NOT-OVER": Rule(
        "info", "The documents were read on {found}, before the period was over ({expected})."
    ),
    "NIF-INVALID": Rule("info", "The client's tax number {found} fails its own check digit."),
    "DETAILS-MISSING": Rule("info", "The client's own page could not be read: {found}."),
    "VENDOR-OPEN-DIFFERS": Rule(
        "info",
        "InvoiceXpress itself counts {found} {field} as open; the open documents come to {expected}. "
        "Part payments, payments on account and opening amounts are the usual reasons.",
    ),
    "VENDOR-OPEN-MISSING": Rule(
        "info", "What InvoiceXpress itself counts as open could not be read: {found}."
    ),
    "VENDOR-OPEN-UNREADABLE": Rule(
        "info", "Of what InvoiceXpress itself counts as open, {field} cannot be read: {found}."
    ),
    "VENDOR-OPEN-FILTERED": Rule(
        "info",
        "What InvoiceXpress itself counts as open is not shown: the configured filter leaves documents out, "
        "so the two could not be compared.",
    ),
}
"""Every code there is."""


@dataclass(frozen=True)
class Finding:
    """One thing to look at. `expected`, `found` and `difference` are plain text, amounts with a point."""

    code: str
    document: int | None = None
    number: str | None = None
    field: str | None = None
    expected: str | None = None
    found: str | None = None
    difference: str | None = None

    @property
    def level(self) -> str:
        return RULES[self.code].level

    @property
    def message(self) -> str:
        return self.say(RULES[self.code].sentence)

    def say(self, sentence: str) -> str:
        """`sentence`, this code's template in any language, with the finding's values."""
        return sentence.format(
            number=self.number,
            field=self.field,
            expected=self.expected,
            found=self.found,
            difference=self.difference,
        )


def check(tables: Tables, figures: Figures, filters: Mapping[str, Sequence[str]]) -> tuple[Finding, ...]:
    """All findings of one client. `filters` is what the API was asked for, as in the archive's header.

    Documents of the period are checked whole; open documents of other dates for what open figures rest on.
    What is unknown (type, status, currency) is found at any date: it may hide an open document. They come by
    date, then id: the API has no order of its own.
    """
    open_ids = set(figures.open_documents["id"].tolist())
    statuses = _statuses(filters)
    findings = [*_of_reading(figures, filters)]
    for document in sorted(tables.values, key=lambda document: (document.date or date.min, document.id)):
        in_period = document.date is not None and document.date in figures.period
        is_shown = in_period or document.id in open_ids
        findings += _unknown(document)
        if filters:
            findings += _outside(document, statuses, filters)
        if document.remarks and (is_shown or document.date is None):
            findings += _of_remarks(document)
        if is_shown and document.is_counted:
            findings += _of_total(document)
            if in_period:
                findings += _of_lines(document)
    return tuple(findings)


def hidden_by(filters: Mapping[str, Sequence[str]]) -> tuple[str, ...]:
    """What a filter leaves out that counts, in the filter's own words; `final` stands for what is open."""
    asked = {**filters, "status": _statuses(filters)}
    return tuple(word for key in NEEDED if asked.get(key) for word in NEEDED[key] if word not in asked[key])


def _of_reading(figures: Figures, filters: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    if hidden := hidden_by(filters):
        yield Finding("FILTER-HIDES", found=", ".join(hidden))
    if figures.read_on <= figures.period.last:
        yield Finding(
            "PERIOD-NOT-OVER", expected=figures.period.last.isoformat(), found=figures.read_on.isoformat()
        )


def _unknown(document: Document) -> Iterator[Finding]:
    if document.type not in TYPES:
        yield _finding("TYPE-UNKNOWN", document, found=document.type or EMPTY)
    elif document.kind.sign and document.status not in STATUSES:
        yield _finding("STATUS-UNKNOWN", document, found=document.status or EMPTY)
    if document.is_counted and document.currency not in CURRENCY_CODES:
        yield _finding("CURRENCY-UNKNOWN", document, found=document.currency)


def _outside(
    document: Document, statuses: set[str], filters: Mapping[str, Sequence[str]]
) -> Iterator[Finding]:
    types, archived = filters.get("by_type", ()), filters.get("archived", ())
    if statuses and document.status not in statuses:
        yield _finding("OUTSIDE-FILTER", document, found=f"status {document.status}")
    if types and document.type not in types:
        yield _finding("OUTSIDE-FILTER", document, found=f"type {document.type}")
    if archived and ("archived" if document.archived else "non_archived") not in archived:
        yield _finding("OUTSIDE-FILTER", document, found="archived" if document.archived else "not archived")


def _statuses(filters: Mapping[str, Sequence[str]]) -> set[str]:
    return {status for asked in filters.get("status", ()) for status in SAME_STATUS.get(asked, {asked})}


def _of_remarks(document: Document) -> Iterator[Finding]:
    """No figure rests on a document that is not counted: what cannot be read there is no warning."""
    for remark in document.remarks:
        if document.is_counted:
            yield _finding(remark.code, document, field=remark.field, found=remark.found)
        elif remark.code != "AMOUNT-PRECISION":
            yield _finding("VALUE-UNREADABLE", document, field=remark.field, found=remark.found)


def _of_total(document: Document) -> Iterator[Finding]:
    if document.kind.sign < 0 and is_negative(document):
        yield _finding("CREDIT-NOTE-NEGATIVE", document, found=str(document.total))
    whole = amounts(document)
    if whole and not whole.is_explained:
        yield _differing("TOTAL-UNEXPLAINED", document, whole.gross, document.total or ZERO)


def _of_lines(document: Document) -> Iterator[Finding]:
    net, tax = document.net or ZERO, document.tax or ZERO
    sum_less_discount = (document.sum or ZERO) - (document.discount or ZERO)
    if abs(sum_less_discount - net) > CENT:
        yield _differing("HEADER-NET", document, sum_less_discount, net)
    if document.items:
        yield from _of_line_sums(document, net, tax)
    elif net or tax:
        yield _finding("NO-LINES", document, found="0", expected=str(net))
    for item in document.items:
        yield from _of_line(document, item)
    if any(item.rate is not None and not item.rate for item in document.items):
        yield from _of_exemption(document)


def _of_line(document: Document, item: LineItem) -> Iterator[Finding]:
    net, tax, subtotal = item.net, item.tax, item.subtotal
    if item.rate is None:
        yield _finding("TAX-MISSING", document, field=str(item.position))
    if net is not None and subtotal is not None and subtotal != net:
        readings = (subtotal, subtotal - (item.discount or ZERO))
        if min(abs(reading - net) for reading in readings) > LINE_TOLERANCE:
            yield _differing("LINE-SUBTOTAL", document, net, subtotal, field=str(item.position))
    if item.rate is not None and net is not None and tax is not None:
        due = net * item.rate / 100
        if abs(due - tax) > LINE_TOLERANCE:
            yield _differing("LINE-TAX", document, cents(due), cents(tax), field=str(item.position))


def _of_line_sums(document: Document, net: Decimal, tax: Decimal) -> Iterator[Finding]:
    # The service may round once per document or once per rate: a cent a rate is rounding, not a difference.
    tolerance = CENT * len({item.rate for item in document.items})
    lines_net = cents(sum((item.net for item in document.items if item.net is not None), ZERO))
    lines_tax = cents(sum((item.tax for item in document.items if item.tax is not None), ZERO))
    if abs(lines_net - net) > tolerance:
        yield _differing("LINES-NET", document, net, lines_net)
    if abs(lines_tax - tax) > tolerance:
        yield _differing("LINES-TAX", document, tax, lines_tax)


def _of_exemption(document: Document) -> Iterator[Finding]:
    if document.exemption is None:
        yield _finding("EXEMPTION-MISSING", document)
    elif document.exemption == UNSPECIFIED:
        yield _finding("EXEMPTION-M99", document, found=document.exemption)
    elif document.exemption not in EXEMPTIONS:
        yield _finding("EXEMPTION-UNKNOWN", document, found=document.exemption)


def _finding(code: str, document: Document, **values: str) -> Finding:
    return Finding(code, document=document.id, number=document.number, **values)


def _differing(code: str, document: Document, expected: Decimal, found: Decimal, **values: str) -> Finding:
    texts = {"expected": str(expected), "found": str(found), "difference": str(found - expected)}
    return _finding(code, document, **texts, **values)


def warnings(findings: Iterable[Finding]) -> int:
    """How many of them are warnings."""
    return sum(finding.level == "warning" for finding in findings)
