"""docs/DATA.md lists every column as it is defined, and what it shows can be run."""

import re
import sqlite3
from contextlib import closing
from importlib.util import find_spec
from pathlib import Path

import pytest

from reports.export import csv_tables, sqlite_tables
from reports.export.columns import TABLES
from reports.export.csv_tables import FORMS
from reports.sandbox.server import Sandbox
from tests.support.datasets import list_blocks
from tests.support.golden import compare
from tests.support.office import HTML_ONLY, Office
from tests.support.office import account as make_account
from tests.support.papers import paper

PAGE = Path(__file__).parents[2] / "docs" / "DATA.md"
BEGINNING, END = "<!-- columns -->\n", "<!-- end -->\n"
MEANINGS = {
    "documents": "Every document read, of any date and kind: what counts is for `is_counted` to say.",
    "line_items": "The lines of these documents, unrounded, signed like them but for unit prices and rates.",
    "vat": "The VAT summary of the period, per client, currency, scheme, region, rate and reason.",
    "open_documents": "Open documents of any date, as at the reading.",
    "receipts": "The receipts of the period. They are in no total.",
    "findings": "What does not tie, or has to be known: of the account first, then of each client.",
}


def describe_columns() -> str:
    """The part of the page that is made of the definitions."""
    lines: list[str] = []
    for table, columns in TABLES.items():
        heading = ["| column | type | unit | meaning |", "|---|---|---|---|"]
        rows = [f"| `{own.name}` | {own.type} | {own.unit} | {own.meaning} |" for own in columns]
        lines += [f"### {table}", "", MEANINGS[table], "", *heading, *rows, ""]
    return "\n".join(["", *lines])


def list_examples(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", PAGE.read_text("utf-8"), re.DOTALL)


def test_the_page_lists_every_column_of_every_table() -> None:
    before, _, rest = PAGE.read_text("utf-8").partition(BEGINNING)
    behind = rest.partition(END)[2]
    compare(f"{before}{BEGINNING}{describe_columns()}{END}{behind}", PAGE)


def test_the_sql_of_the_page_runs_and_finds_rows(tmp_path: Path) -> None:
    sqlite_tables.write(tmp_path / "period.sqlite", list_blocks(paper(1), paper(2, due_date="06/10/2026")))
    examples = list_examples("sql")
    assert len(examples) >= 3
    with closing(sqlite3.connect(tmp_path / "period.sqlite")) as database:
        for statement in examples:
            assert database.execute(statement).fetchall(), statement


@pytest.fixture
def months(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the page's examples are run: beside `output/my-company`."""
    with Sandbox(account_data=make_account({101: "Ana"})) as sandbox:
        office = Office(tmp_path, sandbox)
        office.configure(output={"data": ["csv"], **HTML_ONLY})
        assert office.run().code == 0
    (tmp_path / "output" / "office").rename(tmp_path / "output" / "my-company")
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("example", list_examples("python"))
def test_the_python_of_the_page_runs(example: str, months: Path) -> None:
    needed = {"duckdb": "duckdb", "to_parquet": "pyarrow"}
    for word, library in needed.items():
        if word in example and find_spec(library) is None:
            pytest.skip(f"{library} is not in this environment")
    found: dict[str, object] = {}
    exec(example, found)  # noqa: S102 - our own page
    assert {"documents", "october", "reports"} & {*found}


def test_a_file_is_read_by_pandas_as_the_page_says(months: Path) -> None:
    (example,) = (one for one in list_examples("python") if "pandas.read_csv" in one)
    found: dict[str, object] = {}
    exec(example, found)  # noqa: S102 - our own page
    documents = found["documents"]
    dtypes = {name: str(kind) for name, kind in documents.dtypes.items()}  # type: ignore[attr-defined]
    assert (dtypes["net"], dtypes["is_counted"], dtypes["number"]) == ("float64", "int64", "str")
    assert dtypes["date"].startswith("datetime64")


def test_the_marks_of_the_page_are_those_of_the_files(tmp_path: Path) -> None:
    page = PAGE.read_text("utf-8")
    for language, marks in (("pt", "1234,50"), ("en", "1234.50")):
        csv_tables.write(tmp_path, list_blocks(paper(1, net="1234.50")), form=FORMS[language])
        assert f"{marks} in {language}" in page
        assert marks in (tmp_path / "documents.csv").read_text("utf-8-sig")
