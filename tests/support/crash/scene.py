"""A month that is run again and again from one state, to be ended early, and the proof that nothing is lost.

Three clients. Between the first reading and the second each got another document, and one of them a new name,
so every file of a client differs. The clock stands still in a run and differs between runs. Every run writes
data for other programs and ends with the account's SAF-T file.
"""

import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from http import HTTPStatus
from pathlib import Path
from typing import Any

from reports.sandbox.data import PeriodList, SandboxAccount
from reports.sandbox.documents import Raw
from reports.sandbox.server import Sandbox
from tests.support.crash.killing import Ended, Press
from tests.support.crash.remains import LOG, State, faults, is_whole
from tests.support.office import NOW, Office, account, configure_whole, invoice, number_papers, tree

ANA, RUI, EVA = 101, 102, 103
FIRST = {ANA: "Ana", RUI: "Rui", EVA: "Eva"}
SECOND = {ANA: "Ana", RUI: "Rui Novo", EVA: "Eva"}
DAY_SECONDS = 86_400
NO_PAPERS: Mapping[int, Raw] = {}


def clock(day: int) -> dict[str, str]:
    """The clock of a run, `day` days after the first."""
    return {"SOURCE_DATE_EPOCH": f"{NOW.timestamp() + day * DAY_SECONDS:.0f}"}


@dataclass(frozen=True)
class Scene:
    """A command that is to be ended early from the state `before`.

    `words` are the command and its options. Left in peace it ends with `code` and makes `changes`; `states`
    are those it may leave, mixed only from client to client. The next run makes `after` of any of them.
    """

    office: Office
    press: Press
    words: tuple[str, ...]
    code: int
    before: State = field(repr=False)
    changes: tuple[str, ...] = field(repr=False)
    states: tuple[State, ...] = field(repr=False)
    after: State = field(repr=False)

    def end(self, end: Mapping[str, Any]) -> Ended:
        """Ends the command early. What it leaves must be right, and the next run must mend the rest."""
        put(self.office.output, self.before)
        ended = self.press.run(*self.words, self.office.config, end=end, env=clock(1))
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
    with Sandbox(account_data=at_reading(FIRST)) as sandbox:
        office = Office(folder, sandbox)
        office.output = output or office.output
        configure_whole(office, folder=str(office.output), excel=excel)
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
    return scene(office, press, before=before, words=("run", "--offline"))


def reconciling_command(office: Office, press: Press) -> Scene:
    """A finished month whose SAF-T file is replaced by one that has more documents."""
    press.run("run", office.config)
    before = tree(office.output)
    change(office)
    return scene(office, press, before=before, words=("reconcile",), code=6)


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
    office: Office,
    press: Press,
    *,
    before: State,
    words: tuple[str, ...] = ("run",),
    more: Iterable[State] = (),
    code: int = 0,
) -> Scene:
    """What the command and the next run make of `before`; `more` are states on the way.

    The command left in peace ends with `code`.
    """
    put(office.output, before)
    quietly = press.run(*words, office.config, env=clock(1))
    assert quietly.code == code, quietly.out
    quiet = tree(office.output)
    put(office.output, before)
    assert press.run("run", office.config, env=clock(2)).code == 0
    after = tree(office.output)
    for state in (quiet, after):
        assert [path for path, data in state.items() if data != b"/" and not is_whole(path, data)] == []
    return Scene(office, press, words, code, before, quietly.changes, (before, quiet, *more), lasting(after))


def change(office: Office) -> None:
    """The account as it is at the second reading."""
    more = {
        identity: invoice(identity, name, date(2026, 10, 25), number=3, price="99.00")
        for identity, name in SECOND.items()
    }
    office.sandbox.account_data = at_reading(SECOND, more)


def at_reading(names: Mapping[int, str], more: Mapping[int, Raw] = NO_PAPERS) -> SandboxAccount:
    """The account with a document `more` a client; no two have one number, and its SAF-T file is ready."""
    data = account(names)
    for identity, paper in more.items():
        data.documents[identity].append(paper)
    return number_papers(data)


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
