"""What a run is to do as a plain value, and the sentences that tell how it ended."""

import datetime as dt
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from reports.errors import ExitCode
from reports.plan import Plan, brand_of, few, issuer_of, last_line
from reports.render.content.brand import IssuerDetails
from reports.source.resume import Today
from tests.support.configurations import SHORTEST, load_text
from tests.support.papers import OCTOBER

TODAY = dt.date(2026, 11, 2)


def make_plan(folder: Path, text: str = SHORTEST, *, resumes_day: dt.date | None = None) -> Plan:
    config = load_text(folder, text)
    return Plan(config, OCTOBER, folder / "my-company", None, (), TODAY, resumes_day=resumes_day)


def test_a_period_has_its_folder_and_its_readings_lie_below_it(tmp_path: Path) -> None:
    plan = make_plan(tmp_path)
    assert plan.folder == tmp_path / "my-company" / "2026-10"
    assert plan.source == plan.folder / "source"


def test_only_a_plan_that_resumes_knows_what_was_read_today(tmp_path: Path) -> None:
    assert make_plan(tmp_path).resumed is None
    plan = make_plan(tmp_path, f"{SHORTEST}time_zone: Atlantic/Azores\n", resumes_day=TODAY)
    origin = "https://my-company.app.invoicexpress.com"
    assert plan.resumed == Today(TODAY, ZoneInfo("Atlantic/Azores"), "my-company", origin, plan.source)


def test_papers_come_from_the_issuer_and_look_as_configured(tmp_path: Path) -> None:
    text = (
        f"{SHORTEST}issuer: {{name: Exemplo Lda, address: Rua 1}}\n"
        "statement: {colours: ['#7A1F3D', '#c08497'], footer: Capital social}\n"
    )
    config = load_text(tmp_path, text)
    assert issuer_of(config) == IssuerDetails("Exemplo Lda", None, "Rua 1")
    brand = brand_of(config)
    assert (brand.colours[1], brand.footer, brand.logo) == ("#c08497", "Capital social", None)


@pytest.mark.parametrize(
    ("count", "text"),
    [(0, ""), (1, "1"), (5, "1, 2, 3, 4, 5"), (6, "1, 2, 3, 4, 5 and some others")],
)
def test_five_names_at_most_stand_in_a_sentence(count: int, text: str) -> None:
    assert few([str(number) for number in range(1, count + 1)]) == text


@pytest.mark.parametrize("text", ["3 of 3 clients ready", "3 of 3 clients ready."])
def test_the_last_line_is_a_sentence_and_its_code(text: str) -> None:
    assert last_line(text, ExitCode.SOME_FAILED) == "3 of 3 clients ready. Exit code 3."
