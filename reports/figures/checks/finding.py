"""A finding: what does not tie, or has to be known, in a sentence a bookkeeper understands.

A finding never changes a figure. The codes stand in `data/findings.toml`; labels translate their sentences.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import NamedTuple

from reports.data.tables import read_texts
from reports.figures.document import Document

EMPTY = "–"
AMOUNT = "amount"
PDF_FAILED = "PDF-FAILED"


class Rule(NamedTuple):
    """How serious a code is, what it says, and what to do about it."""

    level: str
    sentence: str
    remedy: str
    values: str = "text"
    """What expected, found and difference are: AMOUNT, one of _READERS, or text."""


class _Reader(NamedTuple):
    """How a value is read that has the form."""

    form: re.Pattern[str]
    parse: Callable[[str], Decimal | int | dt.date | list[str]]


_DECIMAL = re.compile(r"-?[0-9]+(\.[0-9]+)?")
_READERS = {
    AMOUNT: _Reader(_DECIMAL, Decimal),
    "rate": _Reader(_DECIMAL, Decimal),
    "count": _Reader(re.compile("[0-9]+"), int),
    "day": _Reader(re.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}"), dt.date.fromisoformat),
    "filter": _Reader(re.compile(".+"), lambda text: text.split(", ")),
}

RULES: Mapping[str, Rule] = {code: Rule(**rule) for code, rule in read_texts("findings").items()}
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

    def read_value(self, name: str) -> Decimal | int | dt.date | list[str] | str | None:
        """`expected`, `found` or `difference` as what it is by the code's rule, or as text."""
        text: str | None = getattr(self, name)
        read = _READERS.get(RULES[self.code].values)
        if text is None or read is None or not read.form.fullmatch(text):
            return text
        return read.parse(text)

    def read_amount(self, name: str) -> Decimal | None:
        """The same where it is an amount, else None."""
        value = self.read_value(name)
        return value if isinstance(value, Decimal) and RULES[self.code].values == AMOUNT else None

    def say(self, sentence: str) -> str:
        """`sentence`, this code's template in any language, with the finding's values."""
        return sentence.format_map(vars(self))


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
