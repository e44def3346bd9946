"""docs/FINDINGS.md lists every code there is, with its level, its sentence and what to do."""

from pathlib import Path

from reports.figures.checks.finding import RULES
from tests.support.golden import compare

PAGE = Path(__file__).parents[2] / "docs" / "FINDINGS.md"
HEADING = "| code | level | what it says | what to do |\n|---|---|---|---|\n"


def test_every_code_is_explained_with_its_level_and_sentence() -> None:
    before = PAGE.read_text("utf-8").partition(HEADING)[0]
    rows = (f"| `{code}` | {' | '.join(rule)} |\n" for code, rule in RULES.items())
    compare(f"{before}{HEADING}{''.join(rows)}", PAGE)


def test_every_code_says_what_to_do() -> None:
    assert [code for code, rule in RULES.items() if not (rule.sentence and rule.remedy)] == []
