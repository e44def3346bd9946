"""What the bodies of a mail say. They have no elements for machines: amounts are read as people read them."""

import re
from decimal import Decimal
from html.parser import HTMLParser

from tests.support.tie import expected, found, raw
from tests.support.tie.facts import SPLIT_AMOUNTS, Facts, Month, differences
from tests.support.tie.printed import Page, PageCell, PageRow, PageTable
from tests.support.tie.words import Words

SECTIONS = {"totals", "type", "vat", "ageing"}
CURRENCY_TERM = "Currency"
MINUS = re.compile("[-\N{MINUS SIGN}]")


def mail_differences(client: raw.Client, page: Page, words: Words, month: Month) -> list[str]:
    """How the body of a client's mail differs from the raw data: a statement without documents and months."""
    facts = _facts(client, month)
    spare = expected.optional(client, month, facts)
    spare |= {key for key in facts if key[2].startswith(expected.SUBTOTAL)}
    must = {key: value for key, value in facts.items() if key not in spare}
    return differences("mail", found.page(client, page, words, month), must=must, may=facts)


def read_mail(text: str) -> Page:
    """The tables of an English mail, and the totals at its head as lists of terms, one a currency."""
    reader = _MailReader()
    reader.feed(text)
    reader.close()
    return reader.page


def read_text(text: str, html: Page) -> Page:
    """The same of the plain text of a mail, whose lines have the order and the columns of its HTML.

    A line of a table is `- Invoice: Documents 6; Net €10.00`. What it does not say is an empty cell; the
    subtotals of schemes are not in it.
    """
    page = Page(lists=[[]])
    terms = {term for terms in html.lists for term, _ in terms}
    tables = {one.caption: one for one in html.tables}
    caption = ""
    for line in text.splitlines():
        term, _, value = line.partition(": ")
        if line.startswith("- ") and caption not in tables:
            assert not re.search(r"\d", line), "a figure of a table that is not there"
        elif line.startswith("- "):
            if not page.tables or page.tables[-1].caption != caption:
                page.tables.append(PageTable(caption, tables[caption].headings))
            one = page.tables[-1]
            one.rows.append(_text_row(line, tables[caption], len(one.rows)))
        elif re.fullmatch("[A-Z]{3}", line):
            page.lists.append([(CURRENCY_TERM, PageCell(line))])
        elif term in terms and value:
            page.lists[-1].append((term, _text_cell(value.partition(" (")[0])))
        else:
            caption = line or caption
    return page


def _text_row(line: str, like: PageTable, number: int) -> PageRow:
    head, _, rest = line.removeprefix("- ").partition(": ")
    cells = [PageCell() for _ in like.headings]
    # A total stands in the last of the columns it takes. Rows that only the HTML has are passed over.
    texts = next(texts for row in like.rows[number:] if head in (texts := [cell.text for cell in row.cells]))
    place = texts.index(head)
    cells[place] = PageCell(head)
    for said in rest.split("; "):
        heading = max((one for one in like.headings if said.startswith(f"{one} ")), key=len)
        cells[like.headings.index(heading)] = _text_cell(said.removeprefix(f"{heading} "))
    return PageRow("", cells)


def _text_cell(value: str) -> PageCell:
    is_money = re.search(r"\.\d\d(?!\d)", value) and "%" not in value
    return PageCell(value, [_amount(value)] if is_money else [])


def _facts(client: raw.Client, month: Month) -> Facts:
    """What a mail has of a statement: no split of VAT between invoices and credit notes either."""
    return {
        key: value
        for key, value in expected.page(client, month).items()
        if key[1] in SECTIONS and not (key[1] == "vat" and key[-1] in SPLIT_AMOUNTS)
    }


def _amount(text: str) -> str:
    """An amount of money has two decimals, whatever stands between its digits."""
    amount = Decimal("".join(re.findall(r"\d", text))) / 100
    return str(-amount if MINUS.search(text) else amount)


class _MailReader(HTMLParser):
    """Tables inside tables: those of layout say that they are none of data."""

    def __init__(self) -> None:
        super().__init__()
        self.page = Page(lists=[[]])
        self._is_data = [False]
        self._cells: list[PageCell] = []
        self._title: str | None = None
        self._caption = ""
        self._amount: str | None = None
        self._is_label = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "table":
            self._is_data.append(given.get("role") != "presentation")
            if self._is_data[-1]:
                self.page.tables.append(PageTable(self._caption))
        elif tag == "tr" and self._is_data[-1]:
            self.page.tables[-1].rows.append(PageRow("", []))
        elif tag in {"td", "th"}:
            self._cells.append(PageCell(columns=int(given.get("colspan", 1))))
        elif tag == "h2":
            self._title = ""
        elif tag == "span":
            # The name of a column, which phones show beside the value.
            self._is_label = given.get("class") == "label"
            self._amount = None if self._is_label else ""
        elif tag == "br" and self._cells:
            self._cells[-1].text += "\n"

    def handle_data(self, data: str) -> None:
        if self._is_label:
            return
        if self._title is not None:
            self._title += data
        if self._amount is not None:
            self._amount += data
        if self._cells:
            self._cells[-1].text += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "table":
            if self._is_data.pop():
                table = self.page.tables[-1]
                table.headings = [cell.text for cell in table.rows.pop(0).cells]
        elif tag == "h2":
            self._caption, self._title = self._title or "", None
        elif tag == "span":
            if self._amount is not None:
                self._cells[-1].amounts.append(_amount(self._amount))
            self._amount, self._is_label = None, False
        elif tag in {"td", "th"}:
            self._end_cell(self._cells.pop())

    def _end_cell(self, cell: PageCell) -> None:
        cell.text = cell.text.strip()
        if self._is_data[-1]:
            self.page.tables[-1].rows[-1].cells += [PageCell() for _ in range(cell.columns - 1)] + [cell]
        elif re.fullmatch("[A-Z]{3}", cell.text):
            self.page.lists.append([(CURRENCY_TERM, cell)])
        elif "\n" in cell.text:
            term, cell.text = (part.strip() for part in cell.text.split("\n")[:2])
            self.page.lists[-1].append((term, cell))
