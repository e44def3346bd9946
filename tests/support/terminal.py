"""A terminal with somebody at it: a shell inside tmux, what is typed there, and what its screen shows.

A secret is pasted, so that it stands on no command line of the test's own either. POSIX, where tmux is.
"""

import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.support.waiting import wait_until

ROOT = Path(__file__).parents[2]
COLUMNS, LINES = 500, 50
"""No line is so long that the shell would have to break it: what follows may be taken for a part of it."""

PROMPT = "bookkeeper>"
HISTORY = "history"

is_here = os.name != "nt" and shutil.which("tmux") is not None


class Desk:
    """A shell in `folder` for the length of a block; `remember` puts what was typed there into `history`."""

    def __init__(self, folder: Path, environment: Mapping[str, str]) -> None:
        self.history = folder / HISTORY
        self._folder = folder
        self._socket = f"desk-{os.getpid()}-{id(self)}"
        self._environment = {
            **{name: os.environ[name] for name in ("PATH", "HOME", "LANG", "TMPDIR") if name in os.environ},
            "LC_ALL": "C.UTF-8",
            "TERM": "xterm",
            "PYTHONPATH": str(ROOT),
            # A shell that is hung up on would write one whenever it comes to it.
            "HISTFILE": os.devnull,
            **environment,
        }
        self._ended = 0
        self._lines = -1

    def __enter__(self) -> Self:
        size = ["-x", f"{COLUMNS}", "-y", f"{LINES}"]
        shell = f"exec env PS1='{PROMPT} ' bash --noprofile --norc -i"
        self._tmux("-f", os.devnull, "new-session", "-d", *size, "-c", str(self._folder), shell)
        try:
            self.wait_for(PROMPT)
        except BaseException:
            self._tmux("kill-server")
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._tmux("kill-server")

    @property
    def screen(self) -> str:
        """Everything shown so far, what has scrolled away included; a long line is one line."""
        return self._tmux("capture-pane", "-p", "-J", "-S", "-").rstrip()

    def command(self, *words: str) -> None:
        """Types a command of the package and leaves it running; `code` says how it ended."""
        typed = shlex.join([sys.executable, "-m", "reports", *words])
        self._ended += 1
        self.type(f"{typed}; echo ended-$((0 + {self._ended}))-with-$?.")

    def type(self, text: str) -> None:
        """A line, typed."""
        self._tmux("send-keys", "-l", "--", text) if text else None
        self.press("Enter")

    def paste(self, secret: str) -> None:
        """A line from the clipboard."""
        self._tmux("load-buffer", "-", pasted=secret)
        self._tmux("paste-buffer", "-d")
        self.press("Enter")

    def press(self, key: str) -> None:
        """A key by tmux's name for it: Enter, C-c."""
        self._lines = self.screen.count("\n")
        self._tmux("send-keys", key)

    def answer(self, question: str, text: str) -> None:
        """Types `text` when `question` is the last thing on the screen."""
        self.wait_for(question)
        self.type(text)

    def code(self) -> int:
        """The exit code of the command, when it has ended."""
        ended = re.compile(rf"ended-{self._ended}-with-([0-9]+)\.")
        wait_until(lambda: ended.search(self.screen), lambda: self._waited_for("the end of the command"))
        found = ended.search(self.screen)
        assert found
        # What is typed before the shell asks is shown twice.
        self.wait_for(PROMPT)
        return int(found[1])

    def wait_for(self, text: str) -> None:
        """Until a line that came after the last key was pressed is the last of the screen and has `text`.

        Whoever typed earlier would be too early to go unseen.
        """

        def is_asked() -> bool:
            lines = self.screen.split("\n")
            return len(lines) - 1 > self._lines and text in lines[-1]

        wait_until(is_asked, lambda: self._waited_for(repr(text)))

    def remember(self) -> None:
        """Has the shell write its history."""
        self.type(f"history -w {shlex.quote(str(self.history))}")
        self.wait_for(PROMPT)

    def _waited_for(self, what: str) -> str:
        return f"{what}; the screen shows:\n{self.screen}"

    def _tmux(self, *words: str, pasted: str | None = None) -> str:
        return subprocess.run(
            ["tmux", "-L", self._socket, *words],
            input=pasted,
            env=self._environment,
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout


def command_lines_with(secret: str) -> list[str]:
    """The processes of this computer that show `secret` in their command line; Linux alone has /proc."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            said = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if secret.encode() in said:
            found.append(folder.name)
    return found
