"""Entries of the run record as tests have them: one client that is done, and one that failed."""

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from reports.deliver.record_entry import Entry, make_failed_entry, ready_entry
from reports.sandbox.documents import Raw
from tests.support.papers import added, findings

READ_AT = datetime(2026, 11, 2, 6, 30, 5, 999, tzinfo=ZoneInfo("Europe/Lisbon"))


def build_ready(base: Path, *papers: Raw, name: str = "Ana, Lda") -> Entry:
    folder = base / "ana-lda-11"
    folder.mkdir(exist_ok=True)
    (folder / "b.xlsx").write_bytes(b"workbook")
    (folder / "a.html").write_bytes(b"")
    return ready_entry(
        client=11,
        name=name,
        read_at=READ_AT,
        pages=4,
        requests=5,
        figures=added(*papers),
        findings=findings(*papers),
        staged=folder,
        target=folder.name,
    )


def build_failed(before: Entry | None) -> Entry:
    return make_failed_entry(client=12, name="Rui", reason="no answer", requests=3, before=before)
