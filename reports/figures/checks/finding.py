"""A finding: what does not tie, or has to be known, in a sentence a bookkeeper understands.

A finding never changes a figure. Level `warning`: a figure does not tie, or something is unknown and was left
out (exit 6). Level `info`: worth knowing. Sentences are English; labels translate them by their template.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from reports.figures.document import Document

EMPTY = "–"


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
        "The document's own amounts are reported.",
    ),
    "LINES-TAX": Rule(
        "warning",
        "{number}: the VAT of the lines comes to {found}, the document's to {expected}. "
        "The document's own amounts are reported.",
    ),
    "LINE-SUBTOTAL": Rule(
        "warning",
        "{number}, line {field}: subtotal {found} and VAT do not make the line's total, neither before nor "
        "after its discount; its net amount is taken as total less VAT, {expected}.",
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
    "SIGN-CONTRADICTS": Rule(
        "warning",
        "{number}: the sign of {field} ({found}) contradicts the document's type or its other amounts; its "
        "net amount and VAT decided. Look at the document in InvoiceXpress.",
    ),
    "TYPE-AND-NUMBER-TWICE": Rule(
        "warning",
        "{number}: another document of the same type bears this number (id {found}); both are reported. "
        "Look at the two in InvoiceXpress.",
    ),
    "CLIENT-ID-MISSING": Rule(
        "warning",
        "{number} does not say which client it belongs to; it came with this client's documents and is "
        "reported.",
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
    "REGION-UNDECIDED": Rule(
        "warning",
        "Documents of which it cannot be told whose VAT it is: {found}, the first {number} (at {field}). "
        "Give the tax its region in InvoiceXpress, or the client its country; until then it stands in a row "
        "of its own.",
    ),
    "CLIENT-GONE": Rule(
        "warning",
        "{number} is no longer in the account's list of clients; it had {expected} documents when it was "
        "last read, and is in no figure here. Look in InvoiceXpress whether it was deleted or joined to "
        "another.",
    ),
    "CLIENTS-GONE": Rule(
        "warning",
        "The account's list of clients is empty; {expected} clients had documents before. Check account.name "
        "and the key, and run again.",
    ),
    "ACCOUNT-EMPTY": Rule(
        "warning",
        "No client of the account has a document of any date; {expected} were read before. Check "
        "account.name, the key and the filters.",
    ),
    "PERIOD-NOT-BEGUN": Rule(
        "warning",
        "The period begins on {expected}, after the day of the run ({found}). Check `period` in the "
        "configuration.",
    ),
    "TAXES-MISSING": Rule(
        "info",
        "InvoiceXpress did not say which taxes the account has; regions of VAT were told by the account's "
        "own region and the rates of the day.",
    ),
    "VALUE-UNREADABLE": Rule("info", "{number} is not counted, and its {field} cannot be read: {found}."),
    "DOCUMENT-DISCOUNT": Rule(
        "info",
        "{number}: a discount on the whole document takes {difference} off its lines, from {expected} to "
        "{found} net; the VAT summary has them less the discount.",
    ),
    "LINE-DERIVED": Rule(
        "info",
        "{number}, line {field}: an amount is missing; net {found} and VAT {expected} were worked out from "
        "the others.",
    ),
    "TAX-RESOLVED": Rule(
        "info",
        "{number}, line {field}: the tax came without its rate; it is {found} % by the same tax elsewhere or "
        "by the line's VAT.",
    ),
    "DUE-DATE-MISSING": Rule(
        "info",
        "Open documents without a due date: {found}, the oldest {number}. They are aged from their own date.",
    ),
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


def make_finding(code: str, document: Document, **values: str) -> Finding:
    """A finding of `document`."""
    return Finding(code, document=document.id, number=document.number, **values)


def make_difference(
    code: str, document: Document, expected: Decimal, found: Decimal, **values: str
) -> Finding:
    """A finding of two amounts that should be equal; the difference is `found` less `expected`."""
    texts = {"expected": str(expected), "found": str(found), "difference": str(found - expected)}
    return make_finding(code, document, **texts, **values)


def warnings(findings: Iterable[Finding]) -> int:
    """How many of them are warnings."""
    return sum(finding.level == "warning" for finding in findings)
