"""A month in which much goes wrong speaks the reader's language; its log and record are English."""

import re
from collections.abc import Iterator
from datetime import date
from html import unescape
from pathlib import Path

import pytest
from openpyxl import load_workbook

from reports.errors import ExitCode
from reports.sandbox.routes import json_text
from tests.conftest import ANA, EVA, RUI
from tests.support.english import find_english
from tests.support.office import ACCOUNT, HTML_ONLY, KEY_VARIABLE, Office, configure_account, invoice
from tests.support.scripted_api import ScriptedApi, Seen, listing, reply

ZE = 104
NAMES = {ANA: "Ana & Filhos", RUI: "Rui", EVA: "Eva", ZE: "Zé"}
TO_BE_TYPED = r"schtasks.*|cd /.*|invoice-reports office and 1 more"
"""Commands, and the name of a task."""

SERVICE_SAID = "The filter of this page cannot be read"


def script(seen: Seen) -> bytes:
    """Ana has findings, Rui's page is refused, a document of Eva's cannot be read."""
    if seen.path == "/taxes.json":
        return reply({"taxes": []})
    if seen.path == "/clients.json":
        clients = [{"id": client, "name": name} for client, name in NAMES.items()]
        return reply(listing(clients, per_page=30, name="clients"))
    if seen.path == "/invoices.json":
        return reply({"errors": [{"error": SERVICE_SAID}]}, status=403)
    if seen.client == RUI:
        return reply({"errors": [{"error": SERVICE_SAID}]}, status=422)
    fields = {ANA: {"total": "99.90"}, EVA: {"total": "abc"}}.get(seen.client, {})
    name = NAMES[seen.client]
    papers = [invoice(seen.client, name, date(2026, 10, 5), number=1, price="1000.00", **fields)]
    return reply(json_text(listing(papers, per_page=30)))


@pytest.fixture
def wrong(office: Office) -> Iterator[Office]:
    with ScriptedApi(script) as api:
        office.configure(
            [*NAMES],
            account={"name": ACCOUNT, "api_key": f"${{{KEY_VARIABLE}}}", "base_url": api.url},
            email={"from": "contas@example.com"},
        )
        # Something lies in the place of Zé's folder.
        office.month.mkdir(parents=True)
        (office.month / f"ze-{ZE}").write_text("mine")
        yield office


def configure(office: Office, language: str) -> None:
    text = office.config.read_text("utf-8")
    office.config.write_text(text.replace("{", f'{{"language": "{language}",', 1), "utf-8")


def read_page(path: Path) -> str:
    """What a browser shows of a page, and what it reads out."""
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", path.read_text("utf-8"), flags=re.DOTALL)
    labels = re.findall(r'(?:aria-label|title|alt)="([^"]*)"', page)
    return unescape(" ".join([re.sub(r"<[^>]+>", " ", page), *labels]))


def read_book(path: Path) -> str:
    book = load_workbook(path)
    cells = (cell for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row)
    return " | ".join(
        [*book.sheetnames, *(cell for cell in cells if isinstance(cell, str) and cell[0] != "=")]
    )


def test_the_detector_notices_a_planted_sentence() -> None:
    text = "Execute novamente; the disk is full. Veja run.log e “the page is gone”, com run --offline"
    assert find_english(text) == ["the", "is"]
    assert find_english("invoice-reports key set ACCOUNT; /x/the/page: não há ficheiro em RESULT.html") == []


