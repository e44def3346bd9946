"""A bookkeeper's office: an account behind a real server, its configuration, and the commands typed there.

`Office.type` runs a command inside this process, which is much faster and goes through everything but the
start of Python; `Office.start` starts a process of its own.
"""

import json
import logging
import os
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from decimal import Decimal
from http import HTTPStatus
from pathlib import Path
from typing import Any

from click.testing import CliRunner

from reports.cli import main
from reports.sandbox.data import DOCUMENTED as PERIOD_LISTED
from reports.sandbox.data import PeriodList, SandboxAccount
from reports.sandbox.documents import Raw, Tax, client, document, line
from reports.sandbox.saft import SaftRules
from reports.sandbox.server import Sandbox
from tests.support.waiting import PATIENCE_SECONDS

ROOT = Path(__file__).parents[2]
ACCOUNT = "office"
KEY_VARIABLE = "OFFICE_API_KEY"
NOW = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
QUICK = {"per_minute": 60_000}
"""Nobody is kept waiting by the rate that is good manners towards a live service."""

SPEAKING_ENGLISH = ("--language", "en")
"""For the commands that speak the configuration's language: most tests are not about that."""

COMMANDS_THAT_SPEAK = {"run", "check", "send", "schedule", "init", "reconcile"}

HTML_ONLY = {"excel": False}
"""For `output`, where workbooks are not what a test is about: they take most of a run's time."""

NOTHING: Mapping[str, str] = {}
IVA23 = Tax(1, "IVA23", Decimal(23))


@dataclass(frozen=True)
class Said:
    """How a command ended, and what it printed."""

    code: int
    out: str
    err: str

    @property
    def last(self) -> str:
        """The last line on the screen; what went wrong is printed after everything else."""
        return (self.out + self.err).splitlines()[-1]


class Office:
    """A folder with a configuration, and the account it is about."""

    def __init__(self, folder: Path, sandbox: Sandbox) -> None:
        self.folder = folder
        self.sandbox = sandbox
        self.config = folder / "config.yaml"
        self.output = folder / "output"
        self.month = self.output / ACCOUNT / "2026-10"
        self.configure()

    @property
    def record(self) -> dict[str, Any]:
        """The run record."""
        record: dict[str, Any] = json.loads((self.month / "run.json").read_text("utf-8"))
        return record

    @property
    def entries(self) -> dict[int, dict[str, Any]]:
        """The clients of the run record, in its order."""
        return {entry["id"]: entry for entry in self.record["clients"]}

    @property
    def overview(self) -> str:
        return (self.month / "index.html").read_text("utf-8")

    def environment(self, **variables: str) -> dict[str, str]:
        """What the commands find: the key, a clock that stands still, and a system that speaks English."""
        given = {KEY_VARIABLE: self.sandbox.api_key, "SOURCE_DATE_EPOCH": f"{NOW.timestamp():.0f}"}
        return given | {"LC_ALL": "C.UTF-8"} | variables

    def configure(
        self,
        clients: Iterable[int | Raw] | str = "all",
        *,
        name: str = "config.yaml",
        is_listed: bool | None = None,
        **sections: Any,
    ) -> Path:
        """Writes a configuration: all clients or some, by id or with options; `sections` join or replace.

        `is_listed`: the account's plan has the list of all documents of a period. Where some clients are
        configured it has not unless told so: the others' documents would be found forgotten.
        """
        has_list = isinstance(clients, str) if is_listed is None else is_listed
        rules = PERIOD_LISTED if has_list else PeriodList(refused_with=HTTPStatus.FORBIDDEN)
        self.sandbox.account_data = replace(self.sandbox.account_data, period_list=rules)
        account = {"name": ACCOUNT, "api_key": f"${{{KEY_VARIABLE}}}", "base_url": self.sandbox.url}
        listed = clients if isinstance(clients, str) else [_listed(one) for one in clients]
        text = {"account": account, "period": "2026-10", "clients": listed, "requests": QUICK} | sections
        path = self.folder / name
        path.write_text(json.dumps(text, indent=1), "utf-8")
        return path

    def run(self, *words: str | Path, **variables: str) -> Said:
        """`run` with the configuration."""
        return self.type("run", self.config, *words, **variables)

    def type(self, *words: str | Path, **variables: str) -> Said:
        """A command, inside this process. Unless it says otherwise it speaks English: SPEAKING_ENGLISH."""
        return self.invoke(*in_english(words), **variables)

    def invoke(self, *words: str | Path, **variables: str) -> Said:
        """A command as it stands, inside this process."""
        root = logging.getLogger()
        handlers, level = list(root.handlers), root.level
        try:
            done = CliRunner(env=self.environment(**variables)).invoke(
                main, [str(word) for word in words], catch_exceptions=False
            )
        finally:
            root.handlers[:] = handlers
            root.setLevel(level)
        return Said(done.exit_code, done.stdout, done.stderr)

    @contextmanager
    def start(
        self,
        *words: str | Path,
        program: Iterable[str] = ("-m", "reports"),
        terminal: int | None = None,
        env: Mapping[str, str] = NOTHING,
    ) -> "Iterator[subprocess.Popen[bytes]]":
        """A command in a process of its own, at a `terminal` or with pipes; it does not outlive the block.

        `env` joins the environment.
        """
        with subprocess.Popen(
            [sys.executable, *program, *in_english(words)],
            cwd=self.folder,
            env={**os.environ, "PYTHONPATH": str(ROOT), **self.environment(**env)},
            stdin=subprocess.DEVNULL if terminal is None else terminal,
            stdout=subprocess.PIPE if terminal is None else terminal,
            stderr=subprocess.PIPE if terminal is None else terminal,
            start_new_session=terminal is not None,
        ) as process:
            try:
                yield process
            finally:
                process.kill()

    def spawn(self, *words: str | Path, **variables: str) -> Said:
        """A command in a process of its own, from its start to its end."""
        with self.start(*words, env=variables) as process:
            out, err = process.communicate(timeout=PATIENCE_SECONDS)
        return Said(process.returncode, _text(out), _text(err))


