"""What stands between a command and the person who types it: streams, progress, time, how a command ends.

Output may be a terminal, a file, a pipe in an old code page, closed, or not there at all (`pythonw`): none of
these ends a run. Nothing is shown without passing the redactor. Where nobody watches, `--log FILE` keeps what
was said.
"""

import datetime as dt
import logging
import os
import re
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from typing import Any

import click

from reports import TOOL, __version__, atomic_files, uncaught
from reports.errors import ConfigError, ExitCode, ReportsError
from reports.redaction import RedactingFormatter, Redactor

EPOCH_END_SECONDS = 250_246_627_200
"""The year 9900 begins: days, months and years around any instant before it are in the calendar."""

redact = Redactor()


class _Voice:
    """The language of the screen."""

    language = "en"

    def translate(self, text: str) -> str:
        if self.language == "en":
            return text
        # Babel and the catalogues take longer to be loaded than --help takes to answer.
        from reports.render.content.labels import Labels

        return Labels(self.language).say(text)


_voice = _Voice()
# Outside the tree of loggers: what is said is no log line of run.log, and no log line is said.
_notes = logging.Logger(f"{__name__}.notes")  # noqa: LOG001


def speak(language: str) -> None:
    """From now on the screen is in `language`; the log that --log names stays English."""
    _voice.language = language


def say(text: str, *, is_error: bool = False, is_english: bool = False) -> None:
    """Lines on the screen, in the reader's language, and in the log that --log names, without secrets.

    `text` is English. With `is_english` it is shown so, as a mistake of a configuration is.
    """
    _notes.info("%s", text)
    _show(text if is_english else _voice.translate(text), is_error=is_error)


def tick() -> str:
    """The sign for what is well, as far as the screen has it."""
    encoding = getattr(sys.stdout, "encoding", None) or "ascii"
    try:
        "✓".encode(encoding)
    except (UnicodeEncodeError, LookupError):
        return "ok:"
    return "✓"


