"""Commands that are ended where a test says: the tests' side of `press`.

A place is a change to a file, as `press` announces it: `rename a b #1` is just before the first renaming of
`a` to `b`. Paths are relative to the output folder; a temporary name is `.NAME.*.tmp`.
"""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.office import ROOT, in_english

NEVER: Mapping[str, Any] = {}


@dataclass(frozen=True)
class Ended:
    """How a command ended: its exit code, minus the signal where one killed it. `changes` in order."""

    code: int
    changes: tuple[str, ...]
    out: str

    @property
    def last(self) -> str:
        """The last line on the screen."""
        return self.out.splitlines()[-1]


class Press:
    """A process that forks commands, which is much faster than starting Python for each.

    `folder` is the one whose changes are announced; all programs' temporary files are in `temporary`.
    """

    def __init__(self, folder: Path, environment: Mapping[str, str], temporary: Path) -> None:
        self._folder = folder
        self._environment = environment
        self._temporary = temporary

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.support.crash.press"],
            cwd=ROOT,
            # A process forked while its libraries' threads run may hang.
            env={
                **os.environ,
                "PYTHONPATH": str(ROOT),
                "OPENBLAS_NUM_THREADS": "1",
                "TMPDIR": str(self._temporary),
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            encoding="utf-8",
        )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._process.kill()
        self._process.communicate()

    def run(
        self, *words: str | Path, end: Mapping[str, Any] = NEVER, env: Mapping[str, str] = NEVER
    ) -> Ended:
        """A command in a process of its own, ended as `killed`, `cut`, `stopped` or `interrupted` say."""
        order = {
            "words": in_english(words),
            "env": {**self._environment, **env},
            "folder": str(self._folder),
            "end": end,
        }
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        return Ended(answer["code"], tuple(answer["changes"]), answer["out"])


def killed(place: str) -> Mapping[str, Any]:
    """kill -9, just before a change."""
    return {"place": place, "signal": int(signal.SIGKILL)}


def interrupted(place: str) -> Mapping[str, Any]:
    """Ctrl+C, just before a change."""
    return {"place": place, "signal": int(signal.SIGINT)}


def cut(place: str, size: int) -> Mapping[str, Any]:
    """Killed by the first write that would make a file longer than `size`, from a place on."""
    return {"place": place, "bytes": size}


def stopped(seconds: float) -> Mapping[str, Any]:
    """Killed after a time, wherever that is."""
    return {"seconds": seconds}
