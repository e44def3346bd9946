"""Several processes at work for one run, several accounts in one, and what is put aside meanwhile.

Each command is several processes, each of which takes seconds to start on Windows; so all commands run once,
at the same time.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from reports.sandbox.server import Sandbox
from reports.slugs import client_of
from tests.support.office import ACCOUNT, KEY_VARIABLE, Office, account, tree
from tests.windows.family import Family
from tests.windows.scheduled import PATIENCE_SECONDS, SYSTEM_FOLDER, environment, installed, unseen

NAMES = {101: "Ana & Irmãos", 102: "Łódź 漢字", 103: "Eva", 104: "Zé"}
NOBODY = 404
AT_ONCE = 3
MODULE = (sys.executable, "-m", "reports")
OF_THE_RUN = ("run.json", "run.log")
"""What says when, and to which folder."""


@dataclass(frozen=True)
class Ended:
    """How a command ended, the processes there were, and whether all of them are gone."""

    code: int
    said: str
    started: int
    has_gone: bool


def ended(office: Office, words: str | Sequence[str]) -> Ended:
    with Family(words, env=environment(office), cwd=SYSTEM_FOLDER) as family:
        out, _ = family.process.communicate(timeout=PATIENCE_SECONDS)
        has_gone = family.has_gone()
        return Ended(family.process.returncode, out.decode("cp1252"), family.started, has_gone)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with Sandbox(account_data=account(NAMES)) as sandbox:
        yield Office(tmp_path_factory.mktemp("Vários de João"), sandbox)


def configured(office: Office, name: str, clients: Sequence[int]) -> str:
    """A configuration of an account of this name."""
    own = {"name": name, "api_key": f"${{{KEY_VARIABLE}}}", "base_url": office.sandbox.url}
    return str(office.configure(clients, name=f"{name}.yaml", account=own))


@pytest.fixture(scope="module")
def runs(office: Office) -> Mapping[str, Ended]:
    """How each run ended; each has an output folder of its own, of its name."""

    def words(name: str, jobs: int, *configs: str) -> list[str]:
        output = str(office.folder / name)
        return ["run", *(configs or [str(office.config)]), "--jobs", str(jobs), "--output", output]

    accounts = [configured(office, "alfa", [*NAMES]), configured(office, "beta", [*NAMES, NOBODY])]
    lines: dict[str, str | Sequence[str]] = {
        "one": [*MODULE, *words("one", 1)],
        "module": [*MODULE, *words("module", 2)],
        "command": [str(installed()), *words("command", 2)],
        "unseen": unseen(*words("unseen", 2)),
        "accounts": [*MODULE, *words("accounts", 2, *accounts)],
    }
    with ThreadPoolExecutor(AT_ONCE) as pool:
        waiting = {name: pool.submit(ended, office, line) for name, line in lines.items()}
        return {name: run.result() for name, run in waiting.items()}


def month(office: Office, run: str, name: str = ACCOUNT) -> Path:
    return office.folder / run / name / "2026-10"


def of_clients(folder: Path) -> dict[str, bytes]:
    return {path: data for path, data in tree(folder).items() if client_of(path.partition("/")[0])}


def lasting(folder: Path) -> dict[str, bytes]:
    return {path: data for path, data in tree(folder).items() if path not in OF_THE_RUN}


@pytest.mark.parametrize("run", ["module", "command", "unseen"])
def test_several_processes_write_what_one_writes(office: Office, runs: Mapping[str, Ended], run: str) -> None:
    assert runs["one"].code == 0, runs["one"]
    assert runs[run].code == 0, runs[run]
    assert lasting(month(office, run)) == lasting(month(office, "one"))
    assert len(list(month(office, run).glob("*-[0-9]*/*"))) == 2 * len(NAMES)
    assert sorted(tree(office.folder / run)) == sorted(tree(office.folder / "one")), "nothing is left over"
    log = (month(office, run) / "run.log").read_text("utf-8")
    for client, name in NAMES.items():
        assert log.count(f"client {client} {name}: 2 documents") == 1


def test_two_jobs_are_two_more_processes(runs: Mapping[str, Ended]) -> None:
    # Windows may start a console for each.
    assert runs["module"].started >= runs["one"].started + 2


@pytest.mark.parametrize("run", ["one", "module", "command", "unseen", "accounts"])
def test_no_process_is_left(runs: Mapping[str, Ended], run: str) -> None:
    assert runs[run].has_gone


def test_most_severe_code_of_the_accounts_reaches_the_caller(runs: Mapping[str, Ended]) -> None:
    assert runs["accounts"].code == 3, runs["accounts"]
    assert runs["accounts"].said.splitlines()[-1].startswith("2 contas; a mais grave: ")
    assert runs["accounts"].said.splitlines()[-1].endswith("Código de saída 3.")


@pytest.mark.parametrize(("name", "code"), [("alfa", 0), ("beta", 3)])
def test_each_account_has_its_own_files_and_its_own_log(
    office: Office, runs: Mapping[str, Ended], name: str, code: int
) -> None:
    assert runs["accounts"].code == 3
    # A workbook names its account.
    assert sorted(of_clients(month(office, "accounts", name))) == sorted(of_clients(month(office, "one")))
    log = (month(office, "accounts", name) / "run.log").read_text("utf-8")
    assert log.count(", account ") == log.count(f", account {name}, period 2026-10") == 1
    assert log.count(": 2 documents on 1 pages") == len(NAMES)
    assert log.rstrip().endswith(f"Exit code {code}.")
    assert (f"client {NOBODY}" in log) == (name == "beta")
