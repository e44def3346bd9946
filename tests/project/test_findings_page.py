"""docs/FINDINGS.md and docs/pt/FINDINGS.md list every code, with its level, its sentence and what to do."""

from pathlib import Path

import pytest

from reports.figures.checks.finding import RULES
from reports.render.content.labels import LEVELS, Labels
from tests.support.golden import compare

DOCS = Path(__file__).parents[2] / "docs"
PAGES = {
    "en": (DOCS / "FINDINGS.md", "| code | level | what it says | what to do |\n|---|---|---|---|\n"),
    "pt": (DOCS / "pt" / "FINDINGS.md", "| código | nível | o que diz | o que fazer |\n|---|---|---|---|\n"),
}


@pytest.mark.parametrize("language", PAGES)
def test_every_code_is_explained_with_its_level_and_sentence(language: str) -> None:
    page, heading = PAGES[language]
    before = page.read_text("utf-8").partition(heading)[0]
    labels = Labels(language)
    rows = (
        f'| <a id="{code}"></a>`{code}` | {labels.word(LEVELS, rule.level).lower()} | '
        f"{labels.text(rule.sentence)} | {labels.text(rule.remedy)} |\n"
        for code, rule in RULES.items()
    )
    compare(f"{before}{heading}{''.join(rows)}", page)


def test_every_code_says_what_to_do() -> None:
    assert [code for code, rule in RULES.items() if not (rule.sentence and rule.remedy)] == []
