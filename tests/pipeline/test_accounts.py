"""Several accounts at once: each gives what it gives alone, with a log of its own."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from reports.sandbox.server import Sandbox
from tests.support.office import Office, account, configure_account, tree
from tests.support.waiting import wait_until

NAMES = {101: "Ana", 102: "Rui", 103: "Eva", 104: "Zé", 105: "Ivo"}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """Five clients: more than there are processes."""
    with Sandbox(account_data=account(NAMES)) as sandbox:
        yield Office(tmp_path, sandbox)


def test_accounts_are_read_at_the_same_time_and_each_has_its_own_log(office: Office) -> None:
    answered = office.sandbox._judge

    def together(request: Any, key: str | None) -> Any:
        wait_until(lambda: office.sandbox.most_concurrent >= 2)
        return answered(request, key)

    office.sandbox._judge = together  # type: ignore[method-assign]
    names = ["alfa", "beta", "gama"]
    configs = [configure_account(office, name) for name in names]
    for config in configs:
        text = json.loads(config.read_text("utf-8"))
        config.write_text(json.dumps(text | {"requests": {"per_minute": 60_000, "parallel": 1}}), "utf-8")
    said = office.type("run", *configs)
    assert said.code == 0, said
    assert said.last == "3 accounts; the most severe: alfa 2026-10: 5 of 5 clients ready. Exit code 0."
    for name in names:
        month = office.output / name / "2026-10"
        assert json.loads((month / "run.json").read_text("utf-8"))["account"] == name
        log = (month / "run.log").read_text("utf-8")
        assert f"account {name}, period 2026-10" in log
        assert log.count("account ") == 1
        assert log.count(": 2 documents on 1 pages") == len(NAMES)
    page = (office.output / "RESULT.html").read_text("utf-8")
    assert all(name in page for name in names)


def test_accounts_give_what_each_gives_alone(office: Office) -> None:
    configs = [configure_account(office, name) for name in ("alfa", "beta")]
    alone: dict[str, bytes] = {}
    for config in configs:
        assert office.type("run", config).code == 0
        alone |= tree(office.output)
    assert office.type("run", *configs).code == 0
    together = tree(office.output)
    kept = [path for path in alone if Path(path).name not in ("run.log", "run.json", "RESULT.html")]
    assert {path: together[path] for path in kept} == {path: alone[path] for path in kept}
