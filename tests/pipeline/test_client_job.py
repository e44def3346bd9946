"""One client's files in any process: what ends the program, what was foreseen and what nobody foresaw."""

import logging
import pickle
from pathlib import Path

import pytest

from reports.errors import UNFORESEEN, UnforeseenError, WriteError
from reports.pipeline import client_job, executor
from tests.conftest import ANA
from tests.support.rendering import break_rendering


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(5)])
def test_what_ends_the_program_is_no_clients_failure(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, error: BaseException
) -> None:
    break_rendering(monkeypatch, error, ANA)
    with pytest.raises(type(error)):
        client_job.make(build_task(tmp_path, ANA))
    assert list(tmp_path.iterdir()) == []


def test_a_worker_hands_back_the_traceback_as_lines_of_the_log(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    break_rendering(monkeypatch, KeyError("currency"), ANA)
    answer = executor.make_in_worker(build_task(tmp_path, ANA), logging.INFO)
    answer = pickle.loads(pickle.dumps(answer))  # noqa: S301 - its own
    assert isinstance(answer.made, UnforeseenError)
    assert str(answer.made) == UNFORESEEN
    (record,) = answer.records
    assert record.levelno == logging.ERROR
    assert record.getMessage().startswith(f"client {ANA}: ")
    assert "Traceback" in record.getMessage()
    assert "KeyError: 'currency'" in record.getMessage()


def test_what_was_foreseen_keeps_its_own_words(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    break_rendering(monkeypatch, WriteError("the disk is full", disk_full=True), ANA)
    with pytest.raises(WriteError, match="the disk is full"):
        client_job.make(build_task(tmp_path, ANA))


def build_task(folder: Path, client: int) -> client_job.ClientTask:
    """As much of one as is looked at before anything is rendered."""

    class Job:
        """A client and no more."""

        def __init__(self) -> None:
            self.client = client

    return client_job.ClientTask(job=Job(), period_folder=folder, pages=1, requests=1)  # type: ignore[arg-type]
