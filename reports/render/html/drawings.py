"""Drawings: where the columns of a chart and the bars of an ageing stand. Lengths; the templates draw.

Across, places are percent of the width, so that a drawing fits a phone and a sheet of paper with letters of
one size; down, they are pixels.
"""

from collections.abc import Sequence
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from itertools import accumulate, pairwise
from typing import NamedTuple

from reports.money import ZERO
from reports.render.content.blocks import Chart
from reports.render.content.labels import Labels

TOP_PX, PLOT_PX = Decimal(18), Decimal(150)
GUTTER_PERCENT = Decimal(11)
"""Left of the first month, for the amounts of the scale."""

BAR_PX, LOWEST_PX = Decimal(14), Decimal(4)
"""The height of an ageing's segments: of the oldest bucket, and of what is not due."""
MOST_STEPS = 4
_COLUMN_WIDTHS = (Decimal("0.36"), Decimal("0.18"))
"""Share of a month's place for the first and the second series: width tells them apart, not colour alone."""


class Tick(NamedTuple):
    """A line of the scale."""

    y: str
    label: str
    is_zero: bool


class Bar(NamedTuple):
    """A column: place and size, and the number of its series from 1."""

    series: int
    x: str
    y: str
    width: str
    height: str


class Slot(NamedTuple):
    """A month: the middle of its place, its name, and its year where that is new."""

    x: str
    name: str
    year: str
    bars: Sequence[Bar]


class Plot(NamedTuple):
    """A chart, drawn."""

    title: str
    description: str
    currency: str
    names: Sequence[str]
    ticks: Sequence[Tick]
    slots: Sequence[Slot]


class Segment(NamedTuple):
    """A bucket's part of a bar: its number from 0, place and width in percent, top and height in pixels."""

    bucket: int
    x: str
    width: str
    y: str
    height: str


class Length(NamedTuple):
    """A bar of an ageing, in percent; a negative one is drawn hollow."""

    percent: str
    is_negative: bool


def columns(chart: Chart, labels: Labels) -> Plot:
    """The months of `chart` as columns side by side, from the zero line up or down."""
    values = [value for _, series in chart.series for value in series]
    scale = steps(min(ZERO, *values), max(ZERO, *values))
    low, high = scale[0], scale[-1]
    width = (100 - GUTTER_PERCENT) / len(chart.categories)

    def down(amount: Decimal) -> Decimal:
        return TOP_PX + (high - amount) / (high - low) * PLOT_PX

    def bar(series: int, left: Decimal, amount: Decimal) -> Bar:
        top, bottom = sorted((down(amount), down(ZERO)))
        share = _COLUMN_WIDTHS[series % len(_COLUMN_WIDTHS)]
        return Bar(series + 1, _short(left), _short(top), _short(width * share), _short(bottom - top))

    slots, year_before = [], ""
    for place, category in enumerate(chart.categories):
        start = GUTTER_PERCENT + width * place
        lefts = [start + width * Decimal("0.21"), start + width * Decimal("0.61")]
        name, _, year = category.rpartition(" ")
        bars = [
            bar(series, left, amounts[place])
            for series, (left, (_, amounts)) in enumerate(zip(lefts, chart.series, strict=True))
        ]
        slots.append(
            Slot(_short(start + width / 2), name or year, year if name and year != year_before else "", bars)
        )
        year_before = year
    names = [name for name, _ in chart.series]
    return Plot(
        title=chart.title,
        description=labels.text(
            "{series} per month, {first} to {last}. The table below has the amounts."
        ).format(series=", ".join(names), first=chart.categories[0], last=chart.categories[-1]),
        currency=chart.currency,
        names=names,
        ticks=[Tick(_short(down(step)), _amount(step, scale, labels), step == 0) for step in scale],
        slots=slots,
    )


def lengths(amounts: Sequence[Decimal]) -> list[Length]:
    """A bar for each amount, in percent of the longest."""
    longest = max(map(abs, amounts), default=ZERO) or Decimal(1)
    return [Length(_short(abs(amount) / longest * 100), amount < 0) for amount in amounts]


def stack(lines: Sequence[Sequence[Decimal]]) -> list[list[Segment]]:
    """A bar of segments for each line of amounts, in percent of the longest; what is not above 0 has none."""
    drawn = [[max(amount, ZERO) for amount in amounts] for amounts in lines]
    longest = max(map(sum, drawn), default=ZERO) or Decimal(1)
    bars = []
    for amounts in drawn:
        ends = [end / longest * 100 for end in accumulate(amounts, initial=ZERO)]
        bars.append(
            [
                Segment(bucket, _short(start), _short(end - start), *_place_bucket(bucket, len(amounts)))
                for bucket, (start, end) in enumerate(pairwise(ends))
                if end > start
            ]
        )
    return bars


def list_swatches(count: int) -> list[Segment]:
    """A segment of each of `count` buckets, as long as its legend's drawing."""
    return [Segment(bucket, "0", "100", *_place_bucket(bucket, count)) for bucket in range(count)]


def steps(low: Decimal, high: Decimal) -> list[Decimal]:
    """Round amounts at equal distances from `low` or below to `high` or above, zero among them."""
    rough = (high - low) / MOST_STEPS or Decimal(1)
    power = Decimal(1).scaleb(rough.adjusted())
    step = next(power * factor for factor in (1, 2, 5, 10) if power * factor >= rough)
    first = int((low / step).to_integral_value(ROUND_FLOOR))
    last = int((high / step).to_integral_value(ROUND_CEILING))
    return [step * count for count in range(first, max(last, first + 1) + 1)]


def _amount(step: Decimal, scale: Sequence[Decimal], labels: Labels) -> str:
    is_whole = all(one == int(one) for one in scale)
    return labels.number(int(step)) if is_whole else labels.number(step)


def _place_bucket(bucket: int, count: int) -> tuple[str, str]:
    """Top and height: the older, the higher, so that no colour is needed to tell buckets apart."""
    height = LOWEST_PX + (BAR_PX - LOWEST_PX) * bucket / max(count - 1, 1)
    return _short(BAR_PX - height), _short(height)


def _short(length: Decimal) -> str:
    text = f"{length:.2f}".rstrip("0").rstrip(".")
    return text or "0"
