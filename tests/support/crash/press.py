"""A process that has imported the package once and forks a command from it whenever told, to end it early.

Orders come in as lines of JSON, one at a time, and each is answered by a line: how the command ended, what it
printed, and every change it was about to make to the files under a folder, in order. Where an order says so,
the command does not come past one of them: it dies there, or is interrupted.

Python announces a change before it makes it (its audit events), except for fsync and what goes through TLS,
which are announced here: `tls send` before and `tls sent` after, `tls received` after what came. What
nobody announces, the middle of a write, is ended by the kernel: a file that outgrows a limit kills its
process. Needs fork, so not Windows.
"""

import json
import os
import re
import resource
import signal
import ssl
import sys
import threading
import traceback
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reports.cli import main

if TYPE_CHECKING:
    from _typeshed import FileDescriptorLike

WRITING = os.O_WRONLY | os.O_RDWR
CHANGES = {"os.rename", "os.remove", "os.rmdir", "os.mkdir"}
ESCAPED = 99
"""The exit code of a command that let an exception out."""

_TOKEN = re.compile(r"\.[0-9a-f]{8}\.tmp")
_fsync = os.fsync
_tls_send, _tls_receive = ssl.SSLSocket.send, ssl.SSLSocket.recv_into


class Watch:
    """Announces every change under `folder` in its process and ends the process at the place in `end`."""

    def __init__(self, folder: str, end: Mapping[str, Any], announce: int) -> None:
        self._folder = folder
        self._end = end
        self._announce = announce
        self._lock = threading.Lock()
        self._seen: Counter[str] = Counter()

    def audit(self, event: str, arguments: tuple[Any, ...]) -> None:
        if event == "open":
            path, _, flags = arguments
            if flags & WRITING and isinstance(path, (str, os.PathLike)):
                self._change("open", os.fspath(path))
        elif event in CHANGES:
            # Inside shutil.rmtree a name is relative to an open folder: which one, only the kernel knows.
            self._change(event.removeprefix("os."), *(os.fspath(one) for one in arguments if _is_path(one)))

    def fsync(self, fd: "FileDescriptorLike") -> None:
        number = fd if isinstance(fd, int) else fd.fileno()
        self._change("fsync", str(Path(f"/proc/self/fd/{number}").readlink()))
        _fsync(fd)

    def tls_send(self, line: ssl.SSLSocket, *data: Any) -> int:
        self._announced("tls send")
        count = _tls_send(line, *data)
        self._announced("tls sent")
        return count

    def tls_receive(self, line: ssl.SSLSocket, *buffer: Any) -> int:
        count = _tls_receive(line, *buffer)
        self._announced("tls received")
        return count

    def _change(self, event: str, *paths: str) -> None:
        if Path(paths[0]).is_absolute() and not paths[0].startswith(self._folder):
            return
        named = " ".join(path.removeprefix(self._folder).lstrip(os.sep) for path in paths)
        self._announced(f"{event} {_TOKEN.sub('.*.tmp', named)}")

    def _announced(self, what: str) -> None:
        with self._lock:
            self._seen[what] += 1
            place = f"{what} #{self._seen[what]}"
            os.write(self._announce, f"{place}\n".encode())
        if place != self._end.get("place"):
            return
        if "bytes" in self._end:
            resource.setrlimit(resource.RLIMIT_FSIZE, (self._end["bytes"], resource.RLIM_INFINITY))
        else:
            os.kill(os.getpid(), self._end["signal"])


def obey(order: Mapping[str, Any]) -> dict[str, Any]:
    """Does what an order says, and answers it."""
    said, saying = os.pipe()
    announced, announcing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(said)
        os.close(announced)
        _be_the_command(order, saying, announcing)
    os.close(saying)
    os.close(announcing)
    with os.fdopen(announced, encoding="utf-8") as changes, os.fdopen(said, encoding="utf-8") as out:
        answer = {"changes": changes.read().splitlines(), "out": out.read()}
    _, status = os.waitpid(child, 0)
    return {"code": os.waitstatus_to_exitcode(status), **answer}


def _be_the_command(order: Mapping[str, Any], saying: int, announcing: int) -> None:
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdout = sys.stderr = os.fdopen(saying, "w", encoding="utf-8")
    os.environ.update(order["env"])
    signal.signal(signal.SIGINT, signal.default_int_handler)
    end = order["end"]
    watch = Watch(order["folder"], end, announcing)
    if "bytes" in end:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
        signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    os.fsync = watch.fsync
    # Unlike methods, functions are handed the connection that they are called on.
    ssl.SSLSocket.send = lambda *what: watch.tls_send(*what)  # type: ignore[method-assign] # noqa: PLW0108
    ssl.SSLSocket.recv_into = lambda *what: watch.tls_receive(*what)  # type: ignore[method-assign] # noqa: PLW0108
    sys.addaudithook(watch.audit)
    if "seconds" in end:
        signal.setitimer(signal.ITIMER_REAL, end["seconds"])
    code = run(order["words"])
    sys.stdout.flush()
    os._exit(code)


def run(words: list[str]) -> int:
    """A command in this process; its exit code."""
    try:
        main(words)
    except SystemExit as end:
        return int(end.code or 0)
    except BaseException:  # noqa: BLE001 - whatever it is, no command may let it out
        traceback.print_exc()
    return ESCAPED


def _is_path(argument: object) -> bool:
    return isinstance(argument, (str, os.PathLike))


def serve() -> None:
    """Obeys until no more orders come. The first one warms this process up: no one is forked for it."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    for number, line in enumerate(sys.stdin):
        order = json.loads(line)
        if number == 0:
            os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
            os.environ.update(order["env"])
            answer: dict[str, Any] = {"code": run(order["words"]), "changes": [], "out": ""}
        else:
            answer = obey(order)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    serve()
