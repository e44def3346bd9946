"""Cells: what they hold has the form that their type says, and a formula is one of the two that we write."""

import math
import re
from collections.abc import Iterator
from xml.etree.ElementTree import Element

from tests.support.ooxml.book import MAIN, Book, each_cell, shown, units
from tests.support.ooxml.package import local

MAX_TEXT = 32_767
MAX_FORMULA, MAX_LITERAL = 8_192, 255
MAX_DATE = 2_958_465
"""The serial number of 31 December 9999."""

FORMS: dict[str, set[tuple[str, ...]]] = {
    "n": {("v",), ("f", "v"), ()},
    "b": {("v",)},
    "str": {("f", "v")},
    "inlineStr": {("is",)},
}
"""Type of a cell → what its element may hold. No error, no shared text and no date as text among them."""

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


def texts_fit_into_their_cells(book: Book) -> Iterator[str]:
    for place, cell in each_cell(book):
        if cell.type in ("str", "inlineStr") and units(shown(cell.text or "")) > MAX_TEXT:
            yield f"{place}: has a text of {units(cell.text or '')} characters"


def blanks_around_a_text_are_kept(book: Book) -> Iterator[str]:
    for sheet in book.sheets:
        for text in sheet.root.iter(f"{MAIN}t"):
            if (text.text or "") != (text.text or "").strip() and not _keeps_blanks(text):
                yield f"{sheet.part}: the blanks around {text.text!r} are lost"


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
    texts_fit_into_their_cells,
    blanks_around_a_text_are_kept,
    no_cell_shows_an_error,
    formulas_are_ours_and_have_their_result,
    formulas_keep_the_limits,
)


def _keeps_blanks(text: Element) -> bool:
    return text.get(SPACE) == "preserve"
