"""Cells: what they hold has the form that their type says, and a formula is one of the two that we write."""

import math
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from tests.support.ooxml.book import MAIN, Book, each_cell, shown, units, whole
from tests.support.ooxml.package import local

MAX_TEXT = 32_767
MAX_FORMULA, MAX_LITERAL = 8_192, 255
MAX_DATE = 2_958_465
"""The serial number of 31 December 9999."""

FORMS: dict[str, set[tuple[str, ...]]] = {
    "n": {("v",), ("f", "v"), ()},
    "b": {("v",)},
    "str": {("f", "v")},
    "s": {("v",)},
}
"""Type of a cell → what its element may hold. No error, no text of its own, no date as text among them."""

SPACE = "{http://www.w3.org/XML/1998/namespace}space"
NUMBER = re.compile(r"-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
LITERAL = re.compile(r'"((?:[^"]|"")*)"')
SUBTOTAL = re.compile(r"SUBTOTAL\(109,(?P<table>\w+)\[(?P<column>(?:'['\[\]#@]|[^'\[\]#@])+)\]\)")
LINK = re.compile(r'HYPERLINK\("(?P<address>(?i:https?)://(?:[^"]|"")+)","(?P<text>(?:[^"]|"")+)"\)')


def cells_hold_what_their_type_says(book: Book) -> Iterator[str]:
    for sheet in book.sheets:
        for cell in sheet.root.iter(f"{MAIN}c"):
            kind, form = cell.get("t", "n"), tuple(local(child) for child in cell)
            if form not in FORMS.get(kind, set()):
                yield f"{sheet.part} {cell.get('r')}: is of the type {kind} and holds {form}"


def numbers_are_finite(book: Book) -> Iterator[str]:
    for place, cell in each_cell(book):
        text = cell.text
        if (
            cell.type == "n"
            and text is not None
            and not (NUMBER.fullmatch(text) and math.isfinite(float(text)))
        ):
            yield f"{place}: {text!r} is no number"
        if cell.type == "b" and text not in ("0", "1"):
            yield f"{place}: {text!r} is neither true nor false"


def dates_are_days_that_excel_has(book: Book) -> Iterator[str]:
    for place, cell in each_cell(book):
        is_date = cell.style in book.date_styles and cell.type == "n" and cell.text is not None
        if is_date and not (NUMBER.fullmatch(cell.text or "") and 1 <= float(cell.text or "") <= MAX_DATE):
            yield f"{place}: {cell.text} is no date"


def texts_are_plain_and_stand_in_the_table(book: Book) -> Iterator[str]:
    """One part has them all, each as one run without a look of its own; no cell has a text in itself."""
    if local(book.strings) != "sst":
        yield f"{book.strings_part or book.part}: there is no table of texts"
    for number, item in enumerate(book.strings):
        if local(item) != "si" or [local(child) for child in item] != ["t"] or item.attrib:
            yield f"{book.strings_part}: text {number} is not a plain one"
    for sheet in book.sheets:
        for name in ("is", "t", "r"):
            if sheet.root.find(f".//{MAIN}{name}") is not None:
                yield f"{sheet.part}: has a text in a cell"


def places_in_the_table_of_texts_exist(book: Book) -> Iterator[str]:
    for sheet in book.sheets:
        for cell in sheet.root.iter(f"{MAIN}c"):
            named = cell.findtext(f"{MAIN}v")
            if cell.get("t") == "s" and not 0 <= whole(named, -1) < len(book.strings):
                yield f"{sheet.part} {cell.get('r')}: names text {named} of {len(book.strings)}"


def every_text_of_the_table_is_shown(book: Book) -> Iterator[str]:
    named = {
        whole(cell.findtext(f"{MAIN}v"), -1)
        for sheet in book.sheets
        for cell in sheet.root.iter(f"{MAIN}c")
        if cell.get("t") == "s"
    }
    for number in sorted({*range(len(book.strings))} - named):
        yield f"{book.strings_part}: no cell shows text {number}"


def texts_fit_into_their_cells(book: Book) -> Iterator[str]:
    for place, cell in each_cell(book):
        if cell.type in ("str", "s") and units(shown(cell.text or "")) > MAX_TEXT:
            yield f"{place}: has a text of {units(cell.text or '')} characters"


def blanks_around_a_text_are_kept(book: Book) -> Iterator[str]:
    for part, root in ((book.strings_part, book.strings), *((one.part, one.root) for one in book.sheets)):
        for text in root.iter(f"{MAIN}t"):
            if (text.text or "") != (text.text or "").strip() and not _keeps_blanks(text):
                yield f"{part}: the blanks around {text.text!r} are lost"


def no_cell_shows_an_error(book: Book) -> Iterator[str]:
    for place, cell in each_cell(book):
        if cell.type == "e" or (cell.formula is not None and (cell.text or "").startswith("#")):
            yield f"{place}: holds the error {cell.text}"


def formulas_are_ours_and_have_their_result(book: Book) -> Iterator[str]:
    for place, cell in each_cell(book):
        if cell.formula is None:
            continue
        total, link = SUBTOTAL.fullmatch(cell.formula), LINK.fullmatch(cell.formula)
        if total:
            if cell.type != "n":
                yield f"{place}: a total has the type {cell.type}"
        elif link:
            text = link["text"].replace('""', '"')
            if cell.type != "str" or cell.text != text:
                yield f"{place}: shows {cell.text!r}, and its formula gives {text!r}"
        else:
            yield f"{place}: the formula {cell.formula!r} is none of ours"
        if not cell.text:
            yield f"{place}: the formula {cell.formula!r} has no result"


def formulas_keep_the_limits(book: Book) -> Iterator[str]:
    for sheet in book.sheets:
        for formula in sheet.root.iter(f"{MAIN}f"):
            text = formula.text or ""
            if formula.attrib or text.startswith("=") or not 0 < units(text) <= MAX_FORMULA:
                yield f"{sheet.part}: {text[:40]!r} is no plain formula of at most {MAX_FORMULA} characters"
            for literal in LITERAL.findall(text):
                if units(literal.replace('""', '"')) > MAX_LITERAL:
                    yield f"{sheet.part}: a formula has a text of {units(literal)} characters: {literal[:30]}"


RULES = (
    cells_hold_what_their_type_says,
    numbers_are_finite,
    dates_are_days_that_excel_has,
    texts_are_plain_and_stand_in_the_table,
    places_in_the_table_of_texts_exist,
    every_text_of_the_table_is_shown,
    texts_fit_into_their_cells,
    blanks_around_a_text_are_kept,
    no_cell_shows_an_error,
    formulas_are_ours_and_have_their_result,
    formulas_keep_the_limits,
)


def _keeps_blanks(text: Element) -> bool:
    return text.get(SPACE) == "preserve"
