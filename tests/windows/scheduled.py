"""A command started as Windows starts one without a person: a batch file that keeps a log, from System32."""

import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.office import ROOT, Office

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


def environment(office: Office, **variables: str) -> dict[str, str]:
    """What a command of the office finds, in a process of its own."""
    return {**os.environ, "PYTHONPATH": str(ROOT), **office.environment(), **variables}
