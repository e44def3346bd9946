"""Cells: sheets as a page's templates want them, every value escaped and shown as its kind says.

An amount of a page is a `data` element with its exact decimal beside the text; in a mail it is text, because
some readers of mail leave out the elements they do not know. Beside the templates, this room alone makes
markup: from literals and escaped texts.
"""

import datetime as dt
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache, partial
from itertools import islice, repeat
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from reports.money import cents
from reports.render.content.blocks import CurrencyAmount, Kind, Link, Row, Rows, Saying, Sheet, Value
from reports.render.content.labels import Labels
from reports.render.html.pieces import Inserts

ROWS_AT_A_TIME = 256
"""Rows whose values are in memory as markup at once."""

_LINK = '<a href="{}" rel="noopener noreferrer">{}</a>'
_SPECIAL = re.compile("[&<>\"']")
"""What markup has a meaning for: most texts are without, and asking first is several times faster."""

_CLASSES = {kind: Markup(kind.value) for kind in Kind}  # noqa: S704 - our own words

Encoders = Mapping[Kind, Callable[[Any], str]]
"""A value of each kind, never None, as the text of markup."""


class Marks(NamedTuple):
    """The elements of an amount, of one below zero and of a date: {0} for machines, {1} for people."""

    amount: str
    negative: str
    date: str


PAGE = Marks(
    '<data value="{0}">{1}</data>',
    '<data class="minus" value="{0}">{1}</data>',
    '<time datetime="{0}">{1}</time>',
)
PLAIN = Marks("{1}", "{1}", "{1}")
MAIL = Marks("<span>{1}</span>", "<span>{1}</span>", "<span>{1}</span>")


class HtmlHeading(NamedTuple):
    """A column: its key, what stands above it, and the kind of its values."""

    key: str
    heading: str
    kind: Markup


class Cell(NamedTuple):
    """A value as markup, and its kind: the class of its element."""

    kind: Markup
    markup: Markup


class TextLine(NamedTuple):
    """A row: a heading over `span` columns, the other cells, and a grid that stands under them."""

    head: Cell
    cells: Sequence[Cell]
    details: "HtmlGrid | None" = None
    span: int = 1


class Shape(NamedTuple):
    """What the rows of a grid have in common: the columns that are shown, and how."""

    places: Sequence[int]
    kinds: Sequence[Kind]
    encode: Encoders
    labels: Labels
    inserts: Inserts | None


@dataclass(frozen=True)
class HtmlPart:
    """Rows under a title of their own, or all rows under none, with their subtotal.

    The markup of a row is made when a template asks for it, so that it is in memory once.
    """

    title: str | None
    total: TextLine | None
    _shape: Shape
    _rows: Rows
    _details: Sequence[Sheet | None] = ()

    @property
    def lines(self) -> Sequence[TextLine]:
        """The rows, each with its cells."""
        kinds = [_CLASSES[kind] for kind in self._shape.kinds]
        lines = []
        for texts, details in zip(self._texts(), self._grids(), strict=False):
            head, *others = map(Cell, kinds, map(Markup, texts))
            lines.append(TextLine(head, others, details))
        return lines

    def filled(self, row: str, under: Callable[["HtmlGrid", int], str] | None = None) -> Markup:
        """All rows in the form of `row`, where each `%s` is the place of a cell.

        `under` makes what follows a row of the grid that stands under it and the number of columns. Raises
        ValueError where the places are not as many as the cells.
        """
        if row.count("%s") != len(self._shape.kinds):
            raise ValueError(f"a row has {row.count('%s')} places for {len(self._shape.kinds)} cells")
        # A plain text from here on: to fill markup escapes what is escaped already.
        form = "%s".join(piece.replace("%", "%%") for piece in str(escape(row)).split("%s"))
        make = partial(self._filled, form, under)
        inserts = self._shape.inserts
        return Markup(inserts.mark(make) if inserts else "".join(make()))  # noqa: S704 - every cell is escaped

    def _filled(self, form: str, under: Callable[["HtmlGrid", int], str] | None) -> Iterator[str]:
        rows = self._texts()
        if under is None or not self._details:
            while some := "".join(map(form.__mod__, islice(rows, ROWS_AT_A_TIME))):
                yield some
            return
        for texts, details in zip(rows, self._grids(), strict=True):
            yield form % texts
            if details:
                yield escape(under(details, len(texts)))

    def _texts(self) -> Iterator[tuple[str, ...]]:
        """The rows, every value as the text of its markup."""
        places, kinds, encode, *_ = self._shape
        shown = [(place, encode[kind]) for place, kind in zip(places, kinds, strict=True)]
        for start in range(0, len(self._rows), ROWS_AT_A_TIME):
            some = self._rows[start : start + ROWS_AT_A_TIME]
            yield from zip(
                *(
                    ["" if value is None else show(value) for value in some.columns[place]]
                    for place, show in shown
                ),
                strict=True,
            )

    def _grids(self) -> "Iterator[HtmlGrid | None]":
        """What stands under each row; without end where nothing does."""
        if not self._details:
            yield from repeat(None)
        for row, details in zip(self._rows, self._details, strict=True):
            yield _details(details, row[0], self._shape) if details else None


