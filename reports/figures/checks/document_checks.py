"""Checks: what does not tie, in sentences a bookkeeper understands.

A finding never changes a figure. Level `warning`: a figure does not tie, or something is unknown and was left
out (exit 6). Level `info`: worth knowing. Sentences are English; labels translate them by their template.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal

from reports.figures.amounts import is_negative, read_amounts
from reports.figures.checks.finding import EMPTY, Finding, make_difference, make_finding
from reports.figures.codes import STATUSES, TYPES
from reports.figures.currencies import is_currency_code
from reports.figures.document import Document, LineItem, Remark
from reports.figures.filters import list_accepted_statuses, list_hidden
from reports.figures.tables import Tables
from reports.figures.totals import Figures
from reports.figures.vat.exemptions import UNSPECIFIED, find_exemption
from reports.figures.vat.line_items import CONTRADICTED, DERIVED, RESOLVED
from reports.figures.vat.vat_groups import add_lines, count_rounding_tolerance, is_discounted
from reports.money import CENT, ZERO, cents

LINE_TOLERANCE = Decimal("0.02")
"""A line's amounts come unrounded, or each rounded to cents: then two of them are a cent apart, three two."""

OF_LINES = (CONTRADICTED, DERIVED, RESOLVED)
"""Remarks on a line: no figure rests on the lines of a document of another period."""


def check(tables: Tables, figures: Figures, filters: Mapping[str, Sequence[str]]) -> tuple[Finding, ...]:
    """All findings of one client. `filters` is what the API was asked for, as in the archive's header.

    Documents of the period are checked whole; open documents of other dates for what open figures rest on.
    An unknown type or status is found at any date: it may hide an open document. They come by date, then id:
    the API has no order of its own.
    """
    open_ids = set(figures.open_documents["id"].tolist())
    statuses = list_accepted_statuses(filters)
    twins = _find_twins(tables.values)
    findings = [*_check_reading(figures, filters)]
    for document in sorted(tables.values, key=lambda document: (document.date or date.min, document.id)):
        in_period = document.date is not None and document.date in figures.period
        is_shown = in_period or document.id in open_ids
        findings += _unknown(document, is_shown=is_shown)
        if filters:
            findings += _check_filters(document, statuses, filters)
        if document.remarks and (is_shown or document.date is None):
            findings += _check_remarks(document, in_period=in_period)
        if is_shown and document.is_counted:
            findings += _check_identity(document, twins)
            findings += _check_total(document)
            if in_period:
                findings += _check_lines(document)
    return (*findings, *_check_due_dates(tables.values, open_ids))


def _check_reading(figures: Figures, filters: Mapping[str, Sequence[str]]) -> Iterator[Finding]:
    if hidden := list_hidden(filters):
        yield Finding("FILTER-HIDES", found=", ".join(hidden))
    last, read_on = figures.period.last, figures.read_on
    if read_on <= last:
        yield Finding("PERIOD-NOT-OVER", expected=last.isoformat(), found=read_on.isoformat())


def _check_due_dates(documents: Iterable[Document], open_ids: set[int]) -> Iterator[Finding]:
    """One finding a client: a business that gives no due dates gives none anywhere."""
    undated = [one for one in documents if one.id in open_ids and one.due_date is None]
    if undated:
        oldest = min(undated, key=lambda document: (document.date or date.min, document.id))
        yield make_finding("DUE-DATE-MISSING", oldest, found=str(len(undated)))


def _find_twins(documents: Iterable[Document]) -> Mapping[int, int]:
    """Documents of one type that adds up and one printed number: the id of one → the id of another."""
    seen: dict[tuple[str, str], set[int]] = {}
    for document in documents:
        if document.kind.sign and document.inverted_sequence_number:
            seen.setdefault((document.type, document.inverted_sequence_number), set()).add(document.id)
    several = [sorted(ids) for ids in seen.values() if len(ids) > 1]
    return {one: next(other for other in ids if other != one) for ids in several for one in ids}


def _check_identity(document: Document, twins: Mapping[int, int]) -> Iterator[Finding]:
    if document.id in twins:
        yield make_finding("TYPE-AND-NUMBER-TWICE", document, found=str(twins[document.id]))
    if document.client.id is None:
        yield make_finding("CLIENT-ID-MISSING", document)


def _unknown(document: Document, *, is_shown: bool) -> Iterator[Finding]:
    if document.type not in TYPES:
        yield make_finding("TYPE-UNKNOWN", document, found=document.type or EMPTY)
    elif document.kind.sign and document.status not in STATUSES:
        yield make_finding("STATUS-UNKNOWN", document, found=document.status or EMPTY)
    if is_shown and document.is_counted and not is_currency_code(document.currency):
        yield make_finding("CURRENCY-UNKNOWN", document, found=document.currency)


