"""What a report shows, before it is a workbook or a page: blocks of columns and rows, in plain values.

Workbook and statement are made from the same blocks, so headings, order and totals are decided once and the
two cannot disagree. A renderer knows kinds, not reports: Excel maps a kind to a number format, HTML to text.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from operator import attrgetter
from types import MappingProxyType
from typing import Any, Literal, NamedTuple, overload
from urllib.parse import urlsplit

from reports.money import ZERO


class Kind(StrEnum):
    """The type of a value, and how it is shown."""

    TEXT = "text"
    LONG_TEXT = "long-text"
    DATE = "date"
    INSTANT = "instant"
    MONEY = "money"
    NUMBER = "number"
    PERCENT = "percent"
    INTEGER = "integer"
    BOOLEAN = "boolean"
    LINK = "link"
    AMOUNT_OR_TEXT = "amount-or-text"
    NAME_LINK = "name-link"
    """A link whose text says what is meant: where the address cannot be opened, the text stands alone."""


class Tone(StrEnum):
    """What is to be seen at a glance; the word beside it says the same."""

    QUIET = "quiet"
    ATTENTION = "attention"
    ALARM = "alarm"


class Mark(NamedTuple):
    """Values that have a tone, by how they compare with `value`."""

    test: Literal["is", "is not", "above"]
    value: str | int
    tone: Tone


class Link(NamedTuple):
    """A text and the page it leads to; `url` None when there is none that is safe to open."""

    text: str
    url: str | None


_ORDINARY_URL = re.compile(r"https?://[A-Za-z0-9.-]+(/[!-~]*)?")
"""What needs no closer look."""

Value = str | Decimal | int | bool | dt.date | Link | None
Row = tuple[Value, ...]
"""By kind: str for TEXT, date for DATE, datetime for INSTANT, Decimal for MONEY and NUMBER, one of both for
AMOUNT_OR_TEXT; for PERCENT 23 when it is 23 %."""


class Rows(Sequence[Row]):
    """Rows that lie as columns of one length; a row is made in passing."""

    def __init__(self, columns: Sequence[Sequence[Value]]) -> None:
        self.columns = columns

    @classmethod
    def from_rows(cls, rows: Iterable[Sequence[Value]], width: int) -> "Rows":
        """Rows of `width` values each."""
        return cls(list(zip(*rows, strict=True)) or [()] * width)

    @classmethod
    def from_items(
        cls, columns: "Iterable[Column]", items: Sequence[object], **shown: Callable[[Any], Value]
    ) -> "Rows":
        """A row an item: under each column's key what `shown` makes of it, or else its own attribute."""
        makers = [shown.get(column.key) or attrgetter(column.key) for column in columns]
        return cls([list(map(make, items)) for make in makers])

    def __len__(self) -> int:
        return len(self.columns[0]) if self.columns else 0

    def __iter__(self) -> Iterator[Row]:
        return zip(*self.columns, strict=True)

    @overload
    def __getitem__(self, place: int) -> Row: ...

    @overload
    def __getitem__(self, place: slice) -> "Rows": ...

    def __getitem__(self, place: int | slice) -> "Row | Rows":
        """A row, or several as rows again."""
        if isinstance(place, slice):
            return Rows([values[place] for values in self.columns])
        return tuple(values[place] for values in self.columns)


@dataclass(frozen=True)
class Column:
    """`key` is stable and ASCII, `heading` is translated. `has_total`: the totals row adds it up.

    `marks` give the column's values a tone where the medium has one. `currency` is that of numbers which are
    amounts of another currency than the grid's.
    """

    key: str
    heading: str
    kind: Kind
    has_total: bool = False
    is_hidden: bool = False
    marks: tuple[Mark, ...] = ()
    currency: str | None = None


@dataclass(frozen=True)
class Group:
    """Consecutive rows of a sheet under one heading, with their subtotal; "" and () for neither.

    `details` is empty, or has one place per row for a grid that stands under it.
    """

    title: str
    rows: Rows
    totals: Row
    details: "Sequence[Sheet | None]" = ()


