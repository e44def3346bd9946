"""Drawings and charts: a chart's own copy of its points is what the cells hold."""

from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from xml.etree.ElementTree import Element

from tests.support.ooxml.book import (
    MAX_COLUMNS,
    MAX_ROWS,
    Area,
    Book,
    Cell,
    Sheet,
    area_of,
    reference_of,
    shown,
    whole,
)
from tests.support.ooxml.package import OFFICE_KINDS, REFERENCE

CHART = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/spreadsheetDrawing}"
CACHES = {"strRef": "strCache", "numRef": "numCache"}


def drawings_are_anchored_in_their_sheet(book: Book) -> Iterator[str]:
    for part, root in _roots(book, "drawing"):
        for end in ("from", "to"):
            for one in root.iter(f"{DRAWING}{end}"):
                column, row = (whole(one.findtext(f"{DRAWING}{name}", "-")) for name in ("col", "row"))
                if not 0 <= column < MAX_COLUMNS or not 0 <= row < MAX_ROWS:
                    yield f"{part}: a drawing is anchored at column {column}, row {row}"
        for one in root.iter(f"{DRAWING}twoCellAnchor"):
            corners = [
                [whole(one.findtext(f"{DRAWING}{end}/{DRAWING}{name}", "-")) for name in ("col", "row")]
                for end in ("from", "to")
            ]
            if any(last <= first for first, last in zip(*corners, strict=True)):
                yield f"{part}: a drawing reaches from {corners[0]} to {corners[1]}"
        for one in root.iter(f"{DRAWING}ext"):
            if whole(one.get("cx")) < 1 or whole(one.get("cy")) < 1:
                yield f"{part}: a drawing is {one.get('cx')} wide and {one.get('cy')} high"


def drawn_things_have_ids_and_lead_to_charts(book: Book) -> Iterator[str]:
    for part, root in _roots(book, "drawing"):
        things = list(root.iter(f"{DRAWING}cNvPr"))
        for identity, count in Counter(one.get("id") for one in things).items():
            if count > 1 or whole(identity) < 1:
                yield f"{part}: {count} things have the id {identity}"
        for one in things:
            if not one.get("name"):
                yield f"{part}: the thing {one.get('id')} has no name"
        for one in root.iter(f"{CHART}chart"):
            if book.package.target(part, one.get(f"{REFERENCE}id"), "chart") is None:
                yield f"{part}: {one.get(f'{REFERENCE}id')} leads to no chart"


def axes_and_series_belong_together(book: Book) -> Iterator[str]:
    for part, root in _roots(book, "chart"):
        axes = [axis for kind in ("catAx", "valAx") for axis in root.iter(f"{CHART}{kind}")]
        known = Counter(_value(axis, "axId") for axis in axes)
        used = [
            one.get("val") for plot in root.iter(f"{CHART}barChart") for one in plot.iterfind(f"{CHART}axId")
        ]
        crossed = [_value(axis, "crossAx") for axis in axes]
        if set(used) != set(known) or set(crossed) != set(known) or set(known.values()) != {1}:
            yield f"{part}: has the axes {list(known.elements())}, uses {used}, and they cross {crossed}"
        series = list(root.iter(f"{CHART}ser"))
        for key in ("idx", "order"):
            found = [_value(one, key) for one in series]
            if len(set(found)) != len(found) or not found:
                yield f"{part}: its series have the {key} {found}"


def cached_points_are_the_cells(book: Book) -> Iterator[str]:
    for part, root in _roots(book, "chart"):
        for kind, cache in CACHES.items():
            for source in root.iter(f"{CHART}{kind}"):
                yield from _agrees(book, part, source, source.find(f"{CHART}{cache}"))


def series_are_as_long_as_their_categories(book: Book) -> Iterator[str]:
    for part, root in _roots(book, "chart"):
        for series in root.iter(f"{CHART}ser"):
            counts = {
                name: whole(found.get("val"))
                for name in ("cat", "val")
                if (found := series.find(f"{CHART}{name}//{CHART}ptCount")) is not None
            }
            if len(counts) != 2 or len(set(counts.values())) != 1:
                yield f"{part}: a series has {counts} points"


RULES = (
    drawings_are_anchored_in_their_sheet,
    drawn_things_have_ids_and_lead_to_charts,
    axes_and_series_belong_together,
    cached_points_are_the_cells,
    series_are_as_long_as_their_categories,
)


def _agrees(book: Book, part: str, source: Element, cache: Element | None) -> Iterator[str]:
    formula = source.findtext(f"{CHART}f", "")
    sheet, area = _cells(book, formula)
    if sheet is None or area is None:
        yield f"{part}: {formula!r} leads to no cells"
        return
    if cache is None:
        yield f"{part}: has no copy of {formula}, so that a preview draws nothing"
        return
    points = {whole(one.get("idx"), -1): one.findtext(f"{CHART}v", "") for one in cache.iter(f"{CHART}pt")}
    if whole(_value(cache, "ptCount")) != len(area.places) or not set(points) <= set(range(len(area.places))):
        yield f"{part}: has {len(points)} points of {formula}, which is {len(area.places)} cells"
    for number, place in enumerate(area.places):
        cell = sheet.cells.get(place)
        if not _is_same(points.get(number), cell):
            held = cell.text if cell else None
            yield f"{part}: point {number} of {formula} is {points.get(number)!r}, the cell {held!r}"


def _cells(book: Book, formula: str) -> tuple[Sheet | None, Area | None]:
    found = reference_of(formula)
    return (book.sheet(found[0]), area_of(found[1])) if found else (None, None)


def _is_same(point: str | None, cell: Cell | None) -> bool:
    if point is None or cell is None or cell.text is None:
        return point is None and (cell is None or cell.text is None)
    if cell.type == "n":
        return Decimal(point) == Decimal(cell.text)
    return point == shown(cell.text)


def _roots(book: Book, kind: str) -> Iterator[tuple[str, Element]]:
    """Parts of a kind that a sheet, or a drawing of one, leads to."""
    for source in [sheet.part for sheet in book.sheets] + [
        name for name in book.package.parts if "drawing" in name
    ]:
        for one in book.package.relationships(source):
            if one.kind == OFFICE_KINDS + kind and one.target in book.package.roots:
                yield one.target, book.package.roots[one.target]


def _value(element: Element, name: str) -> str | None:
    found = element.find(f"{CHART}{name}")
    return None if found is None else found.get("val")
