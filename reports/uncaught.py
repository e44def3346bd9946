"""Errors that nobody catches, in threads and where objects end, go to the log and never to the screen."""

import logging
import sys
import threading

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
        error = ended.exc_value or ended.exc_type()
        _log.error("the thread %s ended", name, exc_info=(ended.exc_type, error, ended.exc_traceback))


def _log_unraisable(raised: "sys.UnraisableHookArgs") -> None:
    said = f"{raised.err_msg or 'an error could not be raised'}: {type(raised.object).__name__}"
    error = raised.exc_value or raised.exc_type()
    _log.error("%s", said, exc_info=(raised.exc_type, error, raised.exc_traceback))
