"""Every figure of a month, in every file of it, is the one that the API's raw replies give, to the cent.

The month is made by the real command against the real sandbox, in both languages. What it should say comes
from `oracle`, which knows nothing of the package; what it does say is read by the standard library alone.
"""

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.support import oracle
from tests.support.tie import expected, printed, raw
from tests.support.tie.compared import (
    OCTOBER,
    Clients,
    account_differences,
    overview_differences,
    page_differences,
    record_differences,
    workbook_differences,
)
from tests.support.tie.discord import discord
from tests.support.tie.facts import COLUMNS
from tests.support.tie.month_sheets import list_month_sheets
from tests.support.tie.words import Words, learn
from tests.support.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
MORNING = "1793601000"
"""Half past six in the morning of 2 November 2026, in seconds since 1970."""
NO_ROUNDING = oracle.Rounding(Decimal(0), Decimal(0), Decimal(0))
KEY_VARIABLE = "SANDBOX_KEY"
LANGUAGES = ("en", "pt")
CLIENTS = range(3100001, 3100020)
WITH_WITHHOLDING, WITH_DISCOUNT, OF_THREE_CURRENCIES = 3100003, 3100005, 3100007
TELLING = (WITH_WITHHOLDING, OF_THREE_CURRENCIES)
"""Clients with little to read and every column in use."""

CONFIG = """\
account:
  name: {account}
  base_url: {url}
  api_key: ${{{variable}}}
period: 2026-10
language: {language}
clients: all
output: {{folder: output}}
requests: {{per_minute: 6000}}
"""

every_language = pytest.mark.parametrize("language", LANGUAGES)
every_client = pytest.mark.parametrize("number", CLIENTS)


@dataclass(frozen=True)
class Written:
    """The folder of a month: its run record, every client's workbook, and the words of its language."""

    folder: Path
    entries: dict[int, dict[str, Any]]
    books: dict[int, printed.Book]
    words: Words
    ambiguous: list[str]

    def path(self, number: int, suffix: str) -> Path:
        return self.folder / _file(self.entries[number], suffix)

    def page(self, number: int) -> printed.Page:
        return printed.read_page(self.path(number, ".html").read_text(encoding="utf-8"))


@dataclass(frozen=True)
class Made:
    """What the API has, read by the oracle, and the month in every language."""

    clients: dict[int, raw.Client]
    months: dict[str, Written]

    @property
    def every_client(self) -> Clients:
        return tuple(self.clients.values())


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    """One sandbox, read by the oracle while the command makes the month in two languages."""
    command = [sys.executable, "-m", "reports", "sandbox", "--port", "0"]
    sandbox = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, encoding="utf-8")
    try:
        assert sandbox.stdout is not None
        api = json.loads(sandbox.stdout.readline())
        folders = {language: tmp_path_factory.mktemp(language) for language in LANGUAGES}
        runs = {language: _start(folder, language, api) for language, folder in folders.items()}
        clients = tuple(raw.read_account(api["url"], api["api_key"]))
        for run in runs.values():
            said, _ = run.communicate(timeout=PATIENCE_SECONDS)
            assert run.returncode in {0, 6}, said
    finally:
        sandbox.terminate()
        sandbox.communicate(timeout=PATIENCE_SECONDS)
    written = {
        language: _read(folder / "output" / api["account"] / "2026-10", clients)
        for language, folder in folders.items()
    }
    return Made({client.id: client for client in clients}, written)


def test_sandbox_has_every_case_the_rules_speak_of(made: Made) -> None:
    clients = made.every_client
    counted = [one for client in clients for one in client.counted(OCTOBER.first, OCTOBER.last)]
    left = [one for client in clients for one in client.open()]
    assert list(made.clients) == list(CLIENTS)
    assert oracle.currencies(counted) == {"EUR", "GBP", "USD"}
    lines = [line for one in counted for line in one.lines]
    assert {line.scheme for line in lines} >= {"pt", "oss"}
    assert {line.region for line in lines} >= {"PT", "PT-AC", "PT-MA", "ES"}
    assert {one.type for one in counted} == {kind for kind in raw.SIGNS if not kind.startswith("VatMoss")}
    assert any(one.withholding for one in counted)
    assert any(one.is_credit_note for one in left)
    assert any(not one.due_date for one in left)
    assert any(not one.lines for one in counted)
    assert {oracle.bucket(one, OCTOBER.today) for one in left} == set(oracle.BUCKETS)
    assert any(one.status == "draft" for client in clients for one in client.documents)
    assert any(one.status == "canceled" for client in clients for one in client.documents)
    assert any(oracle.vat_rounding([one]) != NO_ROUNDING for one in counted)
    assert any(one.rounding for one in counted)
    assert any(one.is_discounted for one in counted)
    assert any(not client.documents for client in clients)