def clock(
    default: Callable[[], dt.datetime] = lambda: dt.datetime.now(dt.UTC),
) -> Callable[[], dt.datetime]:
    """The present instant; SOURCE_DATE_EPOCH pins it. Raises ConfigError."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if not epoch:
        return default
    if not re.fullmatch(r"[0-9]{1,12}", epoch) or int(epoch) >= EPOCH_END_SECONDS:
        raise ConfigError(
            "SOURCE_DATE_EPOCH is not a number of seconds since 1970 up to the year 9899: correct or unset it"
        )
    # Windows knows fewer instants by their seconds than there are days in the calendar.
    instant = dt.datetime(1970, 1, 1, tzinfo=dt.UTC) + dt.timedelta(seconds=int(epoch))
    return lambda: instant


class Terminal:
    """Progress on a terminal, plain lines elsewhere; silent where there is no output at all."""

    def __init__(self, *, is_quiet: bool = False) -> None:
        self.is_quiet = is_quiet
        self._bar: Any = None
        # Pages are announced by the threads that read them.
        self._lock = threading.RLock()

    def say(self, text: str) -> None:
        with self._lock:
            self.close()
            if not self.is_quiet:
                say(text)

    def begin(self, text: str) -> None:
        """A line on the screen alone: what --log keeps begins with the command."""
        if not self.is_quiet:
            _show(_voice.translate(text))

    def progress(self, done: int, total: int, text: str) -> None:
        if self.is_quiet:
            return
        with self._lock, _may_be_gone("stdout"):
            if sys.stdout is None or not sys.stdout.isatty():
                # A line for a client that is finished; its pages would only fill a log.
                if text.endswith((": ready", ": failed")):
                    _show(f"{done}/{total} {_voice.translate(text)}")
                return
            if self._bar is None or self._bar.length != total:
                self.close()
                self._bar = click.progressbar(length=total, item_show_func=lambda item: item, width=24)
                self._bar.__enter__()
            self._bar.update(done - self._bar.pos, _format_safe(_voice.translate(text))[:50])
            self._bar.render_progress()

    def close(self) -> None:
        """Ends the progress that is shown."""
        if self._bar is not None:
            bar, self._bar = self._bar, None
            with _may_be_gone("stdout"):
                bar.__exit__(None, None, None)


class Dialogue:
    """Questions at the terminal. Whoever has none cannot be asked: UsageError.

    With `is_at_terminal=False` answers may come through a pipe: for choices, never for secrets.
    """

    def __init__(self, *, is_at_terminal: bool = True) -> None:
        if is_at_terminal and (sys.stdin is None or not sys.stdin.isatty()):
            raise click.UsageError("this asks questions: type it at a terminal, or name everything here")

    def say(self, text: str) -> None:
        """Lines of their own."""
        say(text)

    def ask(self, question: str, *, default: str = "") -> str:
        """What is typed; `default` for Enter alone."""
        shown, given = _format_safe(_voice.translate(question)), _voice.translate(default)
        return str(click.prompt(shown, default=given, show_default=bool(default), err=True))

    def ask_or_end(self, question: str) -> str | None:
        """What is typed; None for Ctrl+C, and where nothing more is typed."""
        try:
            return self.ask(question)
        except click.Abort:
            return None

    def ask_unseen(self, question: str) -> str:
        """What is typed without being shown."""
        return ask_unseen(question)


def ask_unseen(question: str) -> str:
    """What is typed without being shown, at the terminal that the command belongs to."""
    return str(click.prompt(_format_safe(_voice.translate(question)), hide_input=True, err=True))


class CommandGroup(click.Group):
    """Usage errors end with code 2, a bug with one line; both are what the scheduler relies on."""

    def main(self, *args: Any, **kwargs: Any) -> Any:
        uncaught.log_all()
        prepare_streams()
        logging.getLogger().setLevel(logging.INFO)
        logging.raiseExceptions = False
        kwargs["standalone_mode"] = False
        speak("en")
        try:
            code = super().main(*args, **kwargs)
        except click.ClickException as error:
            said = f"{_format_usage(error)}\nNothing was done. Exit code 2."
            say(said, is_error=True, is_english=True)
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
            said = f"{error}\nNothing was done. Exit code {int(error.exit_code)}."
            say(said, is_error=True, is_english=isinstance(error, ConfigError))
            code = error.exit_code
        except Exception as error:
            limit = atomic_files.as_limit_error(error, Path())
            logging.getLogger(__name__).debug("a bug", exc_info=True)
            _notes.info("a bug", exc_info=True)
            code = limit.exit_code if limit else ExitCode.BUG
            said = str(limit or f"A bug in invoice-reports: {type(error).__name__}: {error}")
            say(f"{said}. Exit code {int(code)}.", is_error=True)
        for stream in ("stdout", "stderr"):
            # Python would flush them, and answer a closed pipe with an exit code of its own.
            with _may_be_gone(stream):
                click.echo("", nl=False, err=stream == "stderr")
        _end_notes()
        sys.exit(int(code or 0))


def voice(command: Callable[..., Any]) -> Callable[..., Any]:
    """--quiet, --verbose and --log, which may stand before or behind the name of a command."""
    flag = partial(click.option, is_flag=True, expose_value=False)
    quiet = flag("--quiet", "-q", callback=_be_quiet, help="Only the last line.")
    verbose = flag(
        "--verbose", "-v", callback=_be_verbose, help="Every request in the log and on the screen."
    )
    log = click.option(
        "--log",
        type=click.Path(path_type=Path),
        metavar="FILE",
        expose_value=False,
        is_eager=True,
        callback=_take_notes,
        help="Keep what is said in FILE too, with the time.",
    )
    return quiet(verbose(log(command)))


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


def _take_notes(_: click.Context, __: click.Parameter, path: Path | None) -> None:
    """From now on `path` gets what is said. A log that cannot be kept ends no run."""
    if path is None or _notes.handlers:
        return
    if path.suffix.lower() in (".yaml", ".yml"):
        raise click.BadParameter(f"{path} is a configuration: name another file behind --log")
    try:
        handler = logging.FileHandler(path, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        say(f"{path}: no log is kept there (“{error.strerror}”)", is_error=True)
        return
    handler.setFormatter(RedactingFormatter(redact, "%(asctime)s %(message)s"))
    _notes.addHandler(handler)
    _notes.info("%s %s begins: %s", TOOL, __version__, subprocess.list2cmdline(sys.argv[1:]))


def _end_notes() -> None:
    for handler in list(_notes.handlers):
        _notes.removeHandler(handler)
        # What a full disk did not take is tried once more.
        with suppress(OSError):
            handler.close()


def prepare_streams() -> None:
    """A name that the console's code page lacks must not end a run."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None and hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _show(text: str, *, is_error: bool = False) -> None:
    with _may_be_gone("stderr" if is_error else "stdout"):
        click.echo(_format_safe(text), err=is_error)


def _format_safe(text: str) -> str:
    """`text` without secrets, and without control characters, which come with data and command a terminal."""
    return "".join(mark if mark.isprintable() or mark == "\n" else " " for mark in redact(text))


@contextmanager
def _may_be_gone(stream: str) -> Iterator[None]:
    """A screen that goes away, as a closed pipe does, ends no run: from then on nothing is shown there."""
    try:
        yield
    except (OSError, ValueError):
        setattr(sys, stream, None)


def _format_usage(error: click.ClickException) -> str:
    """What is wrong with a command; a word too many is not repeated, for it may be a key."""
    message = error.format_message()
    if message.startswith("Got unexpected extra argument"):
        message = "There is a word too many. A key is typed when it is asked for, never here."
    context = getattr(error, "ctx", None)
    return f"{message}\nTry: {context.command_path} --help" if context else message
