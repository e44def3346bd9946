"""What tests of several rooms set up, and the figures that they found, at the end of a run."""

import gc
import logging
import signal
import sys
import threading
from collections.abc import Callable, Generator, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from reports.sandbox.server import Sandbox
from tests.support.examples import QUICK, USUAL
from tests.support.office import Office, account

pytest_plugins = ["tests.support.quick"]

ANA, RUI, EVA = 101, 102, 103

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # So a shell starts what runs in the background, and what is started from there would be deaf to Ctrl+C.
    signal.signal(signal.SIGINT, signal.default_int_handler)

settings.register_profile(
    "any machine",
    max_examples=USUAL,
    deadline=None,
    # What is found by chance must not stop a change that did not bring it; the soak searches by chance.
    derandomize=True,
    # A folder may be one for all examples: each writes over what the one before left.
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.function_scoped_fixture,
    ],
)
settings.load_profile("any machine")
settings.register_profile("quick", max_examples=QUICK)

Figure = Callable[[str, object], None]


def pytest_configure(config: pytest.Config) -> None:
    if "not slow" in config.option.markexpr:
        settings.load_profile("quick")


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Modules and collected tests stay to the end: to look through them for garbage took a tenth of a run."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """An account of three clients with two documents each, served for as long as the test lasts."""
    with Sandbox(account_data=account({ANA: "Ana", RUI: "Rui", EVA: "Eva"})) as sandbox:
        yield Office(tmp_path, sandbox)


@pytest.fixture(autouse=True)
def usual_hooks() -> Iterator[None]:
    """A command in this process lets nobody else hear of errors that nobody catches.

    What a worker does sets how much of the package is logged, for as long as its process lasts. A thread that
    was left deaf to Ctrl+C would make every process that a later test starts so.
    """
    hooks = threading.excepthook, sys.unraisablehook, logging.lastResort
    package = logging.getLogger("reports")
    level = package.level
    cycles = gc.get_threshold()
    interrupts = _read_interrupts()
    yield
    gc.set_threshold(*cycles)
    if package.level != level:
        # It empties what every logger has worked out.
        package.setLevel(level)
    threading.excepthook, sys.unraisablehook, logging.lastResort = hooks
    # Last, so that the tests to come find the rest as it was.
    assert _read_interrupts() == interrupts, "the test left this process with another answer to Ctrl+C"


def _read_interrupts() -> tuple[object, object]:
    mask = set() if sys.platform == "win32" else signal.pthread_sigmask(signal.SIG_BLOCK, ())
    return signal.getsignal(signal.SIGINT), mask


@pytest.fixture
def figure(record_property: Callable[[str, object], None]) -> Figure:
    """Notes what a test counted; `figure("kill -9 points", 500)` is a line at the end of a run."""

    def note(name: str, value: object) -> None:
        record_property(name, str(value))

    return note


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Prints what was noted with `figure`, sorted, whichever process and file it comes from."""
    reports = [*terminalreporter.getreports("passed"), *terminalreporter.getreports("failed")]
    noted = sorted({line for report in reports if report.when == "call" for line in report.user_properties})
    if noted:
        width = max(len(name) for name, _ in noted)
        terminalreporter.section("figures")
        for name, value in noted:
            terminalreporter.line(f"{name:<{width}}  {value}")
