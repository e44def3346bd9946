"""The scale of a chart holds every amount, and a bar is as long as its amount is large."""

from decimal import Decimal
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from reports.money import ZERO
from reports.render.content.blocks import Chart
from reports.render.content.labels import Labels
from reports.render.html import drawings

AMOUNTS = st.decimals(-(10**11), 10**11, places=2)


@given(AMOUNTS, AMOUNTS)
def test_the_scale_holds_both_ends_and_zero_in_a_few_steps(one: Decimal, other: Decimal) -> None:
    low, high = min(ZERO, one, other), max(ZERO, one, other)
    scale = drawings.steps(low, high)
    assert scale[0] <= low
    assert scale[-1] >= high
    assert 0 in scale
    assert 2 <= len(scale) <= drawings.MOST_STEPS + 3
    assert len({after - before for before, after in pairwise(scale)}) == 1


@given(st.lists(AMOUNTS, min_size=12, max_size=12))
def test_no_column_leaves_the_drawing(net: list[Decimal]) -> None:
    drawn = drawings.columns(chart(net), Labels("en"))
    for slot in drawn.slots:
        for bar in slot.bars:
            assert Decimal(bar.x) >= drawings.GUTTER_PERCENT
            assert Decimal(bar.x) + Decimal(bar.width) <= 100
            assert Decimal(bar.y) >= drawings.TOP_PX
            assert Decimal(bar.height) >= 0
            assert Decimal(bar.y) + Decimal(bar.height) <= drawings.TOP_PX + drawings.PLOT_PX + Decimal(
                "0.02"
            )


def test_a_negative_month_hangs_below_the_zero_line() -> None:
    drawn = drawings.columns(chart([Decimal(-50)] + [Decimal(100)] * 11), Labels("en"))
    zero = next(Decimal(tick.y) for tick in drawn.ticks if tick.is_zero)
    below, above = drawn.slots[0].bars[0], drawn.slots[1].bars[0]
    assert Decimal(below.y) == zero
    assert Decimal(above.y) + Decimal(above.height) == zero
    assert Decimal(above.height) == 2 * Decimal(below.height)


def test_a_year_is_named_once() -> None:
    drawn = drawings.columns(chart([Decimal(1)] * 12), Labels("en"))
    assert [slot.year for slot in drawn.slots] == ["2025", "", "2026", *[""] * 9]
    assert [slot.name for slot in drawn.slots][:3] == ["Nov", "Dec", "Jan"]


def test_bars_are_percent_of_the_longest_and_a_negative_one_is_hollow() -> None:
    bars = drawings.lengths([Decimal("25.00"), Decimal("-100.00"), ZERO])
    assert bars == [("25", False), ("100", True), ("0", False)]
    assert drawings.lengths([ZERO]) == [("0", False)]
    assert drawings.lengths([]) == []


def chart(net: list[Decimal]) -> Chart:
    months = (
        "Nov 2025",
        "Dec 2025",
        *(f"{name} 2026" for name in "Jan Feb Mar Apr May Jun Jul Aug Sep Oct".split()),
    )
    return Chart("months", "Months", "EUR", "Month", months, (("Net", tuple(net)), ("VAT", tuple(net))))


@given(st.lists(st.lists(AMOUNTS, min_size=5, max_size=5), max_size=4))
def test_segments_lie_end_to_end_and_none_leaves_the_drawing(lines: list[list[Decimal]]) -> None:
    for amounts, bar in zip(lines, drawings.stack(lines), strict=True):
        assert {segment.bucket for segment in bar} <= {
            bucket for bucket, amount in enumerate(amounts) if amount > 0
        }
        for one, other in pairwise(bar):
            assert abs(Decimal(one.x) + Decimal(one.width) - Decimal(other.x)) <= Decimal("0.02")
        if bar:
            assert Decimal(bar[0].x) == 0
            assert Decimal(bar[-1].x) + Decimal(bar[-1].width) <= Decimal("100.01")


def test_the_longest_bar_is_as_wide_as_its_place_and_older_buckets_are_higher() -> None:
    long, short = drawings.stack([[Decimal(50), Decimal(50)], [ZERO, Decimal(25)]])
    assert [(segment.x, segment.width) for segment in long] == [("0", "50"), ("50", "50")]
    assert [(segment.bucket, segment.x, segment.width) for segment in short] == [(1, "0", "25")]
    assert [segment.height for segment in long] == ["4", "14"]
    assert [segment.y for segment in drawings.list_swatches(2)] == ["10", "0"]