@dataclass(frozen=True)
class Sheet:
    """A grid. All money in it is of one `currency`; None when a column of the grid names it row by row.

    `rows` has a column of values for each of `columns`.

    `totals` has a value per column, a text in the first, or is None for a grid without a totals row.
    `empty` is what stands there when there is no row. `groups`, where given, hold the same rows in order.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: Rows
    empty: str
    currency: str | None = None
    totals: Row | None = None
    groups: tuple[Group, ...] = ()

    @cached_property
    def shown_currency(self) -> str | None:
        """The currency that amounts are shown with: None where a column or the title names it already."""
        named = any(column.key == "currency" for column in self.columns)
        return None if named or self.title.endswith(f" {self.currency}") else self.currency


class Fact(NamedTuple):
    """A label and its value."""

    label: str
    value: str


@dataclass(frozen=True)
class Head:
    """The head of a printed page: a title, and facts in columns beside each other, each in a group."""

    title: str
    groups: tuple[tuple[Fact, ...], ...]


@dataclass(frozen=True)
class Note:
    """Sentences."""

    lines: tuple[str, ...]


class CurrencyAmount(NamedTuple):
    """An amount and its currency."""

    amount: Decimal
    currency: str


class Saying(NamedTuple):
    """A sentence with its values: `form`, translated, names the places of `values`, amounts or texts."""

    form: str
    values: Mapping[str, CurrencyAmount | str] = MappingProxyType({})


@dataclass(frozen=True)
class Chart:
    """Columns side by side over the same categories, amounts of one currency."""

    key: str
    title: str
    currency: str
    category: str
    categories: tuple[str, ...]
    series: tuple[tuple[str, tuple[Decimal, ...]], ...]


@dataclass(frozen=True)
class Beside:
    """Two narrow grids beside each other."""

    left: Sheet
    right: Sheet


Block = Head | Sheet | Beside | Chart | Note


@dataclass(frozen=True)
class PageTab:
    """A worksheet that is read and printed like paper: blocks below each other, on one page or several."""

    title: str
    pages: tuple[tuple[Block, ...], ...]


@dataclass(frozen=True)
class DataTab:
    """A worksheet that is one Excel table from its first row, with sentences below it.

    Its first `frozen` columns stay in sight.
    """

    title: str
    sheet: Sheet
    notes: tuple[str, ...] = ()
    frozen: int = 1


@dataclass(frozen=True)
class Book:
    """A workbook. `made_at` stands in its properties, so that equal content gives equal bytes."""

    title: str
    footer: str
    author: str
    language: str
    made_at: dt.datetime
    tabs: tuple[PageTab | DataTab, ...]
    subject: str = ""
    keywords: tuple[str, ...] = ()


def totals_of(columns: Sequence[Column], rows: Rows, label: str) -> Row:
    """The totals row: `label` first, sums where a column has a total, None elsewhere."""
    pairs = list(zip(columns, rows.columns, strict=True))
    return (label, *(_sum(column, values) if column.has_total else None for column, values in pairs[1:]))


def only(names: Iterable[str | None]) -> str | None:
    """The one name among them; None where there are several, or none."""
    found = {name for name in names if name}
    return found.pop() if len(found) == 1 else None


def drop_columns(sheet: Sheet, *keys: str) -> Sheet:
    """The sheet without the columns `keys`."""
    kept = [index for index, column in enumerate(sheet.columns) if column.key not in keys]

    def cut(row: Row) -> Row:
        return tuple(row[index] for index in kept) if row else ()

    def cut_rows(rows: Rows) -> Rows:
        return Rows([rows.columns[index] for index in kept])

    return replace(
        sheet,
        columns=tuple(sheet.columns[index] for index in kept),
        rows=cut_rows(sheet.rows),
        totals=cut(sheet.totals) if sheet.totals else None,
        groups=tuple(
            replace(group, rows=cut_rows(group.rows), totals=cut(group.totals)) for group in sheet.groups
        ),
    )


def drop_empty_columns(sheet: Sheet, *keys: str) -> Sheet:
    """The sheet without those of the columns `keys` in which every value is zero or missing."""
    empty = [
        column.key
        for column, values in zip(sheet.columns, sheet.rows.columns, strict=True)
        if column.key in keys and not any(values)
    ]
    return drop_columns(sheet, *empty)


def safe_url(url: str | None) -> str | None:
    """`url` when it is an http(s) address that can be opened as it stands, else None."""
    if url and _ORDINARY_URL.fullmatch(url):
        return url
    if not url or not url.isprintable() or " " in url:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in ("http", "https") and parts.hostname else None


def _sum(column: Column, values: Sequence[Value]) -> Value:
    if column.kind is Kind.INTEGER:
        return sum(value for value in values if isinstance(value, int))
    return sum((value for value in values if isinstance(value, Decimal)), ZERO)


Grids = Mapping[tuple[str, str], Sheet]
"""A client's part of the summary's sheets, by sheet and currency, `""` for sheets of all currencies."""
