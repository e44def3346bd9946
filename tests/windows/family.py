"""A command and every process that comes of it, as Windows itself counts them: what it calls a job."""

import ctypes
import re
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from tests.support.waiting import PATIENCE_SECONDS

CREATE_SUSPENDED = 0x4
ALL_ACCESS = 0x1FFFFF
MAY_BE_ASKED = 0x1000
ACCOUNTING = 1
MEMBERS = 3
MOST_MEMBERS = 100
PATH_CHARACTERS = 1000
OWN = re.compile(r"(python|invoice-reports)[^\\]*$", re.IGNORECASE)
LOOK_SECONDS = 0.05


class _Accounting(ctypes.Structure):
    _fields_ = (
        ("times", ctypes.c_int64 * 4),
        ("page_faults", ctypes.c_uint32),
        ("started", ctypes.c_uint32),
        ("alive", ctypes.c_uint32),
        ("ended_by_a_limit", ctypes.c_uint32),
    )


class _Members(ctypes.Structure):
    _fields_ = (
        ("there", ctypes.c_uint32),
        ("listed", ctypes.c_uint32),
        ("members", ctypes.c_size_t * MOST_MEMBERS),
    )


class Family:
    """A command that has begun, and all that comes of it; nothing of it outlives the block.

    It has a console of its own, without a window, which those that it starts share.
    """

    def __init__(
        self, words: str | Sequence[str], *, env: Mapping[str, str], cwd: Path | None = None
    ) -> None:
        self._kernel = _library("kernel32")
        for function in (self._kernel.CreateJobObjectW, self._kernel.OpenProcess):
            function.restype = ctypes.c_void_p
        self._job = ctypes.c_void_p(self._kernel.CreateJobObjectW(None, None))
        self.process = subprocess.Popen(
            words,
            cwd=cwd,
            env=env,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            # It has no child before it belongs to the job.
            creationflags=CREATE_SUSPENDED | getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        handle = ctypes.c_void_p(self._kernel.OpenProcess(ALL_ACCESS, False, self.process.pid))
        is_in = self._kernel.AssignProcessToJobObject(self._job, handle)
        _library("ntdll").NtResumeProcess(handle)
        self._kernel.CloseHandle(handle)
        if not is_in:
            self.process.kill()
            raise OSError("the process could not be put into a job")

    @property
    def started(self) -> int:
        """How many processes there have been."""
        found = _Accounting()
        self._ask(ACCOUNTING, found)
        return int(found.started)

    def has_gone(self) -> bool:
        """None of our processes is left, or will be in a moment; what Windows started for them may stay."""
        # A process that has nothing to do any more takes a moment to end.
        deadline = time.monotonic() + PATIENCE_SECONDS
        while any(OWN.search(program) for program in self.programs()):
            if time.monotonic() > deadline:
                return False
            time.sleep(LOOK_SECONDS)
        return True

    def programs(self) -> list[str]:
        """The programs that are running, by their paths."""
        found = _Members()
        self._ask(MEMBERS, found)
        return [self._program(member) for member in found.members[: found.listed]]

    def _program(self, member: int) -> str:
        handle = ctypes.c_void_p(self._kernel.OpenProcess(MAY_BE_ASKED, False, member))
        path, size = ctypes.create_unicode_buffer(PATH_CHARACTERS), ctypes.c_uint32(PATH_CHARACTERS)
        is_told = self._kernel.QueryFullProcessImageNameW(handle, 0, path, ctypes.byref(size))
        self._kernel.CloseHandle(handle)
        # One that has ended meanwhile.
        return path.value if is_told else ""

    def _ask(self, what: int, answer: ctypes.Structure) -> None:
        is_told = self._kernel.QueryInformationJobObject(
            self._job, what, ctypes.byref(answer), ctypes.sizeof(answer), None
        )
        assert is_told

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._kernel.TerminateJobObject(self._job, 1)
        with self.process:
            self._kernel.CloseHandle(self._job)


def _library(name: str) -> Any:
    if sys.platform == "win32":
        return ctypes.WinDLL(name, use_last_error=True)
    raise NotImplementedError("only Windows has it")
