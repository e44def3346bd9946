"""No traceback reaches the screen, whichever thread it comes from: what nobody catches goes to the log."""

import io
import logging
import os
import sys
import threading

import pytest

from reports import uncaught
from reports.errors import ExitCode
from tests.support.office import HTML_ONLY, Office
from tests.support.waiting import PATIENCE_SECONDS

LIMITED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_NOFILE, ({files}, {files}))
from reports.cli import main
main()
"""


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> io.StringIO:
    """What would be on the screen."""
    screen = io.StringIO()
    monkeypatch.setattr(sys, "stderr", screen)
    uncaught.log_all()
    return screen


def fail() -> None:
    raise ZeroDivisionError("in a thread")


def run_in_thread(what: object) -> None:
    thread = threading.Thread(target=what, name="pages-1")  # type: ignore[arg-type]
    thread.start()
    thread.join()


def test_what_ends_a_thread_is_logged_with_its_traceback(
    screen: io.StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    run_in_thread(fail)
    assert screen.getvalue() == ""
    (record,) = caplog.records
    assert (record.levelname, record.getMessage()) == ("ERROR", "the thread pages-1 ended")
    assert "ZeroDivisionError: in a thread" in caplog.text
    assert "Traceback" in caplog.text


def test_a_thread_that_is_told_to_end_says_nothing(
    screen: io.StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    run_in_thread(sys.exit)
    assert (screen.getvalue(), caplog.records) == ("", [])


def test_what_is_raised_where_an_object_ends_is_logged(
    screen: io.StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    class Ending:
        """Raises when it ends."""

        def __del__(self) -> None:
            raise OSError("Too many open files")

    Ending()
    assert screen.getvalue() == ""
    assert "OSError: Too many open files" in caplog.text


def test_without_a_log_nothing_is_shown_either(screen: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logging.getLogger(), "handlers", [])
    run_in_thread(fail)
    logging.getLogger("reports").warning("nobody listens")
    assert screen.getvalue() == ""


@pytest.mark.skipif(os.name == "nt", reason="Windows limits no process's open files")
@pytest.mark.parametrize("words", [(), ("--jobs", "2")], ids=["one process", "two"])
@pytest.mark.parametrize("files", [4, 5, 6, 7, 8, 9, 10, 12, 16, 20, 24, 32])
def test_a_run_that_may_open_few_files_shows_no_traceback_and_ends_by_the_table(
    office: Office, files: int, words: tuple[str, ...]
) -> None:
    office.configure(output=HTML_ONLY)
    program = ("-c", LIMITED.format(files=files))
    with office.start("run", office.config, *words, program=program) as process:
        out, err = (text.decode() for text in process.communicate(timeout=PATIENCE_SECONDS))
    assert "Traceback" not in err
    assert "Traceback" not in out
    assert process.returncode in {*ExitCode} - {ExitCode.BUG}
    assert (out + err).splitlines()[-1].endswith(f"Exit code {process.returncode}.")
    if process.returncode != ExitCode.DONE:
        # Where not even the log could be opened, what is said has to name it.
        log = office.month / "run.log"
        written = log.read_text("utf-8") if log.exists() else ""
        assert "too many open files" in (out + err + written).lower()
