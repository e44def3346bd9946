"""docs/FINDINGS.md lists every code there is, with its level and its sentence."""

from pathlib import Path

from reports.figures.checks.finding import RULES

PAGE = Path(__file__).parents[2] / "docs" / "FINDINGS.md"


def test_every_code_is_explained_with_its_level_and_sentence() -> None:
    rows = {}
    for line in PAGE.read_text("utf-8").splitlines():
        if line.startswith("| `"):
            code, level, sentence, _ = (cell.strip() for cell in line.strip("|").split("|"))
            rows[code.strip("`")] = (level, sentence)
    assert rows == {code: (rule.level, rule.sentence) for code, rule in RULES.items()}
