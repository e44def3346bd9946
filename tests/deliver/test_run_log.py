"""`run.log`: what is logged while a command works in its folder, without secrets, account by account."""

import logging
import re
import threading
from pathlib import Path

import pytest

from reports.deliver.run_log import FILE_NAME, apart, open_log
from reports.errors import WriteError
from reports.redaction import Redactor
from tests.support.waiting import PATIENCE_SECONDS

LOG = logging.getLogger("reports.anything")
NO_SECRET = Redactor()


def read_lines(folder: Path) -> list[str]:
    """What the log says, without the time."""
    lines = (folder / FILE_NAME).read_text("utf-8").splitlines()
    return [re.sub(r"^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3} ", "", line) for line in lines]


def test_what_is_logged_in_the_block_is_there_without_the_key_and_nothing_else(tmp_path: Path) -> None:
    listening = [*logging.getLogger().handlers]
    LOG.warning("before")
    with open_log(tmp_path, Redactor(["s3cret-key"])):
        LOG.warning("asked with s3cret-key for João")
    LOG.warning("afterwards")
    assert read_lines(tmp_path) == ["WARNING asked with [key] for João"]
    assert logging.getLogger().handlers == listening


def test_a_run_begins_it_anew_and_whatever_goes_on_with_it_keeps_what_is_there(tmp_path: Path) -> None:
    for words, is_continued in (("the first run", False), ("the second run", False), ("mails", True)):
        with open_log(tmp_path, NO_SECRET, is_continued=is_continued):
            LOG.error("%s", words)
    assert read_lines(tmp_path) == ["ERROR   the second run", "ERROR   mails"]


def test_of_accounts_side_by_side_each_log_has_its_own_lines(tmp_path: Path) -> None:
    both_are_open = threading.Barrier(2)

    def work(name: str) -> None:
        folder = tmp_path / name
        folder.mkdir()
        with apart(folder), open_log(folder, NO_SECRET):
            both_are_open.wait(PATIENCE_SECONDS)
            LOG.warning("of %s", name)
            both_are_open.wait(PATIENCE_SECONDS)

    threads = [threading.Thread(target=work, args=(name,)) for name in ("alfa", "beta")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE_SECONDS)
    assert [read_lines(tmp_path / name) for name in ("alfa", "beta")] == [
        ["WARNING of alfa"],
        ["WARNING of beta"],
    ]


def test_a_log_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(WriteError, match=re.escape(FILE_NAME)), open_log(tmp_path / "gone", NO_SECRET):
        pass