class HtmlGrid(NamedTuple):
    """A sheet, ready for a page: the columns that are shown, and their cells. No rows, no parts."""

    title: str
    columns: Sequence[HtmlHeading]
    parts: Sequence[HtmlPart]
    total: TextLine | None
    empty: str


class Listing(NamedTuple):
    """A sheet as lines, its totals last; one line for a sheet without rows."""

    title: str
    lines: Sequence[Markup]


def build_listing(sheet: Sheet, labels: Labels) -> Listing:
    """`sheet` for readers that show text alone: `23%: Base 100,00 €; VAT 23,00 €`. No groups."""
    whole = grid(sheet, labels, marks=PLAIN)
    lines = [line for part in whole.parts for line in part.lines] + ([whole.total] if whole.total else [])
    headings = [column.heading for column in whole.columns]
    return Listing(whole.title, [_join_line(line, headings) for line in lines] or [escape(whole.empty)])


def grid(sheet: Sheet, labels: Labels, *, marks: Marks = PAGE, inserts: Inserts | None = None) -> HtmlGrid:
    """`sheet` without its hidden columns, its groups as parts. `inserts` takes the rows that are filled."""
    # A plain text's lines are read one at a time, far from their title.
    currency = sheet.currency if marks is PLAIN else sheet.shown_currency
    return _grid(sheet, encoders(currency, labels, marks=marks), labels, inserts)


def encoders(currency: str | None, labels: Labels, *, marks: Marks = PAGE) -> Encoders:
    """How a value of each kind is shown, amounts in `currency`."""

    @lru_cache(maxsize=1024)
    def date(day: dt.date) -> str:
        return marks.date.format(day.isoformat(), labels.date(day))

    def instant(moment: dt.datetime) -> str:
        return marks.date.format(moment.isoformat(timespec="minutes"), labels.instant(moment))

    def number(amount: Decimal) -> str:
        return marks.amount.format(_exact(amount), labels.number(amount))

    def link(value: Link) -> str:
        return (
            escape(value.text) if value.url is None else _LINK.format(escape(value.url), escape(value.text))
        )

    return {
        Kind.TEXT: _text,
        Kind.LONG_TEXT: _text,
        Kind.DATE: date,
        Kind.INSTANT: instant,
        Kind.MONEY: _money(currency or "", labels, marks),
        Kind.NUMBER: number,
        Kind.PERCENT: labels.percent,
        Kind.INTEGER: labels.number,
        Kind.AMOUNT_OR_TEXT: lambda value: number(value) if isinstance(value, Decimal) else _text(value),
        Kind.BOOLEAN: lambda fact: _text(labels.text("Yes") if fact else labels.text("No")),
        Kind.LINK: link,
        Kind.NAME_LINK: link,
    }


