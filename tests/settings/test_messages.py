"""Every mistake of the catalogue, typed as a command: code 2 with its line, nothing asked, nothing written.

In a process of its own, which notes each connection it tries to make and each file it opens to write.
"""

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.conftest import ANA, Figure
from tests.support.office import HTML_ONLY, ROOT, Office, tree
from tests.support.waiting import PATIENCE_SECONDS

ERRORS = Path(__file__).parents[1] / "errors"
MISTAKES = sorted(ERRORS.glob("*.yaml"))

TYPING = """
import io, json, os, sys
from contextlib import redirect_stderr, redirect_stdout
from reports.cli import main

done = []
def note(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "os.mkdir", "os.rename"):
        done.append(event)
    elif event == "open" and isinstance(arguments[2], int) and arguments[2] & (os.O_WRONLY | os.O_RDWR):
        done.append(f"write {arguments[0]}")

sys.addaudithook(note)
for path in json.load(sys.stdin):
    done.clear()
    said = io.StringIO()
    with redirect_stdout(said), redirect_stderr(said):
        try:
            main(["run", path])
        except SystemExit as end:
            code = end.code
    print(json.dumps([code, said.getvalue(), done]))
"""


@dataclass(frozen=True)
class Typed:
    """How `run` with a configuration ended: code, what was said, connections and changes of files."""

    code: int
    said: str
    done: list[str]


def typed(office: Office, paths: list[Path]) -> list[Typed]:
    """`run` with each of the configurations, one after the other."""
    ended = subprocess.run(
        [sys.executable, "-B", "-c", TYPING],
        input=json.dumps([str(path) for path in paths]),
        capture_output=True,
        encoding="utf-8",
        env={**office.environment(), "PYTHONPATH": str(ROOT), "PYTHONIOENCODING": "utf-8"},
        timeout=PATIENCE_SECONDS,
    )
    assert ended.returncode == 0, ended.stderr
    return [Typed(*json.loads(line)) for line in ended.stdout.splitlines()]


def test_a_mistake_is_answered_with_its_line_before_anything_is_asked(office: Office, figure: Figure) -> None:
    assert len(MISTAKES) >= 100
    answers = dict(zip(MISTAKES, typed(office, MISTAKES), strict=True))
    for path, answer in answers.items():
        assert (answer.code, answer.done) == (2, []), (path.name, answer)
        assert f"{path.name}:" in answer.said, answer
        assert "Traceback" not in answer.said, answer
        assert answer.said.endswith("Nothing was done. Exit code 2.\n"), answer
    figure("configuration mistakes, each refused with its line and 0 requests", len(answers))


def test_a_request_and_a_file_would_be_noticed(office: Office) -> None:
    office.configure([ANA], output=HTML_ONLY)
    (answer,) = typed(office, [office.config])
    assert answer.code == 0
    assert "socket.connect" in answer.done
    assert any(change.startswith("write ") for change in answer.done)
    assert tree(office.output) != {}
