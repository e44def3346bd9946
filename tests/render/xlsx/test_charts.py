"""The chart of the summary: it stands beside its months, in exact points, and says in words what it shows."""

import re
from pathlib import Path

import pytest

from tests.support import workbooks
from tests.support.workbooks import list_few_papers, read_part, read_sheets

SUMMARY = 0


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return tmp_path / "made.xlsx"


def test_chart_stands_beside_its_months_with_exact_points(made: Path) -> None:
    workbooks.write_client(made, list_few_papers())
    points = re.findall("<c:v>([^<]*)</c:v>", read_part(made, "xl/charts/chart1.xml"))
    assert {"138.43", "31.84"} <= set(points)
    assert not [point for point in points if re.fullmatch(r"-?\d+\.\d{3,}", point)]
    chart = read_sheets(made)[SUMMARY]._charts[0]  # type: ignore[attr-defined]
    top = re.findall(r"\$A\$(\d+):", read_part(made, "xl/charts/chart1.xml"))[0]
    assert chart.anchor._from.row + 2 == int(top)
    assert chart.anchor.to.row - chart.anchor._from.row == 13


def test_chart_says_in_words_what_it_shows(made: Path) -> None:
    workbooks.write_client(made, list_few_papers(), language="en")
    assert 'descr="The last twelve months · EUR: Net, VAT, Nov 2025 – Oct 2026"' in read_part(
        made, "xl/drawings/drawing1.xml"
    )
