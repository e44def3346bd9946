"""An account's documents and its SAF-T (PT) files: where the files come from, and what they differ in."""

import logging
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reports.errors import ClientError, SaftError
from reports.figures.account.series import SeriesKey, find_issued
from reports.figures.codes import TYPES, split_number
from reports.figures.saft.compare import DIFFERENT, NOT_COMPARED, Comparer, Elsewhere, SaftResult
from reports.figures.saft.parse_saft import SaftParser
from reports.period import Period
from reports.pipeline.account_run import AccountRun
from reports.plan import Plan
from reports.source.saft_file import SaftFiles, fetch_saft, path_of, read_chunks

if TYPE_CHECKING:
    from reports.figures.saft.saft_document import SaftHead
    from reports.source.http.api import Api

log = logging.getLogger(__name__)


def fetch_files(api: "Api", plan: Plan) -> SaftFiles:
    """Asks for the file of each month. Whatever keeps one from being had is said, and fails no run.

    Raises StoppedError and WriteError, but nothing else `api` raises.
    """
    months = plan.period.months
    try:
        return SaftFiles(tuple((fetch_saft(api, source=plan.source, month=month), month) for month in months))
    except (ClientError, SaftError) as error:
        log.warning("nothing is held against SAF-T: %s", error)
        return SaftFiles(why=str(error))


def find_kept_files(plan: Plan) -> SaftFiles:
    """The files that an earlier command kept."""
    files = tuple((path_of(plan.source, month), month) for month in plan.period.months)
    missing = [path.name for path, _ in files if not path.is_file()]
    if missing:
        names = ", ".join(missing)
        return SaftFiles(why=f"No SAF-T file was kept of this period: {names}. Reconcile without --offline")
    return SaftFiles(files)


def compare_files(month: AccountRun, found: SaftFiles) -> SaftResult:
    """What the files differ in from the account's documents.

    Raises SaftError for a file that is none, or of another period or business.
    """
    if found.why:
        return SaftResult(NOT_COMPARED, found.why)
    entries = (entry for made in month.made.values() for entry in made.book)
    comparer = Comparer(entries, lambda number: _find_elsewhere(month, number))
    for path, days in found.files:
        parser = SaftParser(read_chunks(path), name=str(path))
        is_checked = False
        for document in parser.read():
            if not is_checked and parser.head:
                _check_head(path, parser.head, days, month.plan.config.issuer.fiscal_id)
                is_checked = True
            comparer.add(document)
        if parser.head:
            _check_head(path, parser.head, days, month.plan.config.issuer.fiscal_id)
        comparer.close_file(parser.control)
    result = comparer.finish()
    log.info("SAF-T: %s, %d differences", result.state, len(result.differences))
    return result


def compare_or_note(month: AccountRun, found: SaftFiles) -> SaftResult:
    """The same at the end of a run: a file of no use is a reason why nothing was compared."""
    try:
        return compare_files(month, found)
    except SaftError as error:
        log.warning("nothing is held against SAF-T: %s", error)
        return SaftResult(NOT_COMPARED, str(error))


def is_different(month: AccountRun) -> bool:
    """Whether the files were compared, and are not equal."""
    return month.saft is not None and month.saft.state == DIFFERENT


def _check_head(path: Path, head: "SaftHead", days: Period, fiscal_id: str | None) -> None:
    """Raises SaftError for a file of other days, or of another business than the issuer."""
    if (head.first, head.last) != (days.first, days.last):
        raise SaftError(
            f"{path}: it is of {head.first} to {head.last}, and the period is {days.first} to {days.last}. "
            "Export the file of the period"
        )
    ours = "".join(letter for letter in fiscal_id or "" if letter.isdigit())
    if ours and ours != head.fiscal_id.strip():
        raise SaftError(
            f"{path}: it is of the business {head.fiscal_id}, and issuer.fiscal_id is {ours}. "
            "Give the file of this account, or correct issuer.fiscal_id"
        )


def _find_elsewhere(month: AccountRun, number: str) -> Elsewhere | None:
    """The account's document of another date that bears the number."""
    prefix, _, rest = number.strip().partition(" ")
    split = split_number(rest)
    if not split:
        return None
    series, count = split
    for key in _list_keys(prefix, series.strip().casefold()):
        for client, made in month.made.items():
            found = find_issued(made.month.numbers, key, count)
            if found:
                row, day = found
                return Elsewhere(made.month.identities[row], client, day)
    return None


def _list_keys(prefix: str, series: str) -> Sequence[SeriesKey]:
    return [SeriesKey(name, series) for name, kind in TYPES.items() if kind.sign and kind.prefix == prefix]
