"""A strict reader of workbooks, of the standard library alone and independent of what writes them.

Excel "repairs" a file, and drops a table or all styles, where LibreOffice looks the other way. Here stand the
rules whose breach makes it do so, each as a small function that says in a sentence what is wrong and where:
rules of packages (ECMA-376, part 2), of the schemas (part 1), and those that Excel alone knows. A few are
this product's own: the only formulas are two, each with its result, and no cell holds an error.

A later stage is only looked at when the stage before it found nothing.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from tests.support.ooxml import cells, charts, order, package, sheets, styles, tables, workbook
from tests.support.ooxml.book import Book, read
from tests.support.ooxml.package import Package

PACKAGE_RULES: tuple[Callable[[Package], Iterator[str]], ...] = (*package.RULES, *order.RULES)
BOOK_RULES: tuple[Callable[[Book], Iterator[str]], ...] = (
    *workbook.RULES,
    *styles.RULES,
    *sheets.RULES,
    *cells.RULES,
    *tables.RULES,
    *charts.RULES,
)


def violations(path: Path) -> list[str]:
    """What Excel would not take as it stands, a sentence each; empty for a sound workbook."""
    found = package.opened(path)
    sentences = found.unreadable or [sentence for rule in PACKAGE_RULES for sentence in rule(found)]
    if sentences:
        return sentences
    book = read(found)
    return [sentence for rule in BOOK_RULES for sentence in rule(book)]


def book_of(path: Path) -> Book:
    """The workbook as it is stored. Raises KeyError where its package has no workbook."""
    return read(package.opened(path))
