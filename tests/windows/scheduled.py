"""Commands started as Windows starts them without a person: from System32, where a batch file keeps a log."""

import os
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import pytest

from tests.support.office import ROOT, Office

PYTHONW = Path(sys.executable).with_name("pythonw.exe")
SYSTEM_FOLDER = Path(os.environ.get("SYSTEMROOT", r"C:\Windows"), "System32")
PATIENCE_SECONDS = 300
LOG_NAME = "registo de João.txt"
BATCH = """\
@echo off
"%PYTHON%" -m reports %* >> "%LOG%" 2>&1
set CODE=%ERRORLEVEL%
>> "%LOG%" echo %CODE%
exit /b %CODE%
"""
NOTHING: Mapping[str, str] = {}


@dataclass(frozen=True)
class Ended:
    """The exit code that the caller of the batch file saw, the one that it noted, and its log before that."""

    code: int
    noted: int
    log: str

    @property
    def last(self) -> str:
        """The last line of the log, which says how the command ended."""
        return self.log.splitlines()[-1]


def scheduled(office: Office, *words: str | Path, env: Mapping[str, str] = NOTHING) -> Ended:
    """A command through a batch file in the office's folder, from its start to its end."""
    batch, log = office.folder / "run it.cmd", office.folder / LOG_NAME
    batch.write_bytes(BATCH.replace("\n", "\r\n").encode("ascii"))
    done = subprocess.run(
        # Quoted as one more time than a list of words would be: cmd takes the outer pair away.
        f'cmd /d /s /c "{subprocess.list2cmdline([str(batch), *map(str, words)])}"',
        cwd=SYSTEM_FOLDER,
        env=environment(office, PYTHON=sys.executable, LOG=str(log), **env),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=PATIENCE_SECONDS,
        check=False,
    )
    assert (done.stdout, done.stderr) == (b"", b""), "the log has everything"
    # A file gets what Windows calls ANSI: what Notepad shows right.
    *lines, noted = log.read_text("cp1252").splitlines()
    return Ended(done.returncode, int(noted), "\n".join(lines))


def unseen(*words: str | Path) -> str:
    """A command without standard streams, as a line for Windows; started directly it would inherit ours."""
    line = subprocess.list2cmdline([str(PYTHONW), "-m", "reports", *map(str, words)])
    return f'cmd /d /s /c "start /wait "" {line}"'


def installed() -> Path:
    """The command that pip installed."""
    try:
        metadata.distribution("invoicexpress-reports")
    except metadata.PackageNotFoundError:
        pytest.skip("the package is not installed, it lies in the checkout")
    return Path(sysconfig.get_path("scripts"), "invoice-reports.exe")


def environment(office: Office, **variables: str) -> dict[str, str]:
    """What a command of the office finds, in a process of its own."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **office.environment(), **variables}
