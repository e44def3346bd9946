"""What the values of a column take: the longest line as it is shown, decimals, and whether a link opens."""

import datetime as dt
from decimal import Decimal

import pytest

from reports.render.content.blocks import Column, Kind, Link, Rows, Sheet, Value
from reports.render.xlsx import extents
from reports.render.xlsx.extents import Measure, measure_columns
from tests.support.grids import build_grid


@pytest.mark.parametrize(
    ("kind", "values", "measure"),
    [
        (Kind.TEXT, ("a", None, "abc"), Measure(longest=3, whole=3)),
        (Kind.LONG_TEXT, ("ab\nabcd", "abcde"), Measure(longest=5, whole=7, breaks=True)),
        (Kind.MONEY, (Decimal("-1234.5"), Decimal(7)), Measure(longest=len("-1,234.50"))),
        (Kind.NUMBER, (Decimal("0.5"),), Measure(longest=len("0.5000"))),
        (Kind.INTEGER, (7, 12345), Measure(longest=5)),
        (Kind.PERCENT, (Decimal(23), Decimal("5.25")), Measure(longest=len("23.00"), places=2)),
        (Kind.PERCENT, (Decimal("1E+1"),), Measure(longest=len("10.00"))),
        (Kind.DATE, (dt.date(2026, 10, 5), None), Measure(longest=len("05/10/2026"))),
        (
            Kind.INSTANT,
            (dt.datetime(2026, 10, 5, 6, 30, tzinfo=dt.UTC),),
            Measure(longest=len("05/10/2026 06:30")),
        ),
        (Kind.AMOUNT_OR_TEXT, ("final", None, Decimal("1.5")), Measure(longest=6, whole=5)),
        (Kind.AMOUNT_OR_TEXT, (Decimal("1.5"), Decimal(-100)), Measure(longest=len("-100.0000"))),
        (Kind.LINK, (Link("View", "https://example.com"), None), Measure(4, 4, opens=True)),
        (Kind.LINK, (Link("no address", None),), Measure(10, 10)),
        (Kind.MONEY, (None, Decimal("1.00")), Measure(longest=4)),
        (Kind.TEXT, (), Measure()),
        (Kind.MONEY, (), Measure()),
    ],
)
def test_a_column_takes_what_its_longest_value_takes(
    kind: Kind, values: tuple[Value, ...], measure: Measure
) -> None:
    assert measure_columns(build_grid("Heading", kind, *values)) == [measure]


def test_a_total_that_is_longer_than_its_values_counts() -> None:
    columns = (Column("name", "Name", Kind.TEXT), Column("net", "Net", Kind.MONEY, has_total=True))
    grid = Sheet("g", "G", columns, Rows([["a"], [Decimal(1)]]), empty="–", totals=("Total", Decimal(1000)))
    assert [measure.longest for measure in measure_columns(grid)] == [len("Total"), len("1,000.00")]


def test_rows_are_measured_chunk_by_chunk_and_each_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extents, "CHUNK_ROWS", 2)
    (measure,) = measure_columns(build_grid("Heading", Kind.LONG_TEXT, "a", "abc\n", "ab", "abcdef", "b"))
    assert measure == Measure(longest=6, whole=6, breaks=True)