def _check_filters(
    document: Document, statuses: set[str], filters: Mapping[str, Sequence[str]]
) -> Iterator[Finding]:
    types, archived = filters.get("by_type", ()), filters.get("archived", ())
    if statuses and document.status not in statuses:
        yield make_finding("OUTSIDE-FILTER", document, found=f"status {document.status}")
    if types and document.type not in types:
        yield make_finding("OUTSIDE-FILTER", document, found=f"type {document.type}")
    word, found = ("archived", "archived") if document.archived else ("non_archived", "not archived")
    if archived and word not in archived:
        yield make_finding("OUTSIDE-FILTER", document, found=found)


def _check_remarks(document: Document, *, in_period: bool) -> Iterator[Finding]:
    """No figure rests on a document that is not counted: what cannot be read there is no warning."""
    for remark in document.remarks:
        if remark.code in OF_LINES:
            if document.is_counted and in_period:
                yield _make_line_finding(document, remark)
        elif document.is_counted:
            yield make_finding(remark.code, document, field=remark.field, found=remark.found)
        elif remark.code != "AMOUNT-PRECISION":
            yield make_finding("VALUE-UNREADABLE", document, field=remark.field, found=remark.found)


def _make_line_finding(document: Document, remark: Remark) -> Finding:
    item = next(item for item in document.items if str(item.position) == remark.field)
    code, field = remark.code, remark.field
    if code == CONTRADICTED:
        return make_difference(code, document, item.net or ZERO, item.subtotal or ZERO, field=field)
    if code == DERIVED:
        return make_finding(code, document, field=field, found=str(item.net), expected=str(item.tax))
    return make_finding(code, document, field=field, found=remark.found)


def _check_total(document: Document) -> Iterator[Finding]:
    net, total = document.net or ZERO, document.total or ZERO
    if is_negative(document):
        if document.kind.sign < 0:
            yield make_finding("CREDIT-NOTE-NEGATIVE", document, found=str(document.total))
        elif net < 0:
            yield make_finding("SIGN-CONTRADICTS", document, field="before_taxes", found=str(net))
    amounts = read_amounts(document)
    if amounts and not amounts.is_explained:
        if amounts.is_turned:
            yield make_difference("SIGN-CONTRADICTS", document, amounts.gross, total, field="total")
        else:
            yield make_difference("TOTAL-UNEXPLAINED", document, amounts.gross, total)


def _check_lines(document: Document) -> Iterator[Finding]:
    net, tax = document.net or ZERO, document.tax or ZERO
    if document.sum is not None and document.discount is not None:
        sum_less_discount = document.sum - document.discount
        if abs(sum_less_discount - net) > CENT:
            yield make_difference("HEADER-NET", document, sum_less_discount, net)
    if is_discounted(document):
        yield make_difference("DOCUMENT-DISCOUNT", document, cents(add_lines(document.items).base), net)
    elif document.items:
        yield from _check_line_sums(document, net, tax)
    elif net or tax:
        yield make_finding("NO-LINES", document, found="0", expected=str(net))
    for item in document.items:
        yield from _check_line(document, item)
    if any(item.rate is not None and not item.rate for item in document.items):
        yield from _check_exemption(document)


def _check_line(document: Document, item: LineItem) -> Iterator[Finding]:
    if item.rate is None:
        yield make_finding("TAX-MISSING", document, field=str(item.position))
    elif item.net is not None and item.tax is not None:
        due = item.net * item.rate / 100
        if abs(due - item.tax) > LINE_TOLERANCE:
            yield make_difference("LINE-TAX", document, cents(due), cents(item.tax), field=str(item.position))


def _check_line_sums(document: Document, net: Decimal, tax: Decimal) -> Iterator[Finding]:
    tolerance = count_rounding_tolerance(item.rate for item in document.items)
    lines_net, lines_tax = map(cents, add_lines(document.items))
    if abs(lines_net - net) > tolerance:
        yield make_difference("LINES-NET", document, net, lines_net)
    if abs(lines_tax - tax) > tolerance:
        yield make_difference("LINES-TAX", document, tax, lines_tax)


def _check_exemption(document: Document) -> Iterator[Finding]:
    if document.exemption is None:
        yield make_finding("EXEMPTION-MISSING", document)
    elif document.exemption == UNSPECIFIED:
        yield make_finding("EXEMPTION-M99", document, found=document.exemption)
    elif find_exemption(document.exemption, document.date or date.max) is None:
        yield make_finding("EXEMPTION-UNKNOWN", document, found=document.exemption)
