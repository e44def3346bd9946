"""What a run is to do and how it ended: plain values that `run`, `account_run`, `check` and `cli` share."""

import datetime as dt
import os
import shlex
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import list2cmdline
from typing import Protocol

from reports.errors import ExitCode
from reports.period import Period
from reports.render.content.brand import Brand, IssuerDetails
from reports.settings.config import Config
from reports.source.archive import FOLDER_NAME
from reports.source.resume import Today

Clock = Callable[[], dt.datetime]
"""The present instant, aware."""

OVERVIEW, SUMMARY = "index.html", "summary.xlsx"
"""What a run writes beside the clients' folders, for people."""

DATA = "data"
"""The folder beside them with tables for other programs."""

NAMED_AT_MOST = 5


class Screen(Protocol):
    """What a person at the terminal sees of a run."""

    def say(self, text: str) -> None:
        """A line of its own."""

    def progress(self, done: int, total: int, text: str) -> None:
        """`done` of `total` clients are finished, and what is going on."""


@dataclass(frozen=True)
class Plan:
    """One account's month before anything is asked or written.

    `only`: the clients chosen; empty for all. `today`: the business's own day on which the run begins, for
    all its clients. `resumes_day`: what was read completely on that day, in the business's time zone, is not
    read again; None to read everything. `is_elsewhere`: in another folder than the configuration's, where the
    journal of mails is not, so nothing is mailed. `told_in`: the language of the run's line in RESULT.html;
    None for the configuration's. `mail_password`: None where there is no login. `is_reconciled`: documents
    are held against the account's SAF-T (PT) files of the period's months. `data`: formats of the data for
    other programs that are written; None for a command that leaves what lies there.
    """

    config: Config
    period: Period
    account_folder: Path
    key: str | None
    only: tuple[int, ...]
    today: dt.date
    is_offline: bool = False
    told_in: str | None = None
    resumes_day: dt.date | None = None
    is_elsewhere: bool = False
    mail_password: str | None = None
    is_reconciled: bool = False
    data: tuple[str, ...] | None = None

    @property
    def folder(self) -> Path:
        return self.account_folder / self.period.label

    @property
    def source(self) -> Path:
        return self.folder / FOLDER_NAME

    @property
    def command(self) -> str:
        """What runs this account again, to which the period and other options may be added."""
        words = ["invoice-reports", "run", str(self.config.path.absolute())]
        words += ["--output", str(self.account_folder.parent.absolute())] if self.is_elsewhere else []
        return list2cmdline(words) if os.name == "nt" else shlex.join(words)

    @property
    def resumed(self) -> Today | None:
        """Where what is not read again lies; None when everything is read."""
        if self.resumes_day is None:
            return None
        settings, account = self.config, self.config.account
        return Today(self.resumes_day, settings.time_zone, account.name, account.origin, self.source)


@dataclass(frozen=True)
class Outcome:
    """How a run ended. `message` is one sentence; `folder` is None when nothing was written.

    `month` are lines on the account's month, in the language of its configuration, for its operator alone.
    """

    exit_code: ExitCode
    message: str
    folder: Path | None = None
    month: tuple[str, ...] = ()


def issuer_of(settings: Config) -> IssuerDetails:
    """Who sends the papers of this configuration."""
    issuer = settings.issuer
    return IssuerDetails(name=issuer.name, fiscal_id=issuer.fiscal_id, address=issuer.address)


def brand_of(settings: Config) -> Brand:
    """How the papers of this configuration look."""
    statement = settings.statement
    return Brand(statement.colours, settings.issuer.logo, statement.footer, statement.templates)


def few(names: Sequence[str]) -> str:
    """The first of `names`, for one sentence."""
    named = ", ".join(names[:NAMED_AT_MOST])
    return f"{named} and some others" if len(names) > NAMED_AT_MOST else named


def last_line(text: str, code: ExitCode) -> str:
    """What the last line on the screen says: what happened, and the exit code."""
    return f"{text.rstrip('.')}. Exit code {int(code)}."
