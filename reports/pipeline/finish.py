"""How a month ends: overview and summary of all its clients, run record, exit code and the last sentence."""

import datetime as dt
import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reports import atomic_files
from reports.deliver import record, result_page
from reports.deliver.account_record import describe_account_finding, describe_month
from reports.errors import ExitCode, most_severe
from reports.figures.account.account_month import AccountMonth, add_up
from reports.figures.account.coverage import AccountDocument, Coverage
from reports.figures.checks.account_checks import (
    ClientFinding,
    check_clients,
    check_documents,
    check_period,
    is_silence,
)
from reports.figures.codes import print_number
from reports.pipeline import data_files
from reports.pipeline.account_run import UNMAILED, AccountRun
from reports.pipeline.saft_comparison import is_different
from reports.plan import OVERVIEW, SUMMARY, Clock, Outcome, brand_of, few, last_line
from reports.render.content import summary_book
from reports.render.content.account import (
    FAILED,
    READY,
    TOO_LARGE,
    AccountFinding,
    AccountSummary,
    ClientLine,
)
from reports.render.content.filing.operator_lines import list_operator_lines
from reports.render.content.labels import Labels
from reports.render.html import pages
from reports.render.html.context import RunLine
from reports.render.xlsx import workbook

MONTHS_NAMED = 6

log = logging.getLogger(__name__)


def sum_up(month: AccountRun) -> None:
    """Writes summary and overview, and the data for other programs where that is wanted."""
    account, folder = _account(month), month.plan.folder
    labels, brand = Labels(month.plan.config.language), brand_of(month.plan.config)
    with month.go_on_without(), atomic_files.new_file(folder / SUMMARY) as target:
        grids = {client: made.grids for client, made in month.made.items()}
        book = summary_book.build_summary_book(account, grids, labels=labels)
        workbook.write(book, target, labels=labels, brand=brand)
    with month.go_on_without(), atomic_files.new_file(folder / OVERVIEW) as target:
        target.writelines(piece.encode() for piece in pages.overview(account, labels=labels, brand=brand))
    data_files.write(month, account)


def finish(month: AccountRun, *, started_at: dt.datetime, now: Clock) -> Outcome:
    """Writes the run record, and the line in RESULT.html."""
    account, plan, finished_at = _account(month), month.plan, now()
    code, message = _conclusion(month, account)
    log.info("%s", message)
    with month.go_on_without():
        record.write(
            plan.folder,
            account=account.name,
            period=plan.period,
            started_at=started_at,
            finished_at=finished_at,
            exit_code=code,
            message=message,
            entries=(month.entries[line.id] for line in account.clients),
            findings=[describe_account_finding(one.finding, one.client_id) for one in account.findings],
            account_month=describe_month(account.month),
        )
        month.is_recorded = True
    code, message = _conclusion(month, account)
    with month.go_on_without():
        label, language = plan.period.label, plan.config.language
        overview = f"{account.name}/{label}/{OVERVIEW}"
        told = record.instant(finished_at), int(code), message, overview, plan.told_in or language
        result_page.write(plan.account_folder, RunLine(account.name, label, *told), Labels(language))
    lines = tuple(list_operator_lines(account, Labels(plan.config.language)))
    return Outcome(*_conclusion(month, account), plan.folder, lines)


def amend(month: AccountRun, found: Mapping[str, Any]) -> None:
    """Writes the record `found` again with the account's month as it is now."""
    with month.go_on_without():
        record.rewrite(month.plan.folder, {**found, "account_month": describe_month(_account(month).month)})


def _conclusion(month: AccountRun, account: AccountSummary) -> tuple[ExitCode, str]:
    """The exit code and the last sentence, as far as it is known what was written."""
    code = most_severe([*month.codes, _code(month, account)])
    return code, last_line(_sentence(month, account), code)


def _account(month: AccountRun) -> AccountSummary:
    plan = month.plan
    listing = month.brief.find_listing()
    order = [client for client in month.everyone if client in month.lines]
    order += sorted({*month.lines} - {*order})
    lines = [month.lines[client] for client in order]
    filed = _add_up(month, lines, listing.total if listing else None)
    return AccountSummary(
        name=plan.config.account.name,
        issuer=plan.config.issuer.name,
        period=plan.period,
        clients=tuple(lines),
        clients_in_account=listing.total if listing else None,
        filters=plan.config.filters.as_request(),
        whole=tuple(
            AccountFinding(one.finding, one.client_id, one.finding.number) for one in _list_findings(month)
        ),
        command=plan.command,
        month=filed,
        data=data_files.list_files(plan.config.output.data),
    )


