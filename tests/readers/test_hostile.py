"""Hostile texts in a reader's programs: LibreOffice calculates none of them, Chromium prints them as text."""

import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from reports.errors import ExitCode
from reports.render import pdf
from reports.sandbox.server import Sandbox
from tests.readers.chromium import Chromium
from tests.readers.libreoffice import LibreOffice
from tests.support.hostile import TEXTS, Twin, of_many_clients, of_one_client
from tests.support.leaks import unpacked
from tests.support.office import Office
from tests.system.test_hostile import MARKED

NAMES = [name for name in MARKED if name != "40,000"]
ACTS = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFile|SubmitForm|GoToR|ImportData)\b")
ADDRESS = re.compile(rb"/URI\s*\((https?://(?:[^()\\]|\\.)*)\)|/URI\s*\((?:[^()\\]|\\.)*\)|/S\s*/URI")
CALCULATED = re.compile(r"of:=(SUBTOTAL\(109;|HYPERLINK\(|(TRUE|FALSE)\(\)$)")
"""Our formulas, and LibreOffice's own way to write yes and no."""


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory, chromium: Chromium) -> Mapping[str, Path]:
    """One client of many documents, and many clients of one, whose statements are printed."""
    # Root's browser, for Chromium refuses root.
    own = {pdf.VARIABLE: str(Path(__file__).with_name("chromium-for-root"))} if os.geteuid() == 0 else {}
    accounts = {
        "documents": of_one_client(Twin().text, len(TEXTS)),
        "clients": of_many_clients(Twin([TEXTS[name] for name in NAMES]).text, len(NAMES)),
    }
    made = {}
    for kind, account in accounts.items():
        with Sandbox(account_data=account) as sandbox:
            office = Office(tmp_path_factory.mktemp(kind), sandbox)
            office.configure(period="2026", output={"pdf": kind == "clients"})
            said = office.run(**own)
        # Where a text stands for a client's country, nobody can say whose VAT is due.
        assert said.code == (ExitCode.WARNINGS if kind == "clients" else ExitCode.DONE), said.out
        made[kind] = office.month.with_name("2026")
    return made


def test_libreoffice_calculates_no_text(months: Mapping[str, Path], libreoffice: LibreOffice) -> None:
    paths = [path for month in months.values() for path in month.glob("*/*.xlsx")]
    texts = set[str]()
    for path, sheets in zip(paths, libreoffice.open(paths), strict=True):
        for cell in (cell for cells in sheets.values() for cell in cells.values()):
            assert cell.kind != "error", (path.name, cell)
            assert cell.formula is None or CALCULATED.match(cell.formula), (path.name, cell)
            texts.add(cell.value)
    for name in ("formula", "formula, service", "DDE", "error", "number", "true", "formula, full width"):
        assert TEXTS[name] in texts, name


def test_a_print_has_the_name_and_nothing_that_acts(
    months: Mapping[str, Path], printed: Callable[[Path], str]
) -> None:
    papers = sorted(months["clients"].glob("*/*.pdf"))
    assert len(papers) == len(NAMES)
    shown = {path: re.sub(r"\s", "", printed(path)) for path in papers}
    for path in papers:
        for _, data in unpacked(path.name, path.read_bytes()):
            assert not ACTS.search(data), path.name
            for match in ADDRESS.finditer(data):
                assert match[1] or match[0].startswith(b"/S"), path.name
    for name in ("formula", "script", "attribute", "template", "error", "footer codes"):
        text = re.sub(r"\s", "", TEXTS[name])
        assert any(text in words for words in shown.values()), name
