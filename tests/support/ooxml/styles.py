"""Styles: every id that a cell or a style uses is there. One that is not makes Excel drop all styles."""

import re
from collections import Counter
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from tests.support.ooxml.book import MAIN, Book, each_cell, whole

FIRST_OWN_FORMAT = 164
MAX_STYLES = 65_490
MAX_FONT_SIZE, MAX_FONT_NAME = 409, 31
MAX_INDENT = 250
BUILT_IN = {*range(5), *range(9, 23), *range(37, 41), *range(45, 50)}
"""Number formats that need no definition."""

PARTS = {"fontId": "fonts", "fillId": "fills", "borderId": "borders"}
HORIZONTAL = {"general", "left", "center", "right", "fill", "justify", "centerContinuous", "distributed"}
VERTICAL = {"top", "center", "bottom", "justify", "distributed"}


def lists_count_what_they_hold(book: Book) -> Iterator[str]:
    for one in book.styles:
        if one.get("count") is not None and whole(one.get("count")) != len(one):
            yield f"{book.styles_part}: {one.tag} says {one.get('count')} and holds {len(one)}"


def the_defaults_are_there(book: Book) -> Iterator[str]:
    for name in ("fonts", "borders", "cellStyleXfs", "cellXfs"):
        if not _entries(book, name):
            yield f"{book.styles_part}: {name} is empty"
    patterns = [
        one.get("patternType", "none") for one in book.styles.iterfind(f"{MAIN}fills/*/{MAIN}patternFill")
    ]
    if patterns[:2] != ["none", "gray125"]:
        yield f"{book.styles_part}: the first two fills are {patterns[:2]}, and Excel takes them for its own"
    if len(_entries(book, "cellXfs")) > MAX_STYLES:
        yield f"{book.styles_part}: has {len(_entries(book, 'cellXfs'))} styles"


def number_formats_are_defined_once(book: Book) -> Iterator[str]:
    formats = _entries(book, "numFmts")
    for identity, count in Counter(one.get("numFmtId") for one in formats).items():
        if count > 1:
            yield f"{book.styles_part}: the number format {identity} is defined {count} times"
        if whole(identity) < FIRST_OWN_FORMAT:
            yield f"{book.styles_part}: the number format {identity} is Excel's own"
    for one in formats:
        code = one.get("formatCode", "")
        if not _is_format(code):
            yield f"{book.styles_part}: {code!r} is no number format"


def styles_use_what_there_is(book: Book) -> Iterator[str]:
    formats = BUILT_IN | {whole(one.get("numFmtId")) for one in _entries(book, "numFmts")}
    for group in ("cellStyleXfs", "cellXfs"):
        for number, xf in enumerate(_entries(book, group)):
            place = f"{book.styles_part}: style {number} of {group}"
            if whole(xf.get("numFmtId")) not in formats:
                yield f"{place} has the number format {xf.get('numFmtId')}, which is not defined"
            for key, name in PARTS.items():
                if not 0 <= whole(xf.get(key)) < len(_entries(book, name)):
                    yield f"{place} has the {key} {xf.get(key)}, of {len(_entries(book, name))}"
            if not 0 <= whole(xf.get("xfId")) < len(_entries(book, "cellStyleXfs")):
                yield f"{place} has the xfId {xf.get('xfId')}"
    for one in _entries(book, "cellStyles"):
        if not 0 <= whole(one.get("xfId")) < len(_entries(book, "cellStyleXfs")):
            yield f"{book.styles_part}: the named style {one.get('name')!r} has the xfId {one.get('xfId')}"


def fonts_colours_and_alignments_are_possible(book: Book) -> Iterator[str]:
    for element in book.styles.iter():
        colour = element.get("rgb")
        if colour is not None and not re.fullmatch("[0-9A-Fa-f]{8}", colour):
            yield f"{book.styles_part}: {colour!r} is no colour"
    for font in _entries(book, "fonts"):
        size, name = font.find(f"{MAIN}sz"), font.find(f"{MAIN}name")
        if size is not None and not 1 <= float(size.get("val", "0")) <= MAX_FONT_SIZE:
            yield f"{book.styles_part}: a font has the size {size.get('val')}"
        if name is not None and not 1 <= len(name.get("val", "")) <= MAX_FONT_NAME:
            yield f"{book.styles_part}: a font has the name {name.get('val')!r}"
    for one in book.styles.iter(f"{MAIN}alignment"):
        if one.get("horizontal", "general") not in HORIZONTAL or one.get("vertical", "top") not in VERTICAL:
            yield f"{book.styles_part}: an alignment is {one.attrib}"
        if not 0 <= whole(one.get("indent")) <= MAX_INDENT:
            yield f"{book.styles_part}: an indent is {one.get('indent')}"


def cells_have_a_style_there_is(book: Book) -> Iterator[str]:
    count = len(_entries(book, "cellXfs"))
    for place, cell in each_cell(book):
        if not 0 <= cell.style < count:
            yield f"{place}: has the style {cell.style}, of {count}"
    for sheet in book.sheets:
        for tag, key in (("row", "s"), ("col", "style")):
            for one in sheet.root.iter(f"{MAIN}{tag}"):
                if not 0 <= whole(one.get(key)) < count:
                    yield f"{sheet.part}: a {tag} has the style {one.get(key)}, of {count}"


def conditional_formats_have_a_look_there_is(book: Book) -> Iterator[str]:
    count = len(_entries(book, "dxfs"))
    for part, root in [(sheet.part, sheet.root) for sheet in book.sheets] + [
        (part, table) for _, part, table in book.tables
    ]:
        for element in root.iter():
            for key, value in element.attrib.items():
                if key.lower().endswith("dxfid") and not 0 <= whole(value) < count:
                    yield f"{part}: {key} is {value}, of {count}"


RULES = (
    lists_count_what_they_hold,
    the_defaults_are_there,
    number_formats_are_defined_once,
    styles_use_what_there_is,
    fonts_colours_and_alignments_are_possible,
    cells_have_a_style_there_is,
    conditional_formats_have_a_look_there_is,
)


def _entries(book: Book, name: str) -> list[Element]:
    found = book.styles.find(f"{MAIN}{name}")
    return [] if found is None else list(found)


def _is_format(code: str) -> bool:
    """Not empty, not too long, at most four sections, quotes and brackets closed."""
    bare = re.sub(r'\\.|_.|\*.|"[^"]*"', "", code)
    return (
        0 < len(code) <= 255
        and '"' not in bare
        and bare.count(";") <= 3
        and re.fullmatch(r"([^\[\]]|\[[^\[\]]+\])*", bare) is not None
    )
