"""A dry run says what a run would read and write, and does nothing of it."""

from tests.support.office import ACCOUNT, KEY_VARIABLE, Office, tree

ANA, RUI = 101, 102


def test_dry_run_says_everything_and_does_nothing_and_needs_no_key(office: Office) -> None:
    office.configure([ANA, {"id": RUI, "filters": {"status": ["settled"]}}])
    before = tree(office.folder)
    said = office.run("--dry-run", **{KEY_VARIABLE: ""})
    assert said.code == 0
    for part in (
        f"account {ACCOUNT} at {office.sandbox.url}",
        "period 2026-10: 2026-10-01 to 2026-10-31, both included",
        f"clients: {ANA}, {RUI}",
        'filter: {"archived": ["archived", "non_archived"]}',
        f'filter of client {RUI}: {{"status": ["settled"], "archived": ["archived", "non_archived"]}}',
        f"to {office.month}",
    ):
        assert part in said.out
    assert said.last == "Nothing was asked and nothing written. Exit code 0."
    assert tree(office.folder) == before
    assert office.sandbox.requests == []
