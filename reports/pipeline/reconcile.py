"""`reconcile` as a command: holds a finished period against the account's SAF-T (PT) files.

No client's file is made anew: their figures are made again from the stored pages, and only overview, summary
and the account's month in the record are written.
"""

import datetime as dt
import logging
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from reports import TOOL, __version__
from reports.deliver import publish, record, run_log
from reports.errors import ConfigError, ExitCode, NeverReadError, ReportsError
from reports.figures.checks.account_checks import parse_findings
from reports.figures.saft.compare import DIFFERENT, EQUAL, SaftResult
from reports.mail.selection import no_run
from reports.period import local_day
from reports.pipeline.account_run import AccountRun
from reports.pipeline.executor import JobExecutor
from reports.pipeline.readings import find_document_list, open_api
from reports.pipeline.saft_comparison import compare_files, fetch_files, find_kept_files
from reports.plan import OVERVIEW, Outcome, Plan, Screen, few, last_line
from reports.redaction import Redactor
from reports.settings import credentials
from reports.settings.config import Config, resolve_period
from reports.source import archive
from reports.source.archive import Owner
from reports.source.client_reading import Reading
from reports.source.http.waiting import announce
from reports.source.saft_file import SaftFiles

log = logging.getLogger(__name__)


def plan(settings: Config, period: str | None, *, now: dt.datetime, with_key: bool) -> Plan:
    """What `reconcile` is about. Raises ConfigError, also for a period that is not of whole months."""
    today, account = local_day(now, settings.time_zone), settings.account
    days = resolve_period(settings, today, period)
    if not days.months:
        raise ConfigError(
            f"{days.label} is not of whole months, as SAF-T files are. Choose a month with --period"
        )
    return Plan(
        config=settings,
        period=days,
        account_folder=settings.output.folder / account.name,
        key=credentials.api_key(account.name, account.api_key) if with_key else None,
        only=(),
        today=today,
        is_offline=not with_key,
        is_reconciled=True,
    )


def reconcile(
    planned: Plan, file: Path | None, *, screen: Screen, redact: Redactor, executor: JobExecutor
) -> Outcome:
    """Compares the account's documents with `file`, or else with the account's own files.

    These are asked for where the plan has a key, else they are those that were kept. Raises ReportsError.
    """
    redact.add(planned.key or "")
    if not planned.folder.is_dir():
        raise no_run(planned)
    with (
        executor,
        publish.one_run(planned.account_folder),
        run_log.open_log(planned.folder, redact, is_continued=True),
    ):
        about = f"account {planned.config.account.name}, period {planned.period.label}"
        log.info("%s %s reconciles, %s", TOOL, __version__, about)
        publish.repair(planned.folder)
        found = record.read(planned.folder)
        if not found or record.mismatch(found, planned.config.account.name, planned.period):
            raise no_run(planned)
        month = AccountRun(planned, screen, executor)
        month.recorded_findings = parse_findings(found.get("findings", []))
        month.brief.listing = month.brief.find_listing()
        month.document_list = find_document_list(planned)
        _show_recorded(month)
        try:
            month.saft = compare_files(month, _find_files(planned, file, screen))
        except ReportsError as error:
            log.error("%s", error)
            raise
        outcome = _write(month, found)
        log.info("%s", outcome.message)
        return outcome


def _find_files(planned: Plan, file: Path | None, screen: Screen) -> SaftFiles:
    if file is not None:
        return SaftFiles(((file, planned.period),))
    if planned.is_offline:
        return find_kept_files(planned)
    api = open_api(planned)
    with closing(api), announce(api.describe_wait, screen.say):
        return fetch_files(api, planned)


def _show_recorded(month: AccountRun) -> None:
    """Has the figures of every client made again as the record has them. Raises NeverReadError."""
    account_name = month.plan.config.account.name
    for client, entry in month.before.items():
        if entry["state"] == "failed":
            month.keep_failed(entry)
            continue
        read_at = dt.datetime.fromisoformat(entry["read_at"])
        stored = archive.find_reading(month.plan.source, Owner(account_name, client), read_at)
        if stored is None:
            raise NeverReadError(
                f"The pages that client {client} was reported from are not in {month.plan.source} any more. "
                "Run the period again"
            )
        path, header = stored
        month.hand_in(Reading(client, path, header, header.pages, 0, 0), entry)
    month.show_kept()
    month.publish_rest()


def _write(month: AccountRun, found: Mapping[str, Any]) -> Outcome:
    from reports.pipeline import finish

    finish.sum_up(month)
    finish.amend(month, found)
    result, folder = month.saft, month.plan.folder
    code = ExitCode.DONE if result and result.state == EQUAL else ExitCode.WARNINGS
    code = ExitCode.NOT_WRITTEN if month.unwritten else code
    texts = [*map(str, month.unwritten), describe(result, folder)] if result else []
    whose = f"{month.plan.config.account.name} {month.plan.period.label}"
    return Outcome(code, last_line(f"{whose}: {'; '.join(texts)}", code), folder)


def describe(result: SaftResult, folder: Path) -> str:
    """What was found, in a sentence."""
    count = result.ours.entries if result.ours else 0
    if result.state == DIFFERENT:
        numbers = few(list(dict.fromkeys(one.number for one in result.differences)))
        overview = folder / OVERVIEW
        differences = len(result.differences)
        return f"differences from the SAF-T file: {differences}, of {numbers}; see {overview}"
    if result.state == EQUAL:
        return f"the SAF-T file and the account's documents are equal, {count} of them"
    return f"nothing was compared with SAF-T: {result.why}"