def money(amount: Decimal, currency: str, labels: Labels, marks: Marks = PAGE) -> Markup:
    """The amount as text, on a page with its exact decimal beside it."""
    return Markup(_money(currency, labels, marks)(amount))  # noqa: S704 - escaped there


def fill_saying(saying: Saying, labels: Labels) -> Markup:
    """The sentence with its amounts as those of a page."""
    shown = {
        name: money(*value, labels) if isinstance(value, CurrencyAmount) else escape(value)
        for name, value in saying.values.items()
    }
    return Markup(str(escape(saying.form)).format_map(shown))  # noqa: S704 - every part is escaped


def _grid(sheet: Sheet, encode: Encoders, labels: Labels, inserts: Inserts | None = None) -> HtmlGrid:
    shown = [(place, column) for place, column in enumerate(sheet.columns) if not column.is_hidden]
    shape = Shape(
        [place for place, _ in shown], [column.kind for _, column in shown], encode, labels, inserts
    )
    parts = [
        HtmlPart(
            group.title,
            _total(group.totals, shape) if group.totals else None,
            shape,
            group.rows,
            group.details,
        )
        for group in sheet.groups
    ]
    return HtmlGrid(
        title=sheet.title,
        columns=[HtmlHeading(column.key, column.heading, _CLASSES[column.kind]) for _, column in shown],
        parts=parts or ([HtmlPart(None, None, shape, sheet.rows)] if sheet.rows else []),
        total=_total(sheet.totals, shape) if sheet.totals and sheet.rows else None,
        empty=sheet.empty,
    )


def _total(row: Row, shape: Shape) -> TextLine:
    """The label is a text whatever its column holds; it takes the columns up to the first sum."""
    places, kinds, encode, *_ = shape
    others = [_cell(kind, row[place], encode) for place, kind in zip(places[1:], kinds[1:], strict=True)]
    span = next((place for place, cell in enumerate(others) if cell.markup), 0)
    return TextLine(_cell(Kind.TEXT, row[0], encode), others[span:], span=span + 1)


def _details(sheet: Sheet, head: Value, above: Shape) -> HtmlGrid:
    """The line items of the document `head`, in the same currency."""
    number = head.text if isinstance(head, Link) else head
    title = above.labels.text("Line items of {number}").format(number=number)
    return _grid(sheet, above.encode, above.labels)._replace(title=title)


def _cell(kind: Kind, value: Value, encode: Encoders) -> Cell:
    return Cell(_CLASSES[kind], Markup("" if value is None else encode[kind](value)))  # noqa: S704 - escaped


def _text(value: object) -> str:
    text = str(value)
    return escape(text) if _SPECIAL.search(text) else text


def _money(currency: str, labels: Labels, marks: Marks) -> Callable[[Decimal], str]:
    # Of all that is shown of an amount, only the name of an unknown currency is not CLDR's or ours.
    written = labels.money_in(str(escape(currency)))

    def shown(amount: Decimal) -> str:
        mark = marks.negative if amount < 0 and cents(amount) < 0 else marks.amount
        return mark.format(_exact(amount), written(amount))

    return shown


def _exact(amount: Decimal) -> str:
    """Plain decimal text, never with an exponent."""
    text = str(amount)
    return f"{amount:f}" if "E" in text else text


def _join_line(line: TextLine, headings: Sequence[str]) -> Markup:
    cells = zip(headings[line.span :], line.cells, strict=True)
    shown = [_fill_markup("%s %s", heading, cell.markup) for heading, cell in cells if cell.markup]
    return _fill_markup("%s: %s", line.head.markup, Markup("; ").join(shown))


def _fill_markup(markup: str, *texts: str) -> Markup:
    """`markup`, a literal of this room, with `texts` escaped in its places where they are not yet."""
    return Markup(markup % tuple(map(escape, texts)))  # noqa: S704 - every part is a literal or escaped
