"""What a report shows before it is a file: which address is a link, what is added, and what is left out."""

import re
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import openpyxl
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from reports.render.content.blocks import (
    Column,
    Group,
    Kind,
    Row,
    Rows,
    Sheet,
    drop_columns,
    drop_empty_columns,
    only,
    safe_url,
    totals_of,
)
from reports.render.job import render
from tests.support.archives import store_papers
from tests.support.examples import examples
from tests.support.hostile_read import read_page
from tests.support.papers import paper
from tests.support.payload_path import job
from tests.support.recorded_papers import CLIENT

FORMULA = re.compile(r'=HYPERLINK\("((?:[^"]|"")*)",')

LINKS = [
    "https://office.example",
    "https://office.example/documents/1?a=1&b=%20#top",
    "http://office.example:8080/1",
    "HTTPS://office.example/documents/1",
    "Https://Office.Example/1",
    "hTTp://office.example",
    "https://office.example@evil.example/",
    "https://[2001:db8::1]/1",
    "https://exämple.pt/documento",
    'https://office.example/"quoted"',
    "https://office.example/" + "a" * 3_000,
]
NO_LINKS = [
    "",
    "https",
    "https:",
    "https://",
    "https:///x",
    "https:/office.example",
    "httpss://office.example",
    "http.//office.example",
    "HTTPS:office.example",
    "//office.example/1",
    "office.example/1",
    "javascript:alert(1)",
    "JaVaScRiPt://office.example/%0aalert(1)",
    "data:text/html,x",
    "file:///etc/passwd",
    "ftp://office.example/1",
    "mailto:ana@office.example",
    " https://office.example/1",
    "https://office.example/a b",
    "https://office.example/\n",
    "https://office.example/\0",
    "https://office.example/\u202e",
    "https://office.example/\ud800",
    "https://[office.example",
]

schemes = st.sampled_from(["http", "https", "HTTP", "HTTPS", "hTtPs", "httpx", "ftp", "javascript", ""])
joints = st.sampled_from(["://", ":", ":/", ":///", "//", ""])
hosts = st.sampled_from(["office.example", "OFFICE.example", "[::1]", "a@b", "", "exämple.pt"])
paths = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=12)
addresses = st.builds("{}{}{}/{}".format, schemes, joints, hosts, paths)


@pytest.mark.parametrize("address", LINKS, ids=range(len(LINKS)))
def test_an_address_of_the_web_is_a_link(address: str) -> None:
    assert safe_url(address) == address


@pytest.mark.parametrize("address", NO_LINKS, ids=range(len(NO_LINKS)))
def test_every_other_text_is_none(address: str) -> None:
    assert safe_url(address) is None


@pytest.mark.slow
@examples(15)
@given(st.lists(addresses, min_size=8, max_size=30))
@example(LINKS)
@example([address for address in NO_LINKS if address != "https://office.example/\ud800"])
def test_whatever_the_address_the_files_are_written_and_read_back_by_one_rule(
    tmp_path: Path, given_addresses: Sequence[str]
) -> None:
    links = made(tmp_path, given_addresses)
    # Blanks around a text are no part of it.
    own = {address.strip() for address in given_addresses if safe_url(address.strip())}
    assert links["page"] == own
    assert links["workbook"] == {address for address in own if is_fit_for_a_formula(address)}


def is_fit_for_a_formula(address: str) -> bool:
    """Excel takes a text of 255 UTF-16 units in a formula, quotes doubled."""
    return len(address.replace('"', '""').encode("utf-16-le")) <= 2 * 255


def made(folder: Path, given_addresses: Sequence[str]) -> dict[str, set[str]]:
    """The links of statement and workbook of a client whose documents have these addresses."""
    for old in (*folder.glob("*.html"), *folder.glob("*.xlsx")):
        old.unlink()
    render(job(archived(folder, given_addresses)), folder)
    (statement,) = folder.glob("*.html")
    (workbook,) = folder.glob("*.xlsx")
    hrefs = {
        str(value)
        for tag, attributes in read_page(statement).started
        for name, value in attributes
        if tag == "a" and name == "href" and not str(value).startswith("#")
    }
    formulas = {
        match[1].replace('""', '"')
        for sheet in openpyxl.load_workbook(workbook)
        for row in sheet.iter_rows()
        for cell in row
        if (match := FORMULA.match(str(cell.value)))
    }
    return {"page": hrefs, "workbook": formulas}


def archived(folder: Path, given_addresses: Sequence[str]) -> Path:
    return store_papers(
        folder,
        *(
            paper(number, client={"id": CLIENT, "name": "Ana"}, permalink=address)
            for number, address in enumerate(given_addresses, start=1)
        ),
    )


COLUMNS = (
    Column("name", "Name", Kind.TEXT),
    Column("count", "Count", Kind.INTEGER, has_total=True),
    Column("net", "Net", Kind.MONEY, has_total=True),
    Column("rate", "Rate", Kind.PERCENT),
)
ROWS: tuple[Row, ...] = (("a", 1, Decimal("1.10"), Decimal(23)), ("b", None, Decimal("-3.00"), None))


def lay_out(*rows: Row) -> Rows:
    return Rows.from_rows(rows, len(COLUMNS))


def make_sheet(*given_rows: Row) -> Sheet:
    rows = lay_out(*given_rows)
    totals = totals_of(COLUMNS, rows, "Total")
    group = Group("All", rows, totals)
    return Sheet("s", "S", COLUMNS, rows, empty="–", totals=totals, groups=(group,))


def list_keys(sheet: Sheet) -> list[str]:
    return [column.key for column in sheet.columns]


def test_a_total_adds_what_has_one_and_keeps_counts_whole() -> None:
    assert totals_of(COLUMNS, lay_out(*ROWS), "Total") == ("Total", 1, Decimal("-1.90"), None)
    assert repr(totals_of(COLUMNS, lay_out(), "Total")) == repr(("Total", 0, Decimal("0.00"), None))


def test_a_column_is_dropped_from_rows_totals_and_groups() -> None:
    sheet = drop_columns(make_sheet(*ROWS), "count", "rate")
    assert list_keys(sheet) == ["name", "net"]
    assert list(sheet.rows) == list(sheet.groups[0].rows) == [("a", Decimal("1.10")), ("b", Decimal("-3.00"))]
    assert sheet.totals == sheet.groups[0].totals == ("Total", Decimal("-1.90"))


def test_of_the_columns_that_may_go_only_those_without_a_value_do() -> None:
    sheet = make_sheet(("a", 0, Decimal("0.00"), Decimal(6)), ("b", 0, None, None))
    assert list_keys(drop_empty_columns(sheet, "count", "net", "rate")) == ["name", "rate"]
    assert list_keys(drop_empty_columns(sheet, "net")) == ["name", "count", "rate"]


@pytest.mark.parametrize(
    ("names", "found"),
    [((), None), (("USD", None, "USD", ""), "USD"), (("USD", "GBP"), None), ((None,), None)],
)
def test_the_only_name_is_one_that_stands_alone(names: Sequence[str | None], found: str | None) -> None:
    assert only(names) == found


def test_rows_of_columns_can_be_gone_through_again_and_again() -> None:
    rows = Rows([["a", "b"], [1, 2]])
    assert list(rows) == list(rows) == [("a", 1), ("b", 2)]
    assert (len(rows), ("b", 2) in rows, ("b", 1) in rows) == (2, True, False)
