"""A task done apart from the run, in a worker: what it logs comes back with the result, for want of a log."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

from reports.errors import ReportsError

if TYPE_CHECKING:
    from reports.pipeline.client_job import Made, Task


NEEDED = ("pandas", "reports.pipeline.client_job")
"""What takes half a second to be loaded."""

_PLAIN = logging.Formatter()


class Line(NamedTuple):
    """A line of the log that a worker would have written, with the lines of its traceback."""

    logger: str
    level: int
    text: str


class Answer(NamedTuple):
    """What comes back from a worker."""

    made: "Made | ReportsError"
    lines: tuple[Line, ...]

    def tell(self) -> None:
        """Logs the lines here."""
        for line in self.lines:
            logging.getLogger(line.logger).log(line.level, "%s", line.text)


def prepare() -> None:
    """Loads what every task needs, so that the first one need not wait for it."""
    for name in NEEDED:
        import_module(name)


def do(task: "Task", level: int) -> Answer:
    """Does the task. What is logged at `level` and above comes back."""
    from reports.pipeline.client_job import make

    with _noted(level) as lines:
        try:
            made: Made | ReportsError = make(task)
        except ReportsError as error:
            made = error.with_traceback(None)
    return Answer(made, tuple(lines))


class _Notes(logging.Handler):
    """What one thread logs."""

    def __init__(self) -> None:
        super().__init__()
        self.lines: list[Line] = []
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        # A worker of a cluster may have several threads at work.
        if record.thread == self._thread:
            text = record.getMessage()
            if record.exc_info:
                text = f"{text}\n{_PLAIN.formatException(record.exc_info)}"
            self.lines.append(Line(record.name, record.levelno, text))


@contextmanager
def _noted(level: int) -> Iterator[list[Line]]:
    """What this thread logs in the block."""
    notes = _Notes()
    package = logging.getLogger("reports")
    package.setLevel(level)
    package.addHandler(notes)
    try:
        yield notes.lines
    finally:
        package.removeHandler(notes)
