"""A command at a terminal of its own, and everything that the terminal shows of it."""

import os

from tests.support.office import Office
from tests.support.waiting import PATIENCE_SECONDS


def hold_dialogue(office: Office, *words: str, answer: str, **variables: str) -> tuple[int, str]:
    """Code and everything that a terminal shows of a command that asks for one line."""
    import pty

    ours, theirs = pty.openpty()
    # The first terminal a session opens is its own: there the key is asked for.
    program = "import os, sys; os.open(sys.argv.pop(1), os.O_RDWR); from reports.cli import main; main()"
    shown = b""
    with office.start(
        os.ttyname(theirs),
        *words,
        program=("-c", program),
        terminal=theirs,
        env=variables,
    ) as process:
        os.close(theirs)
        while chunk := read_terminal(ours):
            shown += chunk
            if shown.endswith(b"): ") and answer:
                os.write(ours, answer.encode() + b"\n")
                answer = ""
        code = process.wait(PATIENCE_SECONDS)
    os.close(ours)
    return code, shown.decode().replace("\r\n", "\n")


def read_terminal(terminal: int) -> bytes:
    try:
        return os.read(terminal, 1000)
    except OSError:
        # How Linux says that nobody has the other end any more.
        return b""
