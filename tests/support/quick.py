"""Which tests `dev.py test --quick` leaves out, and the proof that none of the others starts a process.

What starts a process or a browser, plays whole runs of the command, or takes more than two seconds, all its
cases together, is marked `slow`: by its file or folder, by the fixture that it asks for, or by
`@pytest.mark.slow`. A test without that mark fails when it starts a process.
"""

import multiprocessing
import sys
from collections.abc import Generator, Sequence
from pathlib import Path
from typing import Any

import pytest

SLOW_PLACES = frozenset(
    """
    cluster readers windows test_account_run test_accounts test_changes test_changes_report test_check
    test_cli test_console test_copied_folder test_crash_disk test_crash_first test_crash_interrupted
    test_crash_mended test_crash_reconcile test_crash_replacing test_crash_twice test_credentials
    test_data_files test_dev test_dry_run test_eml_run test_executor test_faults_lasting
    test_faults_passing test_faults_planted test_faults_processes test_figures_tie test_finish
    test_hostile test_hostile_mail test_hostile_memory test_hostile_values test_init test_init_terminal
    test_leaks_runs test_leaks_saft test_mailer test_menu test_messages test_month_sheets test_one_figure
    test_operator test_payloads test_payloads_command test_pdf test_persons_files test_planted
    test_previous test_publish test_quick test_readback_run test_recorded_figures test_result_page
    test_resume test_run test_saft_faults test_selection test_send test_send_killed test_send_run
    test_send_secrets test_smtp test_statement_check test_time_zones test_unattended test_unmailed
    test_workbook_check test_workbook_scale
    """.split()
)
"""Files, and folders of files."""

SLOW_FIXTURES = frozenset({"office"})
STARTS = frozenset({"subprocess.Popen", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system"})
"""What Python announces of a process that is about to begin (its audit events)."""

_begun: list[str] = []
_made_before = 0


def pytest_configure() -> None:
    sys.addaudithook(_note)


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """To look through slow files for tests that are not run takes as long as many that are."""
    return True if "not slow" in config.option.markexpr and _is_slow(collection_path) else None


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: Sequence[pytest.Item]) -> None:
    for item in items:
        if _is_slow(item.path) or SLOW_FIXTURES.intersection(getattr(item, "fixturenames", ())):
            item.add_marker("slow")


@pytest.hookimpl(wrapper=True)
def pytest_runtest_setup() -> Generator[None]:
    global _made_before  # noqa: PLW0603 - hooks have no object to keep it in
    _begun.clear()
    _made_before = _made()
    yield


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Generator[None]:
    yield
    begun = _begun + ["multiprocessing"] * (_made() - _made_before - 1)
    if begun and not any(item.iter_markers("slow")) and not any(item.iter_markers("soak")):
        pytest.fail(f"it starts a process ({begun[0]}), and so has to be marked slow: tests/support/quick.py")


def _is_slow(path: Path) -> bool:
    return not SLOW_PLACES.isdisjoint((path.stem, path.parent.name))


def _note(event: str, _arguments: tuple[Any, ...]) -> None:
    if event in STARTS:
        _begun.append(event)


def _made() -> int:
    """How many processes `multiprocessing` has made, which announces none. To count makes one more."""
    return int(multiprocessing.Process().name.rpartition("-")[2])