@every_language
def test_run_record_says_what_the_raw_data_say(made: Made, language: str) -> None:
    month = made.months[language]
    assert list(month.entries) == list(made.clients)
    for number, client in made.clients.items():
        assert record_differences(client, month.entries[number]) == []


@every_client
@every_language
def test_workbook_says_what_the_raw_data_say(made: Made, language: str, number: int) -> None:
    month = made.months[language]
    assert workbook_differences(made.clients[number], month.books[number], month.words) == []


@every_client
@every_language
def test_lines_and_vat_table_and_documents_of_a_workbook_agree(
    made: Made, language: str, number: int
) -> None:
    assert discord(made.clients[number], made.months[language].books[number], OCTOBER) == []


@every_client
@every_language
def test_statement_says_what_the_raw_data_say(made: Made, language: str, number: int) -> None:
    month = made.months[language]
    assert page_differences(made.clients[number], month.page(number), month.words) == []


@every_language
def test_account_workbook_says_what_the_raw_data_say(made: Made, language: str) -> None:
    month = made.months[language]
    book = printed.read_book(month.folder / "summary.xlsx")
    assert account_differences(made.every_client, book, month.words) == []


@every_language
def test_overview_says_what_the_raw_data_say(made: Made, language: str) -> None:
    month = made.months[language]
    page = printed.read_page((month.folder / "index.html").read_text(encoding="utf-8"))
    assert overview_differences(made.every_client, page, month.words) == []


@every_language
def test_a_word_means_one_thing_in_every_file(made: Made, language: str) -> None:
    assert made.months[language].ambiguous == []


@every_client
def test_sheets_have_the_columns_of_the_contract(made: Made, number: int) -> None:
    layout = expected.data_sheets(made.clients[number], OCTOBER)
    sheets = made.months["en"].books[number].sheets
    assert sheets[0].name == "Summary"
    is_alone = [held for held, _ in layout].count("Documents") == 1
    for (kind, currency), sheet in zip(layout, sheets[1:], strict=True):
        assert sheet.name == (kind if is_alone else f"{kind} {currency}")
        assert not currency or [cell.text for cell in sheet.rows[0]] == COLUMNS[kind]


@every_client
@every_language
def test_every_amount_of_a_statement_is_among_the_compared(made: Made, language: str, number: int) -> None:
    month = made.months[language]
    page = month.page(number)
    text = month.path(number, ".html").read_text(encoding="utf-8")
    assert len(_page_numbers(page)) >= text.count("<data ")


def test_every_document_is_in_the_month_once_and_in_no_other_client(made: Made) -> None:
    ids = [one.id for client in made.clients.values() for one in client.documents]
    assert len(ids) == len(set(ids))


@pytest.mark.parametrize("number", TELLING)
def test_no_number_of_a_workbook_can_change_unnoticed(made: Made, number: int) -> None:
    client, month = made.clients[number], made.months["en"]
    book = printed.read_book(month.path(number, ".xlsx"))
    unnoticed = []
    for place, cell in book.numbers():
        kept, cell.value = cell.number, cell.number + 1
        said = workbook_differences(client, book, month.words) or discord(client, book, OCTOBER)
        cell.value = kept
        if not said:
            unnoticed.append(place)
    assert unnoticed == []


@every_language
@pytest.mark.parametrize("number", TELLING)
def test_no_number_of_a_statement_can_change_unnoticed(made: Made, language: str, number: int) -> None:
    client, month = made.clients[number], made.months[language]
    page, unnoticed = month.page(number), []
    for cell in _page_numbers(page):
        kept, cell.amounts = cell.amounts, [str(cell.number + Decimal("0.01"))]
        if not page_differences(client, page, month.words):
            unnoticed.append(cell.text)
        cell.amounts = kept
    assert unnoticed == []


@pytest.mark.parametrize("number", TELLING)
def test_no_figure_of_the_run_record_can_change_unnoticed(made: Made, number: int) -> None:
    client, entry = made.clients[number], made.months["en"].entries[number]
    figures = {name: entry[name] for name in ("totals", "vat", "vat_rounding", "ageing", *expected.COUNTS)}
    text = json.dumps(figures)
    amounts = list(re.finditer(r"-?\d+\.\d\d|(?<=: )\d+", text))
    unnoticed = []
    for amount in amounts:
        other = str(Decimal(amount[0]) + 1)
        changed = json.loads(text[: amount.start()] + other + text[amount.end() :])
        if not record_differences(client, changed):
            unnoticed.append(text[: amount.end()])
    assert len(amounts) > 20
    assert unnoticed == []


