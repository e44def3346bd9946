"""Texts of the configuration with places to fill in: subject and first words of a mail, written in Jinja.

They run in Jinja's sandbox and get plain texts only, so a text reads what it is given and reaches nothing
else. What is wrong with one is found when the configuration is read, by filling it in for a client without
documents, for one in one currency, and for one in two.
"""

import re
from collections.abc import Sequence
from typing import TypedDict, cast

from jinja2 import StrictUndefined, TemplateError
from jinja2.exceptions import TemplateSyntaxError
from jinja2.meta import find_undeclared_variables
from jinja2.sandbox import ImmutableSandboxedEnvironment

LIMIT_CHARACTERS = 20_000
"""More is no mail that anybody reads; filled in without an end it would be no mail at all."""

_FAULTS = (
    TemplateError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    RecursionError,
    TypeError,
    ValueError,
)
"""What Jinja and its expressions raise."""

_GRAMMAR = (
    "mend what stands in {{ }} or {% %}: a brace is not closed, an end is missing, or there is no such filter"
)
_WORD = re.compile(r"[A-Za-z_]{1,30}")


class Total(TypedDict):
    """One currency's figures as they are shown: amounts with their currency, `documents` a count."""

    currency: str
    documents: str
    net: str
    tax: str
    gross: str
    withholding: str
    payable: str
    open: str
    overdue: str


class Values(TypedDict):
    """What a text is given: `period` in days, `label` as in file names, `issuer` empty when not named."""

    client: str
    period: str
    label: str
    issuer: str
    totals: Sequence[Total]


def _total(currency: str) -> Total:
    amount = f"1 234,50 {currency}"
    amounts = dict.fromkeys(Total.__annotations__, amount)
    return cast(Total, {**amounts, "currency": currency, "documents": "12"})


_ANY: Values = {
    "client": "Ana & Filhos, Lda",
    "period": "01/10/2026 – 31/10/2026",
    "label": "2026-10",
    "issuer": "",
    "totals": (),
}
_EUR, _USD = _total("EUR"), _total("USD")
_JINJA = ImmutableSandboxedEnvironment(undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


def sound(text: str) -> str:
    """`text` itself, when it can be filled in for every client. Raises ValueError with what to mend."""
    if "{" not in text:
        return text
    try:
        tree = _JINJA.parse(text)
        # Compiling finds what parsing lets pass: filters and tests there are none of.
        _JINJA.compile(text)
    except TemplateSyntaxError as error:
        place = f"line {error.lineno} of the text: " if "\n" in text else ""
        raise ValueError(f"{place}{_GRAMMAR}") from None
    for name in sorted(find_undeclared_variables(tree) - {*_JINJA.globals, *_ANY}):
        # Whoever fills texts in has no need of pydantic.
        from reports.settings.messages import did_you_mean

        shown = f"is named {name}" if _WORD.fullmatch(name) else "has such a name"
        raise ValueError(
            f"nothing {shown} here; the names are {', '.join(_ANY)}{did_you_mean(name, tuple(_ANY))}"
        )
    for totals in ((_EUR,), (_EUR, _USD), ()):
        fill(text, {**_ANY, "totals": totals})
    return text


def fill(text: str, values: Values) -> str:
    """`text` with the `values` in their places, without blanks around it. Raises ValueError."""
    try:
        filled = _JINJA.from_string(text).render(values).strip()
    except _FAULTS:
        around = "write {% for total in totals %} … {% endfor %} around them"
        raise ValueError(
            f"it cannot be filled in: a total has {', '.join(_EUR)}; everything else is text"
            if values["totals"]
            else f"a client without documents has no totals: {around}"
        ) from None
    if len(filled) > LIMIT_CHARACTERS:
        raise ValueError(f"it comes to more than {LIMIT_CHARACTERS} characters: make it shorter")
    return filled
