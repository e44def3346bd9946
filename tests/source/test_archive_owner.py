"""An archive is held against whose it is wherever one is read: no client gets another's figures."""

import gzip
import json
import shutil
from collections.abc import Callable
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from reports.render.content.labels import Labels
from tests.conftest import ANA, EVA, RUI
from tests.support.office import HTML_ONLY, Office, tree

NAMES = {ANA: "Ana", RUI: "Rui", EVA: "Eva"}


@pytest.fixture
def office(office: Office) -> Office:
    """A month that is done."""
    office.configure([*NAMES], output=HTML_ONLY)
    assert office.run().code == 0
    return office


def stored(office: Office, client: int | str, period: str = "2026-10") -> Path:
    return office.month.parent / period / "source" / f"{client}.jsonl.gz"


def rewrite_head(path: Path, **values: Any) -> None:
    head, *pages = gzip.decompress(path.read_bytes()).splitlines()
    lines = [json.dumps(json.loads(head) | values).encode(), *pages]
    path.write_bytes(gzip.compress(b"".join(line + b"\n" for line in lines)))


def of_another_client(office: Office) -> None:
    shutil.copyfile(stored(office, EVA), stored(office, RUI))


def of_another_account(office: Office) -> None:
    rewrite_head(stored(office, RUI), account="neighbour")


def of_wrong_types(office: Office) -> None:
    rewrite_head(stored(office, RUI), pages="1", filters=None)


DAMAGE = [
    (of_another_client, "it is the archive of client 103, not of client 102. Move it away."),
    (of_another_account, "it is an archive of the account neighbour, not of office. Move it away."),
    (of_wrong_types, "the archive is damaged (TypeError). Read the client again"),
]
damaged = pytest.mark.parametrize(("damage", "words"), DAMAGE, ids=[how.__name__ for how, _ in DAMAGE])
Damage = Callable[[Office], None]


@damaged
def test_offline_its_client_fails_and_keeps_its_folder(office: Office, damage: Damage, words: str) -> None:
    before = tree(office.month / f"rui-{RUI}")
    damage(office)
    said = office.run("--offline")
    assert said.code == 3
    entry = office.entries[RUI]
    assert entry["state"] == "failed"
    assert words in entry["reason"]
    assert Labels("pt").say(entry["reason"]) in unescape(office.overview)
    assert tree(office.month / f"rui-{RUI}") == before
    assert [office.entries[client]["state"] for client in (ANA, EVA)] == ["ready", "ready"]
    # The reason stays that of the archive, however often it is tried.
    office.run("--offline")
    assert words in office.entries[RUI]["reason"]


@damaged
def test_another_clients_run_shows_nothing_of_it_either(office: Office, damage: Damage, words: str) -> None:
    damage(office)
    assert office.run("--client", str(ANA)).code == 3
    assert words in office.entries[RUI]["reason"]


@damaged
def test_a_resumed_run_reads_its_client_again_and_says_why(
    office: Office, damage: Damage, words: str
) -> None:
    damage(office)
    asked = len(office.sandbox.requests)
    assert office.run("--resume").code == 0
    new = [request.path for request in [*office.sandbox.requests][asked:] if "/clients/" in request.path]
    assert len(new) == 1
    assert f"/clients/{RUI}/" in new[0]
    assert words in (office.month / "run.log").read_text("utf-8")
    assert office.entries[RUI]["documents_counted"] == 2


@damaged
def test_a_client_is_not_held_against_an_earlier_reading_of_another(
    office: Office, damage: Damage, words: str
) -> None:
    damage(office)
    said = office.run("--period", "2026-11", SOURCE_DATE_EPOCH="1796193000")
    assert said.code in (0, 6)
    record = json.loads((office.month.parent / "2026-11" / "run.json").read_text("utf-8"))
    changes = {entry["id"]: entry["changes"] for entry in record["clients"]}
    assert changes[RUI] is None
    assert changes[ANA]["since"] == "2026-10"
    log = (office.month.parent / "2026-11" / "run.log").read_text("utf-8")
    assert "client 102 is not held against 2026-10: " in log
    assert words in log


def test_the_list_of_clients_of_another_account_names_nobody_here(office: Office) -> None:
    office.configure(output=HTML_ONLY)
    assert office.run().code == 0
    rewrite_head(stored(office, "clients"), account="neighbour")
    stored(office, EVA).unlink()
    office.run("--offline")
    # Without a list of its own, offline is about those whose archives lie there.
    assert EVA not in office.entries or office.entries[EVA]["state"] == "failed"
    assert "it is an archive of the account neighbour" in (office.month / "run.log").read_text("utf-8")
