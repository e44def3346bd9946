"""Every error the tool raises on purpose, and the exit code it ends with.

A message says where, what, and what to do, in one or two sentences. It never holds the API key or a
full URL (the key is part of every URL). Messages are English, like the log and the run record.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum


class ExitCode(IntEnum):
    """What the scheduler sees, most severe first: of several causes or configurations, the first one wins."""

    BUG = 1
    INTERRUPTED = 130
    USAGE = 2
    REFUSED = 5
    NOT_WRITTEN = 8
    NONE_DONE = 4
    BUSY = 7
    SOME_FAILED = 3
    WARNINGS = 6
    DONE = 0


def most_severe(codes: Iterable[ExitCode]) -> ExitCode:
    """The code a run ends with when each of `codes` happened in it; DONE for none."""
    return min(codes, key=tuple(ExitCode).index, default=ExitCode.DONE)


class ReportsError(Exception):
    """Base of all errors raised on purpose."""

    exit_code = ExitCode.BUG


@dataclass(frozen=True)
class Problem:
    """One mistake in a configuration: where it stands and what to do. Line and column count from 1."""

    file: str
    line: int
    column: int
    message: str

    def __str__(self) -> str:
        return f"{self.file}:{self.line}:{self.column}: {self.message}"


class ConfigError(ReportsError):
    """The configuration, or how the command was called, is wrong. Nothing was asked, nothing written."""

    exit_code = ExitCode.USAGE

    def __init__(self, problems: Iterable[Problem] | str) -> None:
        self.problems = () if isinstance(problems, str) else tuple(problems)
        super().__init__(problems if isinstance(problems, str) else "\n".join(map(str, self.problems)))


class ClientError(ReportsError):
    """This client cannot be done; the others go on."""

    exit_code = ExitCode.SOME_FAILED


class ReadingError(ClientError):
    """The API did not give this client's documents, or not provably all of them."""


class UnreachableError(ReadingError):
    """No usable answer came: no connection, time-outs, a failing server, or not an API at all."""


class DataError(ClientError):
    """A document cannot be read exactly; no statement is published around a hole."""


UNFORESEEN = (
    "an error that nobody foresaw stopped this client. run.log has its details: show them to whoever looks "
    "after this program"
)


class UnforeseenError(ClientError):
    """This client's documents or files raised what no code expects; the traceback is in the log."""

    def __init__(self, message: str = UNFORESEEN) -> None:
        super().__init__(message)


class RefusedError(ReportsError):
    """The API refused key or account: the same for every client, so the account stops at once."""

    exit_code = ExitCode.REFUSED


class NeverReadError(ReportsError):
    """The period is to be rendered from stored pages, and there are none of it."""

    exit_code = ExitCode.NONE_DONE


class NotRunError(ReportsError):
    """The period has no finished run in this folder, which the command would go on from."""

    exit_code = ExitCode.USAGE


class SaftError(ReportsError):
    """A file is no SAF-T (PT) file of this version, business and period, or cannot be read to its end."""

    exit_code = ExitCode.USAGE


class MailError(ReportsError):
    """The mail server cannot be reached, cannot be trusted, or refuses the login: no message can leave."""

    exit_code = ExitCode.NONE_DONE


class BusyError(ReportsError):
    """Another run works in the same folder."""

    exit_code = ExitCode.BUSY


class WriteError(ReportsError):
    """A file or folder could not be written. `disk_full` stops the whole run."""

    exit_code = ExitCode.NOT_WRITTEN

    def __init__(self, message: str, *, disk_full: bool = False) -> None:
        super().__init__(message)
        self.disk_full = disk_full
