"""A month that is run again and again from one state, to be ended early, and the proof that nothing is lost.

Three clients. Between the first reading and the second each got another document, and one of them a new name,
so every file of a client differs. The clock stands still in a run and differs between runs.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from http import HTTPStatus
from pathlib import Path
from typing import Any

from reports.sandbox.data import PeriodList
from reports.sandbox.server import Sandbox
from tests.support.crash.killing import Ended, Press
from tests.support.crash.remains import LOG, State, faults, is_whole
from tests.support.office import NOW, Office, account, invoice, tree

ANA, RUI, EVA = 101, 102, 103
FIRST = {ANA: "Ana", RUI: "Rui", EVA: "Eva"}
SECOND = {ANA: "Ana", RUI: "Rui Novo", EVA: "Eva"}
DAY_SECONDS = 86_400


def clock(day: int) -> dict[str, str]:
    """The clock of a run, `day` days after the first."""
    return {"SOURCE_DATE_EPOCH": f"{NOW.timestamp() + day * DAY_SECONDS:.0f}"}


@dataclass(frozen=True)
class Scene:
    """A command that is to be ended early from the state `before`.

    Left in peace it makes `changes`; `states` are those it may leave, mixed only from client to client. The
    next run makes `after` of any of them.
    """

    office: Office
    press: Press
    words: tuple[str, ...]
    before: State = field(repr=False)
    changes: tuple[str, ...] = field(repr=False)
    states: tuple[State, ...] = field(repr=False)
    after: State = field(repr=False)

    def end(self, end: Mapping[str, Any]) -> Ended:
        """Ends the command early. What it leaves must be right, and the next run must mend the rest."""
        put(self.office.output, self.before)
        ended = self.press.run("run", self.office.config, *self.words, end=end, env=clock(1))
        where = f"{dict(end)}, at {ended.changes[-1:]}"
        assert [*faults(tree(self.office.output), *self.states)] == [], where
        again = self.press.run("run", self.office.config, env=clock(2))
        assert again.code == 0, f"{where}: {again.out}"
        found = lasting(tree(self.office.output))
        assert found.keys() == self.after.keys(), where
        assert [path for path in found if found[path] != self.after[path]] == [], where
        assert [*temporary(self.office).iterdir()] == [], where
        return ended


@contextmanager
def stage(folder: Path, *, excel: bool = True, output: Path | None = None) -> Iterator[tuple[Office, Press]]:
    """An office whose account is as at the first reading, and a press that is warm."""
    with Sandbox(account_data=account(FIRST)) as sandbox:
        office = Office(folder, sandbox)
        office.output = output or office.output
        office.configure(output={"folder": str(office.output), "excel": excel})
        temporary(office).mkdir()
        with Press(office.output, office.environment(), temporary(office)) as press:
            assert press.run("run", office.config).code == 0
            shutil.rmtree(office.output)
            yield office, press


def temporary(office: Office) -> Path:
    """Where all programs of this office have their temporary files."""
    return office.folder / "temporary"


def first_run(office: Office, press: Press) -> Scene:
    """Nothing is there yet."""
    return scene(office, press, before={})


def replacing_run(office: Office, press: Press) -> Scene:
    """Everything is there from a first run, and every client has changed since."""
    press.run("run", office.config)
    before = tree(office.output)
    change(office)
    return scene(office, press, before=before)


def listless_run(office: Office, press: Press) -> Scene:
    """As a replacing run, of an account whose plan has no list of all its documents any more."""
    press.run("run", office.config)
    before = tree(office.output)
    change(office)
    data = office.sandbox.account_data
    office.sandbox.account_data = replace(data, period_list=PeriodList(refused_with=HTTPStatus.FORBIDDEN))
    return scene(office, press, before=before)


def offline_run(office: Office, press: Press) -> Scene:
    """The archives are newer than the folders, which are rendered again without asking anyone."""
    press.run("run", office.config)
    first = tree(office.output)
    change(office)
    press.run("run", office.config, env=clock(1))
    second = tree(office.output)
    before = {path: second[path] if "/source" in path else data for path, data in first.items()}
    before |= {path: data for path, data in second.items() if "/source" in path}
    return scene(office, press, before=before, words=("--offline",))


def mending_run(office: Office, press: Press) -> Scene:
    """A killed run left all that one may leave: folders put aside with and without a new one, staged ones."""
    press.run("run", office.config)
    first = tree(office.output)
    change(office)
    press.run("run", office.config, env=clock(1))
    second = tree(office.output)
    month = "office/2026-10"
    moved = {f"{month}/rui-102": f"{month}/.rui-102.old", f"{month}/eva-103": f"{month}/.eva-103.old"}
    before = {_moved(path, moved): data for path, data in first.items()}
    before |= {path: data for path, data in second.items() if path.startswith(f"{month}/rui-novo-102")}
    before |= {
        _moved(path, {f"{month}/eva-103": f"{month}/.103.0123abcd.tmp"}): data
        for path, data in second.items()
        if path.startswith(f"{month}/eva-103")
    }
    before |= {
        f"{month}/.index.html.0123abcd.tmp": b"half",
        f"{month}/source/.pages.0123abcd.tmp": b"half",
        f"{month}/.probe.0123abcd.tmp": b"",
        "office/.RESULT.html.0123abcd.tmp": b"half",
    }
    return scene(office, press, before=before, more=[first])


def scene(
    office: Office, press: Press, *, before: State, words: tuple[str, ...] = (), more: Iterable[State] = ()
) -> Scene:
    """What the command and the next run make of `before`; `more` are states on the way."""
    put(office.output, before)
    quietly = press.run("run", office.config, *words, env=clock(1))
    assert quietly.code == 0, quietly.out
    quiet = tree(office.output)
    put(office.output, before)
    assert press.run("run", office.config, env=clock(2)).code == 0
    after = tree(office.output)
    for state in (quiet, after):
        assert [path for path, data in state.items() if data != b"/" and not is_whole(path, data)] == []
    return Scene(office, press, words, before, quietly.changes, (before, quiet, *more), lasting(after))


def change(office: Office) -> None:
    """The account as it is at the second reading."""
    office.sandbox.account_data = account(SECOND)
    for identity, documents in office.sandbox.account_data.documents.items():
        documents.append(invoice(identity, SECOND[identity], date(2026, 10, 25), number=3, price="99.00"))


def put(folder: Path, state: State) -> None:
    """Makes `folder` what it was."""
    shutil.rmtree(folder, ignore_errors=True)
    for path, data in state.items():
        place = folder / path
        if data == b"/":
            place.mkdir(parents=True, exist_ok=True)
        else:
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(data)


def lasting(state: State) -> dict[str, bytes]:
    """Everything but the log, hidden files and folders too."""
    return {path: data for path, data in state.items() if not path.endswith(LOG)}


def _moved(path: str, moved: Mapping[str, str]) -> str:
    for old, new in moved.items():
        if path == old or path.startswith(f"{old}/"):
            return new + path.removeprefix(old)
    return path
