"""RESULT.html: how the last run of each account ended, whatever the clock said."""

import re
import shutil
from pathlib import Path

import pytest

from tests.conftest import ANA, EVA, RUI
from tests.support.crash.scene import clock
from tests.support.office import HTML_ONLY, Office

FUTURE = 4 * 365
"""In so many days somebody set the clock, once."""


@pytest.fixture
def fixed(office: Office) -> Office:
    office.configure([ANA, RUI, EVA], output=HTML_ONLY)
    return office


def lines(output: Path) -> list[tuple[str, ...]]:
    """Account, period and exit code of each line of the page."""
    page = (output / "RESULT.html").read_text("utf-8")
    rows = re.findall(r"<tr>\s*<th scope=\"row\">.*?</tr>", page, re.DOTALL)
    cells = [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row, re.DOTALL) for row in rows]
    return [tuple(re.sub("<.*?>", "", row[index]).strip() for index in (0, 2, 4)) for row in cells]


def unknown_client(office: Office) -> None:
    clients = office.sandbox.account_data.clients
    clients[:] = [one for one in clients if one["id"] != ANA]


def test_a_clock_that_was_wrong_once_hides_no_later_failure(fixed: Office) -> None:
    assert fixed.run("--period", "2026-09", **clock(FUTURE)).code == 0
    assert lines(fixed.output) == [("office", "2026-09", "0")]
    unknown_client(fixed)
    assert fixed.run(**clock(1)).code == 3
    assert lines(fixed.output) == [("office", "2026-10", "3")]
    assert "last run: 2026-10, ended 2026-11-03 06:30 with 3" in fixed.type("check", fixed.config).out


def test_nor_does_it_where_another_account_writes_the_page(fixed: Office) -> None:
    fixed.run("--period", "2026-09", **clock(FUTURE))
    unknown_client(fixed)
    assert fixed.run(**clock(1)).code == 3
    account = {"name": "other", "api_key": "${OFFICE_API_KEY}", "base_url": fixed.sandbox.url}
    other = fixed.configure([RUI], name="other.yaml", account=account, output=HTML_ONLY)
    assert fixed.type("run", other, **clock(2)).code == 0
    assert sorted(lines(fixed.output)) == [("office", "2026-10", "3"), ("other", "2026-10", "0")]


def test_an_earlier_month_that_is_run_again_is_the_last_run(fixed: Office) -> None:
    fixed.run(**clock(2))
    fixed.run("--period", "2026-09", **clock(1))
    assert lines(fixed.output) == [("office", "2026-09", "0")]


def test_without_the_page_the_record_that_ended_last_counts(fixed: Office) -> None:
    fixed.run("--period", "2026-09", **clock(1))
    fixed.run(**clock(2))
    (fixed.output / "RESULT.html").unlink()
    assert "last run: 2026-10" in fixed.type("check", fixed.config).out


def test_a_page_that_shows_a_folder_which_is_gone_or_none_is_no_word(fixed: Office) -> None:
    fixed.run(**clock(1))
    page = fixed.output / "RESULT.html"
    for label in ("2026-09", "../..", ""):
        page.write_text(f'<a href="office/{label}/index.html">', "utf-8")
        assert "last run: 2026-10" in fixed.type("check", fixed.config).out


def test_a_run_whose_record_cannot_be_written_says_so_on_the_page(fixed: Office) -> None:
    fixed.run()
    (fixed.month / "run.json").unlink()
    (fixed.month / "run.json" / "in the way").mkdir(parents=True)
    said = fixed.run(**clock(1))
    assert said.code == 8
    assert lines(fixed.output) == [("office", "2026-10", "8")]
    assert "run.json" in (fixed.output / "RESULT.html").read_text("utf-8")


def test_a_copy_of_an_accounts_folder_is_no_account(fixed: Office) -> None:
    fixed.run(**clock(1))
    shutil.copytree(fixed.output / "office", fixed.output / "office backup")
    fixed.run(**clock(2))
    assert lines(fixed.output) == [("office", "2026-10", "0")]