def _list_findings(month: AccountRun) -> list[ClientFinding]:
    """What is off with the account as a whole; a run of chosen clients says nothing about it."""
    if month.recorded_findings is not None:
        return month.recorded_findings
    plan, found = month.plan, [*check_period(month.plan.period, month.plan.today)]
    if plan.only or month.stopped_by:
        return found
    if plan.config.clients is None and month.is_list_known:
        found += check_clients(month.everyone, month.known)
    lines = [month.lines[client] for client in month.everyone if client in month.lines]
    if len(lines) == len(month.everyone) and all(line.state == READY for line in lines):
        documents = [line.documents_read for line in lines]
        found += check_documents(documents, month.known, is_everybody=plan.config.clients is None)
    return found


def _add_up(month: AccountRun, lines: Sequence[ClientLine], clients_of_account: int | None) -> AccountMonth:
    """The account's month, of the clients that are covered and whose figures are there."""
    covered = [line for line in lines if line.is_covered and line.id in month.made]
    ids = {line.id for line in covered}
    missing = [line for line in lines if line.state == FAILED and line.id not in ids]
    coverage = Coverage(
        clients_of_account,
        clients=len(covered),
        failed=tuple(line.name for line in missing),
        kept=tuple(line.name for line in covered if line.is_kept),
    )
    return add_up(
        [month.made[line.id].month for line in covered],
        coverage,
        period=month.plan.period,
        region=month.plan.config.account.region,
        listed=_list_documents(month),
        saft=month.saft,
    )


def _list_documents(month: AccountRun) -> list[AccountDocument] | None:
    """The account's own list, its numbers as they are printed; None without one."""
    if month.document_list is None:
        return None
    return [
        AccountDocument(
            listed.id,
            listed.type,
            listed.status,
            number=print_number(listed.type, listed.number),
            date=listed.date,
            client_id=listed.client_id,
            client_name=listed.client_name,
        )
        for listed in month.document_list
    ]


def _code(month: AccountRun, account: AccountSummary) -> ExitCode:
    """Failures and warnings over all clients of the overview, and warnings of the account."""
    if _is_none_done(month) or any(is_silence(one.finding) for one in account.whole):
        return ExitCode.NONE_DONE
    if any(line.state == FAILED for line in month.lines.values()):
        return ExitCode.SOME_FAILED
    has_warnings = (
        account.warnings > 0
        or is_different(month)
        or any(
            line.warnings or line.is_changed or line.unmailed == TOO_LARGE for line in month.lines.values()
        )
    )
    return ExitCode.WARNINGS if has_warnings else ExitCode.DONE


def _is_none_done(month: AccountRun) -> bool:
    """None of this run's clients could be done; others may have been ready before."""
    states = [month.lines[client].state for client in month.expected if client in month.lines]
    return bool(states or month.stopped_by) and all(state == FAILED for state in states)


def _sentence(month: AccountRun, account: AccountSummary) -> str:
    labels = Labels("en")
    overview = month.plan.folder / OVERVIEW
    ready, failed = len(account.ready), account.failed
    parts = [f"{ready} of {len(account.clients)} clients ready"]
    if ready and _is_none_done(month):
        parts.insert(0, "none of this run's clients could be done")
    if failed:
        parts.append(f"failed: {len(failed)}, {_name_clients(failed)}")
    if account.kept:
        parts.append(f"with the figures of an earlier reading: {len(account.kept)}")
    if failed or month.stopped_by:
        parts.append(str(month.stopped_by or failed[0].reason))
    parts += map(str, month.unwritten)
    parts += [labels.finding(one.finding) for one in account.whole]
    if month.saft and is_different(month):
        parts.append(f"differences from the SAF-T file: {len(month.saft.differences)}, see {overview}")
    if count := account.warnings + sum(client.warnings for client in account.clients):
        parts.append(f"warnings: {count}, see {overview}")
    groups = {what: account.list_unmailed(why) for why, what in UNMAILED.items()}
    for what, clients in {"without a PDF": account.unprinted, **groups}.items():
        if clients:
            parts.append(f"{what}: {len(clients)}, {_name_clients(clients)}")
    if months := account.changed_months:
        named = ", ".join(f"{first:%Y-%m}" for first in months[-MONTHS_NAMED:])
        named = f"{named} and earlier months" if len(months) > MONTHS_NAMED else named
        parts.append(
            f"documents changed since they were reported, VAT of {named}: {account.changed_documents}, "
            f"see {overview}"
        )
    parts += month.remarks
    return "; ".join(part.rstrip(".") for part in parts)


def _name_clients(clients: Iterable[ClientLine]) -> str:
    return few([f"{client.name} ({client.id})" for client in clients])
