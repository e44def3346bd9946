"""Errors that nobody catches, in threads and where objects end, go to the log and never to the screen."""

import logging
import sys
import threading
from types import TracebackType

_log = logging.getLogger(__name__)


def log_all() -> None:
    """For this process, from now on. What nobody's log takes is shown nowhere."""
    threading.excepthook = _log_of_thread
    sys.unraisablehook = _log_unraisable
    # Python shows warnings without a log as they came, traceback and secrets included.
    logging.lastResort = None


def _log_of_thread(ended: threading.ExceptHookArgs) -> None:
    if ended.exc_type is not SystemExit:
        name = ended.thread.name if ended.thread else "?"
        _write(f"the thread {name} ended", ended.exc_type, ended.exc_value, ended.exc_traceback)


def _log_unraisable(raised: "sys.UnraisableHookArgs") -> None:
    said = f"{raised.err_msg or 'an error could not be raised'}: {type(raised.object).__name__}"
    _write(said, raised.exc_type, raised.exc_value, raised.exc_traceback)


def _write(
    said: str, kind: type[BaseException], error: BaseException | None, trace: TracebackType | None
) -> None:
    _log.error("%s", said, exc_info=(kind, error or kind(), trace))