def account(names: Mapping[int, str]) -> SandboxAccount:
    """Clients by id and name, each with an open invoice of the 5th and a paid one of the 20th of October."""
    return SandboxAccount(
        ACCOUNT,
        [client(identity, name) for identity, name in names.items()],
        {
            identity: [
                invoice(identity, name, date(2026, 10, 5), number=1),
                invoice(identity, name, date(2026, 10, 20), number=2, status="settled"),
            ]
            for identity, name in names.items()
        },
    )


def invoice(identity: int, name: str, day: date, *, number: int, price: str = "10.00", **fields: Any) -> Raw:
    """An invoice of one line with 23 % VAT."""
    return document(
        "Invoice",
        day,
        [line("Pão", price, tax=IVA23)],
        client={"id": identity, "name": name},
        identity=1000 * identity + number,
        number_in_series=number,
        **fields,
    )


def in_english(words: Iterable[str | Path]) -> list[str]:
    """The words of a command, with SPEAKING_ENGLISH where they name no language and no other command."""
    typed = list(map(str, words))
    place = next((place for place, word in enumerate(typed) if not word.startswith("-")), None)
    if place is None or typed[place] not in COMMANDS_THAT_SPEAK or "--language" in typed:
        return typed
    return [*typed[: place + 1], *SPEAKING_ENGLISH, *typed[place + 1 :]]


def tree(folder: Path) -> dict[str, bytes]:
    """Every file under `folder` with its bytes, by its relative path; folders with b"/"."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() if path.is_file() else b"/"
        for path in sorted(folder.rglob("*"))
    }


def _listed(one: int | Raw) -> Raw:
    return {"id": one} if isinstance(one, int) else one


def _text(out: bytes) -> str:
    return out.decode("utf-8", "replace").replace("\r\n", "\n")


def configure_account(office: Office, name: str) -> Path:
    """One more configuration of the office's account, under another name."""
    own = {"name": name, "api_key": "${OFFICE_API_KEY}", "base_url": office.sandbox.url}
    return office.configure(name=f"{name}.yaml", account=own)


def configure_whole(
    office: Office,
    clients: Iterable[int] | str = "all",
    *,
    url: str | None = None,
    period: str = "2026-10",
    **output: Any,
) -> Path:
    """A configuration whose runs write data for other programs and end with the account's SAF-T file."""
    own = {"name": ACCOUNT, "api_key": f"${{{KEY_VARIABLE}}}", "base_url": url or office.sandbox.url}
    wanted = {"data": ["csv", "sqlite"], **output}
    return office.configure(clients, account=own | {"saft": True}, period=period, output=wanted)


def number_papers(data: SandboxAccount) -> SandboxAccount:
    """The account with a series a client, so that no two documents have one number; its SAF-T is ready."""
    for identity, papers in data.documents.items():
        for number, paper in enumerate(papers, start=1):
            paper["inverted_sequence_number"] = f"{identity}/{number}"
            paper["sequence_number"] = f"{number}/{identity}"
    return replace(data, saft=SaftRules(waits=0))