def test_changed_number_of_the_account_workbook_is_reported(made: Made) -> None:
    """Those of the account's month are in `test_month_sheets`."""
    clients, month = made.every_client, made.months["en"]
    book = printed.read_book(month.folder / "summary.xlsx")
    changed = 0
    of_month = [sheet.name for sheet in list_month_sheets(book)]
    for sheet in (sheet for sheet in book.sheets if sheet.name not in of_month):
        for column, heading in enumerate(sheet.rows[0], start=1):
            if heading.text in {"Net", "Base", "Payable", "Gross"}:
                last = max(row for row, held in sheet.cells if held == column)
                for cell in (sheet.cells[2, column], sheet.cells[last, column]):
                    kept, cell.value = cell.number, cell.number + Decimal("0.01")
                    assert account_differences(clients, book, month.words), (sheet.name, heading.text)
                    cell.value = kept
                    changed += 1
    assert changed > 40


def test_changed_file_is_reported_with_place_and_both_values(made: Made, tmp_path: Path) -> None:
    client, month = made.clients[WITH_DISCOUNT], made.months["en"]
    one = next(one for one in client.documents if one.net == Decimal("503.52"))
    path = tmp_path / "changed.xlsx"
    _with_changed_part(
        month.path(WITH_DISCOUNT, ".xlsx"), path, lambda xml: xml.replace("<v>503.52</v>", "<v>503.53</v>")
    )
    sentences = workbook_differences(client, printed.read_book(path), month.words)
    assert sentences == [f"workbook: EUR / Documents / {one.id} / Net is 503.53, expected 503.52"]

    text = month.path(WITH_DISCOUNT, ".html").read_text(encoding="utf-8")
    changed = text.replace('<data value="503.52">', '<data value="503.53">')
    sentences = page_differences(client, printed.read_page(changed), month.words)
    assert sentences == [f"statement: EUR / document / {one.number} / Net is 503.53, expected 503.52"]

    entry = json.loads(json.dumps(month.entries[WITH_DISCOUNT]).replace('"1407.12"', '"1407.13"'))
    assert record_differences(client, entry) == ["run.json: EUR / totals / Net is 1407.13, expected 1407.12"]


def test_lost_row_is_reported(made: Made) -> None:
    client, month = made.clients[OF_THREE_CURRENCIES], made.months["en"]
    page = month.page(OF_THREE_CURRENCIES)
    for table in page.tables:
        lost = table.rows.pop()
        assert page_differences(client, page, month.words), table.caption
        table.rows.append(lost)


def _start(folder: Path, language: str, api: dict[str, str]) -> subprocess.Popen[str]:
    """Starts the real command on a configuration of its own."""
    config = folder / "config.yaml"
    text = CONFIG.format(account=api["account"], url=api["url"], variable=KEY_VARIABLE, language=language)
    config.write_text(text, encoding="utf-8", newline="\n")
    return subprocess.Popen(
        [sys.executable, "-m", "reports", "run", str(config)],
        cwd=ROOT,
        env=os.environ | {KEY_VARIABLE: api["api_key"], "SOURCE_DATE_EPOCH": MORNING, "PYTHONUTF8": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    )


def _read(folder: Path, clients: Clients) -> Written:
    entries = {
        one["id"]: one for one in json.loads((folder / "run.json").read_text(encoding="utf-8"))["clients"]
    }
    books = [(one, printed.read_book(folder / _file(entries[one.id], ".xlsx"))) for one in clients]
    words, ambiguous = learn(books, OCTOBER)
    return Written(folder, entries, {client.id: book for client, book in books}, words, ambiguous)


def _file(entry: dict[str, Any], suffix: str) -> str:
    return next(str(one["path"]) for one in entry["files"] if one["path"].endswith(suffix))


def _page_numbers(page: printed.Page) -> list[printed.PageCell]:
    """The cells of a page that show an amount or a count: in its tables, and in its lists of totals."""
    tables = [cell for table in page.tables for row in table.rows for cell in row.cells]
    totals = [terms for terms in page.lists if any(cell.amounts for _, cell in terms)]
    terms = [cell for terms in totals for _, cell in terms]
    return [cell for cell in tables + terms if cell.shows_number]


def _with_changed_part(old: Path, new: Path, change: Callable[[str], str]) -> None:
    """Copies a workbook with the XML of its second sheet, that of the documents, changed."""
    with zipfile.ZipFile(old) as source, zipfile.ZipFile(new, "w") as target:
        part = list(printed.sheet_parts(source).values())[1]
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, change(data.decode()).encode() if name == part else data)
