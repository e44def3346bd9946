"""Hostile texts in every text field of documents and clients become text, in everything a run writes."""

import json
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

import pytest
import python_calamine

from reports.sandbox.server import Sandbox
from tests.support import hostile
from tests.support.hostile import TEXTS, Twin, folded, in_one_order
from tests.support.hostile_read import Cell, cells_of, read_page, trouble_of_lines, trouble_of_run
from tests.support.office import ACCOUNT, KEY_VARIABLE, Office, Said

MARKED = (
    *("formula", "formula, link", "error", "device", "NUL", "40,000", "footer codes", "script", "attribute"),
    *("template", "right to left", "parent", "one slug", "one slug again", "header"),
)
"""Names of clients that every run of the tests tries; a workbook for each text takes long."""


@dataclass(frozen=True)
class Written:
    """What a run of the control wrote, what the hostile one wrote, and what makes one of the other."""

    control: Office
    hostile: Office
    said: tuple[Said, Said]
    twin: Twin

    def pairs(self, pattern: str) -> Iterator[tuple[Path, Path]]:
        """The same file of both: folders are named for clients, and so found by id."""
        for path in sorted(self.control.month.glob(pattern)):
            yield path, self._same(path)

    def _same(self, path: Path) -> Path:
        if path.parent == self.control.month:
            return self.hostile.month / path.name
        (folder,) = self.hostile.month.glob(f"*-{path.parent.name.rpartition('-')[2]}")
        return next(folder.glob(f"*{path.suffix}"))


def write(kind: str, twin: Twin, folders: Iterator[Path], **sections: Any) -> Written:
    """Runs of an account of that kind and of its twin."""
    make = {"documents": hostile.of_one_client, "clients": hostile.of_many_clients}[kind]
    offices, said = [], []
    for say, folder in zip((twin.token, twin.text), folders, strict=False):
        with Sandbox(account_data=make(say, len(twin.texts))) as sandbox:
            office = Office(folder, sandbox)
            account = {"name": "office", "api_key": f"${{{KEY_VARIABLE}}}", "base_url": sandbox.url}
            office.configure(
                account=account | {"client_details": True},
                **{"period": "2026", "statement": {"line_items": True}} | sections,
            )
            office.month = office.output / ACCOUNT / "2026"
            said.append(office.run("--verbose"))
        offices.append(office)
    return Written(offices[0], offices[1], (said[0], said[1]), twin)


@pytest.fixture(
    scope="module",
    params=[
        "documents",
        "clients",
        pytest.param("clients of every name", marks=pytest.mark.soak),
        pytest.param("documents in Spanish", marks=pytest.mark.soak),
    ],
)
def written(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Written:
    """Every text in every field: one client of many documents, and many clients of one."""
    what: str = request.param
    texts = [TEXTS[name] for name in MARKED] if what == "clients" else list(TEXTS.values())
    return write(
        "documents" if what.startswith("documents") else "clients",
        Twin(texts),
        (tmp_path_factory.mktemp("hostile") for _ in count()),
        language="es" if what.endswith("Spanish") else "pt",
    )


def test_every_client_is_done_and_nothing_is_found_that_the_control_has_not(written: Written) -> None:
    control, made = written.control.record, written.hostile.record
    assert written.said[0].code == written.said[1].code == made["exit_code"]
    assert len(made["clients"]) == len(control["clients"])
    for before, after in zip(control["clients"], made["clients"], strict=True):
        assert after["state"] == "ready"
        assert folded(after["name"]) == folded(written.twin.replaced(before["name"]))
        assert [found["code"] for found in after["findings"]] == [
            found["code"] for found in before["findings"]
        ]
        assert {key: after[key] for key in ("totals", "vat_rounding", "ageing", "documents_counted")} == {
            key: before[key] for key in ("totals", "vat_rounding", "ageing", "documents_counted")
        }


def test_workbooks_hold_the_texts_as_text_and_not_a_formula_more(written: Written) -> None:
    for control, made in written.pairs("**/*.xlsx"):
        expected = {
            sheet: Counter(tuple(_replaced(cell, written.twin) for cell in row) for row in rows)
            for sheet, rows in cells_of(control).items()
        }
        found = {
            sheet: Counter(tuple(_kept(cell) for cell in row) for row in rows)
            for sheet, rows in cells_of(made).items()
        }
        assert found.keys() == expected.keys()
        for sheet, rows in expected.items():
            assert (found[sheet] - rows, rows - found[sheet]) == ({}, {}), made


def test_workbooks_are_read_alike_by_another_library(written: Written) -> None:
    for _, made in written.pairs("**/*.xlsx"):
        with python_calamine.CalamineWorkbook.from_path(made) as book:
            texts = Counter(
                folded(value)
                for name in book.sheet_names
                for row in book.get_sheet_by_name(name).to_python()
                for value in row
                if isinstance(value, str) and folded(value)
            )
        own = Counter(
            shown
            for rows in cells_of(made).values()
            for row in rows
            for kind, value in row
            if kind == "s" and (shown := folded(str(value).replace("_x005F_", "_")))
        )
        assert texts == own


def test_a_long_text_is_cut_visibly_in_a_cell_and_whole_on_a_page(written: Written) -> None:
    text = TEXTS["40,000"]
    cells = [
        value
        for _, path in written.pairs("**/*.xlsx")
        for rows in cells_of(path).values()
        for row in rows
        for _, value in row
        if isinstance(value, str) and value.startswith(text[:99])
    ]
    assert {value[-4:] for value in cells} == {" […]"}
    assert {len(value) for value in cells} == {32_767}
    assert any(text in made.read_text("utf-8") for _, made in written.pairs("**/*.html"))


def test_pages_hold_the_texts_and_not_an_element_or_attribute_more(written: Written) -> None:
    for control, made in written.pairs("**/*.html"):
        before, after = read_page(control), read_page(made)
        assert after.elements == before.elements, made
        expected = Counter(in_one_order(written.twin.replaced(text)) for text in before.texts)
        found = Counter(map(in_one_order, after.texts))
        assert (found - expected, expected - found) == ({}, {}), made


def test_nothing_that_was_written_acts_loads_leads_astray_or_has_a_bad_name(written: Written) -> None:
    assert trouble_of_run(written.hostile.output) == []
    folders = [path for path in written.hostile.month.iterdir() if path.is_dir() and path.name != "source"]
    assert len(folders) == len(written.hostile.record["clients"])
    assert {path.name for path in written.hostile.folder.iterdir()} == {"config.yaml", "output"}


def test_log_and_screen_have_the_lines_of_the_control(written: Written) -> None:
    logs = [(office.month / "run.log").read_text("utf-8") for office in (written.control, written.hostile)]
    shown = [said.out + said.err for said in written.said]
    assert logs[1].count("\n") == logs[0].count("\n")
    assert shown[1].count("\n") == shown[0].count("\n")
    assert list(trouble_of_lines(shown[1], is_log=False)) == []


def test_the_run_record_is_plain_json(written: Written) -> None:
    data = (written.hostile.month / "run.json").read_bytes()
    assert not re.search("[\0-\x09\x0b-\x1f\ud800-\udfff]", data.decode("utf-8"))
    assert json.loads(data) == written.hostile.record


def _replaced(cell: Cell, twin: Twin) -> Cell:
    kind, value = cell
    return _kept((kind, twin.replaced(value))) if kind == "s" and isinstance(value, str) else cell


def _kept(cell: Cell) -> Cell:
    kind, value = cell
    return (kind, in_one_order(value)) if kind == "s" and isinstance(value, str) else cell
