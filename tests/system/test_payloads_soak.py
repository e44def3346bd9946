"""Ten thousand payloads, others every time: no traceback, no wrong total."""

from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reports.sandbox.documents import Raw
from tests.conftest import Figure
from tests.support.payload_path import weigh
from tests.support.payloads import pages, spoilt
from tests.support.recorded_papers import TAX_ROWS, sound

SOUND, SPOILT = 4_000, 6_000
WITH_FILES = 20
"""Of so many payloads one is printed as well, workbook and statement."""


@pytest.mark.soak
@pytest.mark.parametrize(
    ("kind", "strategy", "count"), [("sound", sound(), SOUND), ("spoilt", spoilt(), SPOILT)]
)
def test_no_payload_ends_in_a_traceback_or_a_wrong_total(
    tmp_path: Path, figure: Figure, kind: str, strategy: st.SearchStrategy[list[Raw]], count: int
) -> None:
    ends: Counter[str] = Counter()
    archives, files = tmp_path / "source", tmp_path / "files"
    files.mkdir()

    @settings(max_examples=count, database=None, print_blob=True, derandomize=False)
    @given(strategy)
    def check(papers: list[Raw]) -> None:
        texts = pages(papers)
        is_printed = sum(map(len, texts)) % WITH_FILES == 0
        verdict = weigh(texts, archives, files=files if is_printed else None, taxes=TAX_ROWS)
        ends["refused" if verdict.refused else "exact"] += 1
        assert verdict.wrong == []

    check()
    assert ends.total() >= count
    figure(
        f"payloads, {kind}",
        f"{ends.total()}: {ends['exact']} exact, {ends['refused']} refused, 0 tracebacks, 0 wrong totals",
    )
