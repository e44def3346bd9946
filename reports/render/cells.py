"""Cells: sheets as a page's templates want them, every value escaped and shown as its kind says.

An amount of a page is a `data` element with its exact decimal beside the text; in a mail it is text, because
some readers of mail leave out the elements they do not know. Beside the templates, this room alone makes
markup: from literals and escaped texts.
"""

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any, NamedTuple

from markupsafe import Markup, escape

from reports.money import cents
from reports.render.labels import Labels
from reports.render.layout import Column, Kind, Link, Row, Sheet, Value

_LINK = '<a href="%s" rel="noopener noreferrer">%s</a>'
_NOTHING = Markup()
_CLASSES = {kind: Markup(kind.value) for kind in Kind}  # noqa: S704 - our own words

Encoders = Mapping[Kind, Callable[[Any], Markup]]
"""A value of each kind, never None, as markup."""


class Marks(NamedTuple):
    """The elements of an amount, of one below zero and of a date: `exact` for machines, `text` for people."""

    amount: str
    negative: str
    date: str


PAGE = Marks(
    '<data value="%(exact)s">%(text)s</data>',
    '<data class="minus" value="%(exact)s">%(text)s</data>',
    '<time datetime="%(exact)s">%(text)s</time>',
)
PLAIN = Marks("%(text)s", "%(text)s", "%(text)s")
MAIL = Marks("<span>%(text)s</span>", "<span>%(text)s</span>", "<span>%(text)s</span>")


class Cell(NamedTuple):
    """A value as markup, and its kind: the class of its element."""

    kind: Markup
    markup: Markup


class Line(NamedTuple):
    """A row: a heading over `span` columns, the other cells, and a grid that stands under them."""

    head: Cell
    cells: Sequence[Cell]
    details: "Grid | None" = None
    span: int = 1


class Part(NamedTuple):
    """Rows under a title of their own, or all rows under none, with their subtotal."""

    title: str | None
    lines: Sequence[Line]
    total: Line | None = None


class Grid(NamedTuple):
    """A sheet, ready for a page: the columns that are shown, and their cells. No rows, no parts."""

    title: str
    columns: Sequence[Column]
    parts: Sequence[Part]
    total: Line | None
    empty: str


class Listing(NamedTuple):
    """A sheet as lines, its totals last; one line for a sheet without rows."""

    title: str
    lines: Sequence[Markup]


def listing(sheet: Sheet, labels: Labels) -> Listing:
    """`sheet` for readers that show text alone: `23%: Base 100,00 €; VAT 23,00 €`. No groups."""
    whole = grid(sheet, labels, marks=PLAIN)
    lines = [line for part in whole.parts for line in part.lines] + ([whole.total] if whole.total else [])
    headings = [column.heading for column in whole.columns]
    return Listing(whole.title, [_listed(line, headings) for line in lines] or [escape(whole.empty)])


def grid(sheet: Sheet, labels: Labels, *, marks: Marks = PAGE) -> Grid:
    """`sheet` without its hidden columns, its groups as parts."""
    shown = [(index, column) for index, column in enumerate(sheet.columns) if not column.is_hidden]
    encode = encoders(sheet.currency, labels, marks=marks)

    def cells(row: Row) -> list[Cell]:
        return [_cell(column.kind, row[index], encode) for index, column in shown]

    def line(row: Row, details: Sheet | None = None) -> Line:
        head, *others = cells(row)
        return Line(head, others, _details(details, row[0], labels, marks) if details else None)

    def total(row: Row) -> Line:
        """The label is a text whatever its column holds; it takes the columns up to the first sum."""
        others = cells((None, *row[1:]))[1:]
        span = next((place for place, cell in enumerate(others) if cell.markup), 0)
        return Line(_cell(Kind.TEXT, row[0], encode), others[span:], span=span + 1)

    def part(
        title: str | None, rows: Sequence[Row], details: Sequence[Sheet | None], totals: Row | None
    ) -> Part:
        lines = list(map(line, rows, details or [None] * len(rows)))
        return Part(title, lines, total(totals) if totals else None)

    parts = [part(group.title, group.rows, group.details, group.totals) for group in sheet.groups]
    return Grid(
        title=sheet.title,
        columns=[column for _, column in shown],
        parts=parts or ([part(None, sheet.rows, (), None)] if sheet.rows else []),
        total=total(sheet.totals) if sheet.totals and sheet.rows else None,
        empty=sheet.empty,
    )


def encoders(currency: str | None, labels: Labels, *, marks: Marks = PAGE) -> Encoders:
    """How a value of each kind is shown, amounts in `currency`."""

    def number(amount: Decimal) -> Markup:
        return _marked(marks.amount, f"{amount:f}", labels.number(amount))

    def link(value: Link) -> Markup:
        return escape(value.text) if value.url is None else _filled(_LINK, value.url, value.text)

    return {
        Kind.TEXT: escape,
        Kind.LONG_TEXT: escape,
        Kind.DATE: lambda day: _marked(marks.date, day.isoformat(), labels.date(day)),
        Kind.MONEY: partial(money, currency=currency or "", labels=labels, marks=marks),
        Kind.NUMBER: number,
        Kind.PERCENT: lambda rate: escape(labels.percent(rate)),
        Kind.INTEGER: lambda count: escape(labels.number(count)),
        Kind.BOOLEAN: lambda fact: escape(labels.text("Yes") if fact else labels.text("No")),
        Kind.LINK: link,
        Kind.NAME_LINK: link,
    }


def money(amount: Decimal, currency: str, labels: Labels, marks: Marks = PAGE) -> Markup:
    """The amount as text, on a page with its exact decimal beside it."""
    markup = marks.negative if cents(amount) < 0 else marks.amount
    return _marked(markup, f"{amount:f}", labels.money(amount, currency))


def _listed(line: Line, headings: Sequence[str]) -> Markup:
    cells = zip(headings[line.span :], line.cells, strict=True)
    shown = [_filled("%s %s", heading, cell.markup) for heading, cell in cells if cell.markup]
    return _filled("%s: %s", line.head.markup, Markup("; ").join(shown))


def _cell(kind: Kind, value: Value, encode: Encoders) -> Cell:
    return Cell(_CLASSES[kind], _NOTHING if value is None else encode[kind](value))


def _details(sheet: Sheet, head: Value, labels: Labels, marks: Marks) -> Grid:
    """The line items of the document `head`; their sum, unrounded, would compete with its amounts."""
    number = head.text if isinstance(head, Link) else head
    title = labels.text("Line items of {number}").format(number=number)
    return grid(sheet, labels, marks=marks)._replace(title=title, total=None)


def _marked(markup: str, exact: str, text: str) -> Markup:
    """`markup`, a literal of this room, with both escaped in their places."""
    return Markup(markup % {"exact": escape(exact), "text": escape(text)})  # noqa: S704 - as in _filled


def _filled(markup: str, *texts: str) -> Markup:
    """`markup`, a literal of this room, with `texts` escaped in its places where they are not yet."""
    return Markup(markup % tuple(map(escape, texts)))  # noqa: S704 - every part is a literal or escaped
