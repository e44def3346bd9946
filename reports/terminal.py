"""What stands between a command and the person who types it: streams, progress, time, how a command ends.

Output may be a terminal, a file, a pipe in an old code page, closed, or not there at all (`pythonw`): none of
these ends a run. Nothing is shown without passing the redactor.
"""

import datetime as dt
import logging
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Any

import click

from reports.errors import ConfigError, ExitCode, ReportsError
from reports.redaction import RedactingFormatter, Redactor

redact = Redactor()


def say(text: str, *, is_error: bool = False) -> None:
    """Lines on the screen, without secrets."""
    with _may_be_gone("stderr" if is_error else "stdout"):
        click.echo(_shown(text), err=is_error)


def clock() -> Callable[[], dt.datetime]:
    """The present instant; SOURCE_DATE_EPOCH pins it."""
    return pinned() or (lambda: dt.datetime.now(dt.UTC))


def pinned() -> Callable[[], dt.datetime] | None:
    """The instant that SOURCE_DATE_EPOCH names; None without it. Raises ConfigError."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return None
    try:
        instant = dt.datetime.fromtimestamp(int(epoch), dt.UTC)
    except (ValueError, OverflowError, OSError):
        raise ConfigError(
            "SOURCE_DATE_EPOCH is not a number of seconds since 1970: correct or unset it"
        ) from None
    return lambda: instant


class Terminal:
    """Progress on a terminal, plain lines elsewhere; silent where there is no output at all."""

    def __init__(self, *, is_quiet: bool = False) -> None:
        self.is_quiet = is_quiet
        self._bar: Any = None
        # Pages are announced by the threads that read them.
        self._lock = threading.RLock()

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()

    def say(self, text: str) -> None:
        with self._lock:
            self._close()
            if not self.is_quiet:
                say(text)

    def progress(self, done: int, total: int, text: str) -> None:
        if not self.is_quiet:
            with self._lock, _may_be_gone("stdout"):
                self._progress(done, total, text)

    def _progress(self, done: int, total: int, text: str) -> None:
        if not _is_terminal():
            # A line for a client that is finished; its pages would only fill a log.
            if text.endswith((": ready", ": failed")):
                say(f"{done}/{total} {text}")
            return
        if self._bar is None or self._bar.length != total:
            self._close()
            self._bar = click.progressbar(length=total, item_show_func=lambda item: item, width=24)
            self._bar.__enter__()
        self._bar.update(done - self._bar.pos, _shown(text)[:50])
        self._bar.render_progress()

    def _close(self) -> None:
        if self._bar is not None:
            bar, self._bar = self._bar, None
            with _may_be_gone("stdout"):
                bar.__exit__(None, None, None)


class Group(click.Group):
    """Usage errors end with code 2, a bug with one line; both are what the scheduler relies on."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        _tolerant_streams()
        logging.getLogger().setLevel(logging.INFO)
        logging.raiseExceptions = False
        kwargs["standalone_mode"] = False
        try:
            code = super().main(*args, **kwargs)
        except click.ClickException as error:
            say(f"{error.format_message()}\n{_hint(error)}Nothing was done. Exit code 2.", is_error=True)
            code = ExitCode.USAGE
        except click.exceptions.Exit as error:
            code = error.exit_code
        except (KeyboardInterrupt, click.Abort):
            say("Interrupted. Exit code 130.", is_error=True)
            # Python remembers an interruption inside exec(), of which imports are full, and would end by the
            # signal itself, with a code of its own. The next exec() makes it forget.
            exec("")  # noqa: S102
            code = ExitCode.INTERRUPTED
        except ReportsError as error:
            say(f"{error}\nNothing was done. Exit code {int(error.exit_code)}.", is_error=True)
            code = error.exit_code
        except Exception as error:
            logging.getLogger(__name__).debug("a bug", exc_info=True)
            say(f"A bug in invoice-reports: {type(error).__name__}: {error}. Exit code 1.", is_error=True)
            code = ExitCode.BUG
        for stream in ("stdout", "stderr"):
            # Python would flush them, and answer a closed pipe with an exit code of its own.
            with _may_be_gone(stream):
                click.echo("", nl=False, err=stream == "stderr")
        sys.exit(int(code or 0))


def voice(command: Callable[..., Any]) -> Callable[..., Any]:
    """--quiet and --verbose, which may stand before or behind the name of a command."""
    quiet = click.option(
        "--quiet", "-q", is_flag=True, expose_value=False, callback=_be_quiet, help="Only the last line."
    )
    verbose = click.option(
        "--verbose",
        "-v",
        is_flag=True,
        expose_value=False,
        callback=_be_verbose,
        help="Every request in the log and on the screen.",
    )
    return quiet(verbose(command))


def _be_quiet(context: click.Context, _: click.Parameter, is_wanted: bool) -> None:
    context.obj = is_wanted or bool(context.obj)


def _be_verbose(_: click.Context, __: click.Parameter, is_wanted: bool) -> None:
    root = logging.getLogger()
    if is_wanted and root.level != logging.DEBUG:
        root.setLevel(logging.DEBUG)
        if sys.stderr is not None:
            handler = logging.StreamHandler()
            handler.setFormatter(RedactingFormatter(redact, "%(levelname)s %(name)s %(message)s"))
            root.addHandler(handler)


def _tolerant_streams() -> None:
    """A name that the console's code page lacks must not end a run."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _shown(text: str) -> str:
    """`text` without secrets, and without control characters, which come with data and command a terminal."""
    return "".join(mark if mark.isprintable() or mark == "\n" else " " for mark in redact(text))


@contextmanager
def _may_be_gone(stream: str) -> Iterator[None]:
    """A screen that goes away, as a closed pipe does, ends no run: from then on nothing is shown there."""
    try:
        yield
    except (OSError, ValueError):
        setattr(sys, stream, None)


def _is_terminal() -> bool:
    return sys.stdout is not None and sys.stdout.isatty()


def _hint(error: click.ClickException) -> str:
    context = getattr(error, "ctx", None)
    return f"Try: {context.command_path} --help\n" if context else ""
