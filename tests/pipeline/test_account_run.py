"""Clients of a month that are chosen, renamed, removed or fail: each keeps what it had, and only that."""

import shutil

from tests.support.months import (
    ANA,
    EVA,
    LATER,
    NAMES,
    NOBODY,
    READ_AT,
    RUI,
    add_invoice,
    read_lasting,
    read_summary_rows,
    remove_from_account,
)
from tests.support.office import HTML_ONLY, Office, tree


def test_failing_client_keeps_the_folder_it_had(office: Office) -> None:
    office.configure([ANA, RUI, EVA], language="en")
    office.run()
    before, kept = tree(office.month / f"rui-{RUI}"), office.entries[RUI]
    summary = read_summary_rows(office, 2)
    remove_from_account(office, RUI)
    add_invoice(office, ANA)
    for _ in range(2):
        assert office.run(**LATER).code == 3
        assert tree(office.month / f"rui-{RUI}") == before
        entry = office.entries[RUI]
        assert (entry["state"], entry["read_at"], entry["kept_from"]) == ("failed", None, READ_AT)
        for key in (
            "name",
            "fiscal_id",
            "documents_counted",
            "totals",
            "vat",
            "vat_rounding",
            "ageing",
            "files",
        ):
            assert entry[key] == kept[key]
        assert office.entries[ANA]["read_at"] == "2026-11-03T06:30:00+00:00"
        assert f"rui-{RUI}/rui-{RUI}-2026-10.html" in office.overview
        assert "02/11/2026 06:30" in office.overview
    shown = [row for row in read_summary_rows(office, 2) if "Rui" in row]
    assert shown == [row for row in summary if "Rui" in row] != []


def test_folder_that_somebody_took_away_is_not_said_to_be_kept(office: Office) -> None:
    office.configure([ANA, RUI], output=HTML_ONLY)
    office.run()
    shutil.rmtree(office.month / f"rui-{RUI}")
    remove_from_account(office, RUI)
    assert office.run().code == 3
    assert office.entries[RUI]["kept_from"] is None


def test_chosen_client_leaves_the_others_as_they_were(office: Office) -> None:
    office.run()
    entries, rest = office.entries, read_lasting(office.month)
    for identity in (ANA, RUI, EVA):
        add_invoice(office, identity)
    asked = len(office.sandbox.requests)
    said = office.run("--client", f"{RUI}", **LATER)
    assert said.code == 0
    paths = [request.path for request in office.sandbox.requests[asked:]]
    assert paths == ["/clients.json", f"/clients/{RUI}/invoices.json", "/taxes.json"]
    assert list(office.entries) == [ANA, RUI, EVA]
    assert {ANA: office.entries[ANA], EVA: office.entries[EVA]} == {ANA: entries[ANA], EVA: entries[EVA]}
    assert office.entries[RUI]["documents_counted"] == 3
    now = read_lasting(office.month)
    for path, data in rest.items():
        if f"-{ANA}" in path or f"-{EVA}" in path or f"{ANA}.jsonl" in path or f"{EVA}.jsonl" in path:
            assert now[path] == data
    for name in NAMES.values():
        assert name in office.overview
    documents = [row[0] for row in read_summary_rows(office, 2)]
    assert [documents.count(name) for name in ("Ana", "Rui", "Eva")] == [2, 3, 2]


def test_choosing_a_client_of_unchanged_data_changes_no_byte(office: Office) -> None:
    office.run()
    before = read_lasting(office.month)
    for words in (("--client", f"{RUI}"), ("--offline", "--client", f"{EVA}")):
        assert office.run(*words).code == 0
        assert read_lasting(office.month) == before


def test_chosen_client_that_the_account_lacks_fails(office: Office) -> None:
    said = office.run("--client", f"{NOBODY}")
    assert said.code == 4
    assert f"{NOBODY}" in said.last
    # The others, of a run before, are ready all the same.
    assert "none of this run's clients could be done" not in said.last
    office.run()
    said = office.run("--client", f"{NOBODY}")
    assert said.code == 4
    assert said.last.startswith("none of this run's clients could be done; ")


def test_renamed_client_has_one_folder(office: Office) -> None:
    office.configure([{"id": ANA, "name": "Ana"}, RUI])
    office.run()
    office.configure([{"id": ANA, "name": "Ana & Filhos, Lda"}, RUI])
    assert office.run().code == 0
    assert sorted(path.name for path in office.month.iterdir() if path.is_dir()) == [
        f"ana-filhos-lda-{ANA}",
        f"rui-{RUI}",
        "source",
    ]
    assert office.entries[ANA]["name"] == "Ana & Filhos, Lda"


def test_client_removed_from_the_configuration_keeps_entry_and_folder(office: Office) -> None:
    office.configure([ANA, RUI])
    office.run()
    entry, files = office.entries[RUI], tree(office.month / f"rui-{RUI}")
    office.configure([ANA])
    assert office.run().code == 0
    assert office.entries[RUI] == entry
    assert tree(office.month / f"rui-{RUI}") == files
    assert [row[0] for row in read_summary_rows(office, 2)].count("Rui") == 2


def test_other_client_whose_archive_is_gone_is_failed_in_every_place(office: Office) -> None:
    office.run()
    (office.month / "source" / f"{EVA}.jsonl.gz").unlink()
    said = office.run("--client", f"{ANA}")
    assert said.code == 3
    entry = office.entries[EVA]
    assert (entry["state"], entry["kept_from"]) == ("failed", READ_AT)
    assert "there is no such archive" in entry["reason"]
    assert "esse arquivo não existe" in office.overview


def test_client_whose_folder_cannot_be_replaced_fails_alone_and_keeps_it(office: Office) -> None:
    office.configure([ANA, RUI])
    office.run()
    before = tree(office.month / f"ana-{ANA}")
    (office.month / f".ana-{ANA}.old").write_bytes(b"in the way")
    for identity in (ANA, RUI):
        add_invoice(office, identity)
    said = office.run(**LATER)
    assert said.code == 8
    assert "it could not be written" in said.last
    assert tree(office.month / f"ana-{ANA}") == before
    assert (office.entries[ANA]["state"], office.entries[ANA]["kept_from"]) == ("failed", READ_AT)
    assert (office.entries[RUI]["state"], office.entries[RUI]["documents_counted"]) == ("ready", 3)
    assert [path for path in tree(office.output) if path.endswith(".tmp")] == []
