"""Payloads as an API may send them, whatever got into it: the texts of their pages, and spoilt documents.

A payload is the raw values of a client's documents; `pages` makes the texts of its pages. Amounts are
Decimal; `Bare` is text that stands in the page as it is, so that it may hold what no JSON writer writes.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy
from decimal import Decimal
from typing import Any

from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from reports.sandbox.documents import Raw
from tests.support.recorded_papers import CLIENT, sound

PAGE_SIZE = 3

Place = tuple[str | int, ...]
"""The way to a value: keys and positions, from the list of documents on."""


class Bare(str):
    """JSON as it is to stand in the page."""

    __slots__ = ()


TEXTS = (
    *(
        "",
        " ",
        "\t",
        "=1+1",
        "@SUM(A1)",
        "#N/A",
        "＝1+1",
        "<script>alert(1)</script>",
        "{{ 7*7 }}",
        "%s {0} {x}",
    ),
    *(
        "A\u0000B",
        "A\u000bB",
        "\u202eevil\u2066",
        "\ufeffBOM",
        "é\u0301\U0001f9fe",
        "\uffff",
        "a\r\nb",
        "x" * 40_000,
    ),
    *("CON", "../..", "a/b\\c", 'Ana & Filhos, "Lda"', "º ª ß ſ İ ı"),
)
NUMBERS = (
    *(
        "0",
        "-0.0",
        "-1",
        "-123.45",
        "1",
        "7.5",
        "1e2",
        "1E-9",
        "-1e-12",
        "0.005",
        "-0.005",
        "2.675",
        "1.004999999",
    ),
    *("0.30000000000000004", "100.00000000000001", "23.000000000000004", "999999999999.99", "123456789.12"),
    *("1000000000000", "1e12", "1e400", "-1e400", "1e-400", "1e99999999999999999999", "NaN", "Infinity"),
    *(
        "-Infinity",
        "9" * 30,
        "9" * 5_000,
        "-" + "9" * 5_000,
        "0." + "3" * 5_000,
        "101",
        "18446744073709551616",
    ),
)
AMOUNT_TEXTS = (
    *(
        "1234,56",
        "1.234,56",
        "1,234.56",
        "€ 1",
        "1 €",
        "1 234.56",
        "12%",
        "NaN",
        "foo",
        "1_000",
        "0x10",
        ".5",
        "1.",
    ),
    *("10.0", " 10.0\n", "1e2", "-5.00", "0.005", "９", "9" * 30, "true", "null"),
)
DATES = (
    *(
        "31/02/2026",
        "2026-10-05",
        "2026-10-05T00:00:00Z",
        "00/10/2026",
        "05/13/2026",
        "5/10/26",
        "05-10-2026",
    ),
    *("3/4/2026", "29/02/2024", "29/02/2025", "31/12/1900", "01/01/1901", "31/12/9999", "05/10/0026"),
)
NAMES = (
    "Brand new",
    "Doubloon",
    "strange",
    "Invoice",
    "CreditNote",
    "final",
    "draft",
    "FINAL",
    "invoice",
    "Euro",
)
NESTED = ("[]", "{}", "[null]", '{"amount": 1}', "[1.50]", '"\\ud800"', "[[[]]]")
DEPTHS = (20, 90, 98, 150, 950, 985)

ODD = st.one_of(
    st.sampled_from([None, True, False]),
    st.sampled_from(TEXTS),
    st.sampled_from(AMOUNT_TEXTS),
    st.sampled_from(NUMBERS).map(Bare),
    st.sampled_from(DATES),
    st.sampled_from(NAMES),
    st.sampled_from(NESTED).map(Bare),
    st.sampled_from(DEPTHS).map(lambda levels: Bare("[" * levels + "]" * levels)),
    st.text(max_size=8),
    st.integers(-(10**20), 10**20),
    st.decimals(-(10**6), 10**6, places=3, allow_nan=False),
)
"""Each fault of a value, wherever it is put."""

_AMOUNTS = st.sampled_from(NUMBERS).map(Bare) | st.sampled_from(AMOUNT_TEXTS)
_DATES = st.sampled_from(DATES)
_WORDS = st.sampled_from(NAMES)
AIMED: Mapping[object, st.SearchStrategy[object]] = {
    **dict.fromkeys(
        ("sum", "discount", "before_taxes", "taxes", "total", "tax_amount", "subtotal"), _AMOUNTS
    ),
    **dict.fromkeys(("retention", "value", "id", "quantity"), _AMOUNTS),
    **dict.fromkeys(("date", "due_date"), _DATES),
    **dict.fromkeys(("type", "status", "currency"), _WORDS),
}
"""By the name of a field, the faults that are worst there."""


@st.composite
def spoilt(draw: st.DrawFn) -> list[Raw]:
    """Draws documents with one to three faults somewhere in them."""
    papers = draw(sound().filter(bool))
    for _ in range(draw(st.sampled_from([1, 1, 2, 3]))):
        _spoil(draw, papers)
    return papers


def gathered(strategy: st.SearchStrategy[list[Raw]], count: int) -> list[list[Raw]]:
    """So many payloads, the same every time."""
    found: list[list[Raw]] = []

    @settings(max_examples=count, derandomize=True, deadline=None, phases=[Phase.generate])
    @given(strategy)
    def gather(papers: list[Raw]) -> None:
        found.append(papers)

    gather()
    return found


def owned_by(client: int, papers: Sequence[Any]) -> list[Any]:
    """The same documents, of another client than CLIENT."""
    moved = deepcopy(list(papers))
    owners = [paper.get("client") for paper in moved if isinstance(paper, dict)]
    for owner in owners:
        if isinstance(owner, dict) and owner.get("id") == CLIENT:
            owner["id"] = client
    return moved


def pages(papers: Sequence[object]) -> list[str]:
    """The texts of the pages that hold `papers`, at least one, with the pagination that belongs to them."""
    count = -(-len(papers) // PAGE_SIZE)
    return [
        written(
            {
                "invoices": list(papers[start : start + PAGE_SIZE]),
                "pagination": {
                    "total_entries": len(papers),
                    "current_page": number,
                    "total_pages": count,
                    "per_page": PAGE_SIZE,
                },
            }
        )
        for number, start in enumerate(range(0, max(len(papers), 1), PAGE_SIZE), start=1)
    ]


def written(value: object) -> str:
    """`value` as JSON: every Decimal with its own digits, what is bare as it is."""
    if isinstance(value, Bare):
        return str(value)
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, dict):
        return "{" + ", ".join(f'"{key}": {written(part)}' for key, part in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return json.dumps(value, ensure_ascii=False)


def _spoil(draw: st.DrawFn, papers: list[Any]) -> None:
    places = list(_places(papers))
    if draw(st.booleans()):
        places = [place for place in places if place[-1] in AIMED] or places
    *way, last = draw(st.sampled_from(places))
    holder: Any = papers
    for step in way:
        holder = holder[step]
    fault = draw(st.sampled_from(["odd"] * 8 + ["missing", "extra", "twice"]))
    if fault == "extra" and isinstance(holder, dict):
        holder["brand_new"] = draw(ODD)
    elif fault == "twice":
        again = deepcopy(draw(st.sampled_from(papers)))
        papers.append(again | {"total": Decimal("0.01")} if isinstance(again, dict) else again)
    elif fault == "missing" and way:
        del holder[last]
    else:
        holder[last] = draw(AIMED[last] if last in AIMED and draw(st.booleans()) else ODD)


def _places(value: object, way: Place = ()) -> Iterator[Place]:
    """The ways to all parts of `value`, deepest last."""
    parts: Sequence[tuple[str | int, object]] = ()
    if isinstance(value, dict):
        parts = list(value.items())
    elif isinstance(value, list):
        parts = list(enumerate(value))
    for key, part in parts:
        yield (*way, key)
        yield from _places(part, (*way, key))
