"""Holds finished periods against the accounts' SAF-T (PT) files, one account after another."""

import datetime as dt
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

from reports.commands.console import Terminal, redact, say
from reports.errors import ExitCode, ReportsError, most_severe
from reports.pipeline import reconcile
from reports.pipeline.executor import JobExecutor
from reports.plan import last_line
from reports.settings.config import Config


def reconcile_all(
    configs: Sequence[Config],
    period: str | None,
    file: Path | None,
    *,
    now: dt.datetime,
    is_offline: bool,
    is_quiet: bool,
) -> ExitCode:
    """Returns the most severe code of all. Raises ConfigError before anything is asked."""
    with_key = not (is_offline or file)
    planned = [reconcile.plan(settings, period, now=now, with_key=with_key) for settings in configs]
    codes = []
    for plan in planned:
        with closing(Terminal(is_quiet=is_quiet)) as screen:
            try:
                outcome = reconcile.reconcile(
                    plan, file, screen=screen, redact=redact, executor=JobExecutor(1)
                )
                code, said = outcome.exit_code, outcome.message
            except ReportsError as error:
                code, said = error.exit_code, last_line(str(error), error.exit_code)
        codes.append(code)
        say(said)
    return most_severe(codes)