@pytest.mark.parametrize(
    ("language", "words"),
    [
        (
            "pt",
            ["Código de saída 8", "1 de 4 clientes prontos", "Valores ou datas ilegíveis", "sem mensagem"],
        ),
        (
            "es",
            ["Código de salida 8", "1 de 4 clientes listos", "Importes o fechas ilegibles", "sin mensaje"],
        ),
    ],
)
def test_nothing_that_a_person_sees_is_english(wrong: Office, language: str, words: list[str]) -> None:
    configure(wrong, language)
    said = wrong.invoke("run", wrong.config)
    assert said.code == ExitCode.NOT_WRITTEN
    seen = {
        "screen": said.out + said.err,
        "overview": read_page(wrong.month / "index.html"),
        "result": read_page(wrong.output / "RESULT.html"),
        "summary": read_book(wrong.month / "summary.xlsx"),
    }
    assert {place: find_english(text) for place, text in seen.items()} == {place: [] for place in seen}
    assert [word for word in words if word not in seen["result"] + seen["overview"]] == []
    assert f"“{SERVICE_SAID}”" in seen["overview"]
    assert SERVICE_SAID in (wrong.month / "run.log").read_text("utf-8")
    assert "Exit code 8." in wrong.record["message"]
    assert find_english(wrong.record["message"]) != []
    reasons = [entry["reason"] for entry in wrong.entries.values() if entry["state"] == "failed"]
    assert len(reasons) == 3
    assert all(map(find_english, reasons))
    log = (wrong.month / "run.log").read_text("utf-8")
    assert [word for word in words if word in log] == []


def test_commands_speak_the_language_of_the_first_configuration_or_the_one_that_is_named(
    office: Office,
) -> None:
    office.configure([ANA], output=HTML_ONLY)
    configure(office, "es")
    other = configure_account(office, "other")
    both = office.config, other
    commands: tuple[list[str | Path], ...] = (
        ["check", *both],
        ["schedule", *both, "--out", office.folder / "task.xml"],
        ["run", *both],
        ["run", *both, "--offline"],
        ["run", *both, "--dry-run"],
    )
    for typed in commands:
        spanish = office.invoke(*typed)
        english = office.invoke(*typed, "--language", "en")
        assert find_english(re.sub(TO_BE_TYPED, "", spanish.out)) == []
        assert find_english(english.out) != []
        assert "Exit code" in english.last


def test_a_named_language_changes_screen_and_line_and_no_file(office: Office) -> None:
    office.configure([ANA], output=HTML_ONLY)
    assert office.type("run", office.config, "--language", "es").last.endswith("Código de salida 0.")
    assert "Código de salida 0." in read_page(office.output / "RESULT.html")
    files = {path: path.read_bytes() for path in office.month.rglob("*.html")}
    assert office.type("run", office.config, "--language", "en").last == "1 of 1 clients ready. Exit code 0."
    assert "1 of 1 clients ready. Exit code 0." in read_page(office.output / "RESULT.html")
    assert {path: path.read_bytes() for path in office.month.rglob("*.html")} == files


def test_each_account_has_its_line_in_its_own_language(office: Office) -> None:
    office.configure([ANA], output=HTML_ONLY)
    configure(office, "es")
    own = {"name": "other", "api_key": f"${{{KEY_VARIABLE}}}", "base_url": office.sandbox.url}
    other = office.configure([RUI], name="other.yaml", account=own, language="en", output=HTML_ONLY)
    assert office.invoke("run", office.config).last == "1 de 1 clientes listos. Código de salida 0."
    assert office.invoke("run", other).last == "1 of 1 clients ready. Exit code 0."
    page = read_page(office.output / "RESULT.html")
    assert "1 de 1 clientes listos. Código de salida 0." in page
    assert "1 of 1 clients ready. Exit code 0." in page
    # An account whose overview does not tell has its line in the language of the page.
    for change in (lambda path: path.write_text("<p>mine"), Path.unlink):
        change(office.month / "index.html")
        assert office.invoke("run", other).code == 0
        assert "Código de salida" not in read_page(office.output / "RESULT.html")


def test_a_mistake_of_a_configuration_is_english(office: Office) -> None:
    office.configure([ANA], perod="2026-10")
    said = office.type("run", office.config, "--language", "pt")
    assert (said.code, "Nothing was done. Exit code 2." in said.err) == (2, True)
