"""All clients of a period, joined by the words of the run record."""

from typing import Any

from reports.export.columns import DataBlock
from reports.export.joined_rows import has_figures, join_rows
from tests.support.datasets import ENTRY, list_named_rows

FAILED = {**ENTRY, "id": 12, "name": "Rui", "state": "failed", "findings": []}
KEPT = {**FAILED, "id": 13, "kept_from": "2026-11-01T06:30:00+00:00", "files": [{"path": "a/b.html"}]}


def test_a_client_that_failed_without_figures_has_no_rows_and_one_that_keeps_some_has_them() -> None:
    assert [has_figures(entry) for entry in (ENTRY, FAILED, KEPT)] == [True, False, True]
    asked: list[int] = []

    def read(entry: Any) -> list[DataBlock]:
        asked.append(entry["id"])
        return []

    assert list(join_rows([ENTRY, FAILED, KEPT], [], read, period="2026-10"))
    assert asked == [ENTRY["id"], 13]


def test_findings_of_the_account_come_first_and_name_the_client_where_the_record_does() -> None:
    findings: list[dict[str, Any]] = [
        {"code": "PERIOD-NOT-BEGUN", "level": "warning", "client": None},
        {"code": "RATE-NOT-IN-FORCE", "level": "warning", "client": 12},
        {"code": "CLIENT-GONE", "level": "warning", "client": 99, "number": "Eva"},
    ]
    blocks = join_rows([ENTRY, FAILED], findings, lambda _: [], period="2026-10")
    rows = list_named_rows(blocks, "findings")
    assert [(row["client_id"], row["client"], row["code"]) for row in rows] == [
        (None, None, "PERIOD-NOT-BEGUN"),
        (12, "Rui", "RATE-NOT-IN-FORCE"),
        (99, None, "CLIENT-GONE"),
        (ENTRY["id"], ENTRY["name"], "STATUS-UNKNOWN"),
    ]
