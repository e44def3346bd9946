"""A dry run says what a run would read and write, and does nothing of it."""

from tests.support.office import ACCOUNT, HTML_ONLY, KEY_VARIABLE, Office, tree

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
        f"and how it ended to {office.output / 'RESULT.html'}",
    ):
        assert part in said.out
    assert said.last == "Nothing was asked and nothing written. Exit code 0."
    assert tree(office.folder) == before
    assert office.sandbox.requests == []


def test_dry_run_says_when_the_accounts_list_of_documents_is_asked_for(office: Office) -> None:
    office.configure([ANA], is_listed=True, output=HTML_ONLY)
    words = "  would ask besides, once: the account's own list of the period's documents"
    assert words in office.run("--dry-run").out
    assert words in office.run("--dry-run", "--resume").out
    assert words not in office.run("--dry-run", "--client", str(ANA)).out
    assert office.run().code == 6
    assert words in office.run("--dry-run").out
    assert words not in office.run("--dry-run", "--resume").out
    assert words not in office.run("--dry-run", "--offline").out


def test_dry_run_says_that_the_period_has_not_begun(office: Office) -> None:
    office.configure([ANA], period="2026-12")
    said = office.run("--dry-run")
    assert said.code == 0
    assert "  warning: The period begins on 2026-12-01, after the day of the run (2026-11-02)." in said.out


def test_dry_run_says_where_each_of_several_configurations_puts_its_results(office: Office) -> None:
    (office.folder / "configs").mkdir()
    for name in ("ana", "rui"):
        account = {"name": name, "api_key": f"${{{KEY_VARIABLE}}}", "base_url": office.sandbox.url}
        office.configure([ANA], name=f"configs/{name}.yaml", account=account)
    said = office.type("run", "--dry-run", *sorted((office.folder / "configs").iterdir()))
    output = office.folder / "configs" / "output"
    assert [line for line in said.out.splitlines() if " to /" in line] == [
        line
        for name in ("ana", "rui")
        for line in (f"  to {output / name / '2026-10'}", f"  and how it ended to {output / 'RESULT.html'}")
    ]
