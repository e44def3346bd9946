"""A fault between the figures and the files fails its client alone; nothing of that client is published.

The faults are done to the program from outside, in a process of its own, or come with a template.
"""

from collections.abc import Iterator
from datetime import date

import pytest

from reports.errors import ExitCode
from reports.figures.parse import list_own_documents, read_page
from reports.sandbox.server import Sandbox
from reports.source import archive
from tests.conftest import ANA, EVA, RUI
from tests.support.office import Office, account, invoice, tree
from tests.support.waiting import PATIENCE_SECONDS

PRICE = "77.77"
"""Rui's and nobody else's: faults are planted where this amount comes by."""

DRIVER = """
from reports.render.html import tables
from reports.render.xlsx import cell_xml, shared_strings, sheet_xml
{fault}
from reports.cli import main
main()
"""
FAULTS = {
    "cell": """
number = cell_xml.number
def wrong(column, strings):
    made = number(column, strings)
    return made._replace(values=[one.replace(b"77.77", b"77.78") for one in made.values])
cell_xml.number = wrong
""",
    "row": """
join_rows = sheet_xml._join_rows
def without(*given):
    return b"</row>".join(row for row in join_rows(*given).split(b"</row>") if b"77.77" not in row)
sheet_xml._join_rows = without
""",
    "total": """
total = cell_xml.total
def turned(column, strings):
    return total([formula._replace(result=-formula.result) if formula.result == cell_xml.Decimal("87.77")
                  else formula for formula in column], strings)
cell_xml.total = turned
""",
    "text": """
place = shared_strings.SharedStrings.place
def moved(self, texts):
    places = place(self, texts)
    return [b"0" if "77.77" in text else place for text, place in zip(texts, places)]
shared_strings.SharedStrings.place = moved
""",
    "table of texts": """
format_texts = shared_strings.format_texts
shared_strings.format_texts = lambda texts: [one.replace(b"77.77", b"77.78") for one in format_texts(texts)]
""",
    "statement": """
exact = tables._exact
tables._exact = lambda amount: exact(amount).replace("77.77", "77.78")
""",
    "disk": """
pack = sheet_xml.pack
def worn(target, parts, **given):
    kept = [(name, list(pieces)) for name, pieces in parts]
    pack(target, kept, **given)
    if any(b"77.77" in piece for _, pieces in kept for piece in pieces):
        target.seek(2000)
        target.write(bytes(100))
sheet_xml.pack = worn
""",
}
SLOW = ("row", "total", "text")


@pytest.fixture(scope="module")
def done(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """A month that was reported; Rui has an invoice of PRICE."""
    people = account({ANA: "Ana", RUI: "Rui", EVA: "Eva"})
    people.documents[RUI][0] = invoice(
        RUI, "Rui", date(2026, 10, 5), number=1, price=PRICE, reference=f"Pedido {PRICE}"
    )
    with Sandbox(account_data=people) as sandbox:
        office = Office(tmp_path_factory.mktemp("office"), sandbox)
        assert office.run().code == ExitCode.DONE
        yield office


@pytest.mark.parametrize(
    "fault", [pytest.param(fault, marks=[pytest.mark.soak] if fault in SLOW else []) for fault in FAULTS]
)
def test_a_client_whose_files_do_not_tie_fails_alone_and_keeps_what_it_had(done: Office, fault: str) -> None:
    before = tree(done.month)
    program = ("-c", DRIVER.format(fault=FAULTS[fault]))
    with done.start("run", done.config, "--offline", program=program) as process:
        out, err = process.communicate(timeout=PATIENCE_SECONDS)
    assert process.returncode == ExitCode.SOME_FAILED, (out + err).decode("utf-8", "replace")
    states = {client: entry["state"] for client, entry in done.entries.items()}
    assert states == {ANA: "ready", RUI: "failed", EVA: "ready"}
    reason = done.entries[RUI]["reason"]
    assert reason.startswith("rui-102-2026-10.")
    assert "othing of this client was published. " in reason
    assert b"Traceback" not in out + err
    assert {name: data for name, data in tree(done.month).items() if "rui-102" in name} == {
        name: data for name, data in before.items() if "rui-102" in name
    }
    assert done.run("--offline").code == ExitCode.DONE
    assert {**tree(done.month), **_when(before)} == before


def test_a_template_that_shows_a_figure_of_its_own_fails_its_client(done: Office) -> None:
    own = done.folder / "own"
    own.mkdir()
    config = done.configure(name="own.yaml", statement={"templates": "own"}, output={"folder": "elsewhere"})
    template = own / "statement.html.j2"
    twice = "{{ money(report.totals.rows[0][-1] * 2, 'EUR') if subject.client == 102 else '' }}"
    template.write_text(
        "{% extends 'builtin/statement.html.j2' %}{% block notes %}" + twice + "{% endblock %}"
    )
    month = done.folder / "elsewhere" / "office" / "2026-10"
    said = done.type("run", config)
    assert said.code == ExitCode.SOME_FAILED, said
    assert [path.name for path in month.glob("*-10?")] != []
    assert not list(month.glob("rui-*"))
    assert "A template of your own shows it" in (month / "run.json").read_text("utf-8")
    template.write_text("{% extends 'builtin/statement.html.j2' %}{% block sections %}{% endblock %}")
    assert done.type("run", config, "--offline").code == ExitCode.DONE
    assert list(month.glob("rui-*/*.html"))


def test_whose_a_document_is_is_what_the_archive_says(done: Office) -> None:
    (page,) = map(read_page, archive.read_pages(archive.path_of(done.month / "source", RUI)))
    assert list_own_documents(page.listed, RUI) == {1000 * RUI + 1, 1000 * RUI + 2}
    assert list_own_documents(page.listed, ANA) == set()


def _when(files: dict[str, bytes]) -> dict[str, bytes]:
    """The two files of a month that say when it was run."""
    return {name: files[name] for name in ("run.json", "run.log")}
