"""Documents and their lines as grids: values, links, totals, and columns that nothing stands in."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest

from reports.render.content.blocks import Link, Sheet, Value
from reports.render.content.document_sheets import (
    build_grouped_documents,
    documents_grid,
    line_items_grid,
    select_currency,
)
from reports.render.content.labels import Labels
from reports.sandbox.documents import Raw, line
from tests.support import workbooks
from tests.support.papers import FIFTH, added, paper, vat
from tests.support.workbooks import read_sheets

DOCUMENTS, OPEN = 1, 4


ENGLISH = Labels("en")
GOODS = line("Pão", "10", tax=vat("6"))


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return tmp_path / "made.xlsx"


def test_a_payment_reference_stands_beside_what_is_open(made: Path) -> None:
    entity = {"entity": "99999", "value": "123.00", "reference": "000 100 010"}
    papers = [
        paper(1, mb_reference=entity),
        paper(2, mb_reference={**entity, "entity": None}),
        paper(3, mb_reference={**entity, "reference": None}),
        paper(4),
    ]
    sheet = read_sheets(workbooks.write_client(made, papers, language="en"))[OPEN]
    (place,) = [cell.column for cell in sheet[1] if cell.value == "Payment reference"]
    shown = [sheet.cell(row, place).value for row in range(2, 6)]
    assert shown == ["99999 / 000 100 010", "000 100 010", None, None]


def test_number_opens_the_document_and_its_text_is_stored(made: Path) -> None:
    url = "https://example.com/document/1"
    long = "https://example.com/" + "a" * 240
    papers = [
        paper(1, inverted_sequence_number="2026/1", permalink=url),
        paper(2, inverted_sequence_number="2026/2", permalink=long),
        paper(3, inverted_sequence_number="=1+1", permalink="javascript:alert(1)"),
    ]
    workbooks.write_client(made, papers)
    stored = openpyxl.load_workbook(made, data_only=True)
    for number in (DOCUMENTS, OPEN):
        sheet = read_sheets(made)[number]
        assert sheet["A2"].value == f'=HYPERLINK("{url}","FT 2026/1")'
        assert (sheet["A3"].value, sheet["A4"].value) == ("FT 2026/2", "FT =1+1")
        assert sheet["A4"].data_type != "f"
        assert [stored.worksheets[number].cell(row=row, column=1).value for row in (2, 3, 4)] == [
            *("FT 2026/1", "FT 2026/2", "FT =1+1")
        ]


def list_values(sheet: Sheet, key: str) -> list[Value]:
    place = [column.key for column in sheet.columns].index(key)
    return [row[place] for row in sheet.rows]


def make_documents(*papers: Raw, keys: Sequence[str], extra: Mapping[str, Value] | None = None) -> Sheet:
    return documents_grid(
        added(*papers).documents,
        keys,
        key="documents",
        title="Documents",
        currency="EUR",
        empty="Nothing.",
        labels=ENGLISH,
        extra=extra,
    )


def group_documents(*papers: Raw, line_items: bool = False) -> Sheet:
    return build_grouped_documents(
        added(*papers), "EUR", labels=ENGLISH, title="Documents", line_items=line_items
    )


def test_a_document_is_told_in_words_and_by_its_own_amounts() -> None:
    sheet = make_documents(
        paper(1, status="settled"),
        paper(2, "CreditNote", net="30"),
        keys=("number", "type", "status", "date", "gross"),
    )
    assert list(sheet.rows) == [
        ("FT 2026/1", "Invoice", "Paid", FIFTH, Decimal("123.00")),
        ("NC 2026/2", "Credit note", "Final", FIFTH, Decimal("-36.90")),
    ]
    assert sheet.totals == ("Total", None, None, None, Decimal("86.10"))


def test_what_is_the_same_in_every_row_stands_where_it_is_asked_for() -> None:
    sheet = make_documents(paper(1), paper(2), keys=("client", "id"), extra={"client": "Ana"})
    assert list(sheet.rows) == [("Ana", 1), ("Ana", 2)]


@pytest.mark.parametrize(
    ("withheld", "hidden"),
    [(None, {"rounding", "withholding", "counter_value"}), (25, {"rounding", "counter_value"})],
)
def test_columns_that_nothing_stands_in_are_hidden(withheld: int | None, hidden: set[str]) -> None:
    keys = ("number", "rounding", "withholding", "counter_value", "observations")
    sheet = make_documents(paper(1, retention=withheld), keys=keys)
    assert {column.key for column in sheet.columns if column.is_hidden} == hidden


@pytest.mark.parametrize(
    ("address", "link"),
    [
        ("https://example.com/1", Link("View", "https://example.com/1")),
        ("javascript:alert(1)", Link("javascript:alert(1)", None)),
        (None, None),
    ],
)
def test_an_address_that_cannot_be_opened_is_shown_as_text(address: str | None, link: Link | None) -> None:
    assert list_values(make_documents(paper(1, permalink=address), keys=("link",)), "link") == [link]


def test_documents_of_a_statement_stand_by_type_each_with_its_subtotal() -> None:
    sheet = group_documents(paper(1, "CreditNote", net="30"), paper(2), paper(3, net="50"))
    net = [column.key for column in sheet.columns].index("net")
    assert [(group.title, len(group.rows), group.totals[0], group.totals[net]) for group in sheet.groups] == [
        ("Invoice", 2, "Subtotal Invoice", Decimal("150.00")),
        ("Credit note", 1, "Subtotal Credit note", Decimal("-30.00")),
    ]
    assert [row for group in sheet.groups for row in group.rows] == list(sheet.rows)
    assert sheet.totals is not None
    assert sheet.totals[net] == Decimal("120.00")


def test_a_statement_leaves_out_columns_that_nothing_stands_in() -> None:
    assert {"withholding", "payable", "reference"}.isdisjoint(
        column.key for column in group_documents(paper(1)).columns
    )
    withheld = group_documents(paper(1, retention=25, reference="encomenda 7"))
    assert {"withholding", "payable", "reference"} < {column.key for column in withheld.columns}


def test_lines_stand_under_their_document_without_columns_that_are_empty() -> None:
    unit = line("Pão", "1.50", tax=vat("6"), unit="kg")
    sheet = group_documents(paper(1, lines=[unit]), paper(2, items=[]), line_items=True)
    (group,) = sheet.groups
    own, none = group.details
    assert none is None
    assert own is not None
    assert (list_values(own, "name"), list_values(own, "unit")) == (["Pão"], ["kg"])
    assert "discount_rate" not in [column.key for column in own.columns]
    assert own.totals is None


def test_a_line_has_what_its_document_says() -> None:
    figures = added(paper(1, lines=[GOODS, GOODS]), paper(2, "CreditNote", lines=[GOODS]))
    sheet = line_items_grid(figures, "EUR", labels=ENGLISH, title="", keys=("number", "name", "net"))
    assert list_values(sheet, "number") == ["FT 2026/1", "FT 2026/1", "NC 2026/2"]
    assert sheet.totals == ("Total", None, Decimal("10.00"))


def test_documents_of_one_currency_are_chosen() -> None:
    documents = added(paper(1), paper(2, currency="US Dollar"), paper(3)).documents
    assert select_currency(documents, "EUR")["id"].tolist() == [1, 3]
    assert select_currency(documents, "GBP")["id"].tolist() == []
