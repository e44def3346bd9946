"""The way of a payload through a run, without the network: answer, proof, archive, figures, files.

`weigh` goes it, and holds what comes out against the witness, who has read the same texts by other means.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from reports.deliver.record import amounts
from reports.errors import ClientError
from reports.period import Period
from reports.redaction import Redactor
from reports.render.content.brand import HOUSE, IssuerDetails
from reports.render.job import Job, Rendered, render
from reports.source.archive import Header, Spool, path_of
from reports.source.completeness import Leaf, Ledger, MovedError, leaf_of
from reports.source.http.response import HttpAnswer, Trouble, expect_page, judge
from tests.support import oracle, witness
from tests.support.payloads import written
from tests.support.recorded_papers import CLIENT, FIRST, LAST
from tests.support.tie import expected, found, raw
from tests.support.tie.compared import OCTOBER
from tests.support.tie.facts import Facts, differences
from tests.support.tie.law import PORTUGAL
from tests.support.tie.values import Raw

NOW = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)
NO_SECRET = Redactor()


@dataclass(frozen=True)
class Verdict:
    """`refused`: what the run says instead of figures. `wrong`: how it differs from the witness.

    `rendered` is what came of the payload otherwise.
    """

    refused: str | None
    wrong: list[str]
    rendered: Rendered | None = None


def weigh(
    pages: Sequence[str],
    folder: Path,
    *,
    files: Path | None = None,
    told: Sequence[str] | None = None,
    taxes: Sequence[Raw] = (),
    region: str = PORTUGAL,
) -> Verdict:
    """Takes `pages` through the archive in `folder`, and writes the client's files when there is a place.

    Whatever is raised but what a client may fail for is a fault of the product, and not caught. `told` are
    the pages that the witness is given instead, to see that it contradicts. `taxes` are rows of /taxes.json,
    `region` is the account's.
    """
    known = raw.read_taxes(taxes)
    reading = witness.read(told or pages, CLIENT, FIRST, LAST, taxes=known, account_region=region)
    try:
        rendered = render(job(stored(pages, folder, taxes=taxes), region=region), files)
    except (ClientError, MovedError) as error:
        reason = str(error)
        return Verdict(reason, [] if reading.refusals else [f"refused without a reason: {reason}"])
    if reading.refusals:
        return Verdict(None, [f"accepted in spite of: {reading.refusals}"], rendered)
    return Verdict(None, wrong(rendered, reading, pages=len(pages)), rendered)


def stored(pages: Sequence[str], folder: Path, *, taxes: Sequence[Raw] = ()) -> Path:
    """The archive of answers that held `pages`. Raises what fails a client, and MovedError."""
    ledger: Ledger | None = None
    with Spool(folder) as spool:
        for number, text in enumerate(pages, start=1):
            leaf, body = _judged(number, text)
            if ledger is None:
                ledger = Ledger(leaf)
            else:
                ledger.add(leaf)
            spool.add(number, body)
        assert ledger
        ledger.close()
        answer = written({"taxes": list(taxes)}) if taxes else None
        header = Header("office", CLIENT, {}, NOW, len(pages), complete=True, taxes=answer)
        archive = path_of(folder, CLIENT)
        archive.unlink(missing_ok=True)
        spool.finish(header, archive)
    return archive


def job(archive: Path, *, region: str = PORTUGAL) -> Job:
    """What a run makes of an archive of CLIENT when nothing is configured."""
    return Job(
        client=CLIENT,
        archive=archive,
        name=None,
        fiscal_id=None,
        language="pt",
        account_language="en",
        issuer=IssuerDetails(),
        period=Period(FIRST, LAST),
        time_zone="Europe/Lisbon",
        ageing=oracle.LIMITS_DAYS,
        line_items=True,
        excel=True,
        html=True,
        pdf=False,
        brand=HOUSE,
        region=region,
    )


def wrong(rendered: Rendered, reading: witness.Reading, *, pages: int) -> list[str]:
    """How figures and findings differ from what the witness read: sentences, none when all is right."""
    client = raw.Client(CLIENT, "", pages, tuple(reading.documents))
    figures = rendered.figures
    counted = sum(total.documents for total in figures.totals)
    entry = {"pages": pages, "documents_read": figures.documents_read, "documents_counted": counted}
    facts = found.record({**amounts(figures), **entry}) | _parts(rendered)
    own, may = _parts_of(client), expected.record_with_gross(client, OCTOBER)
    noticed = {(one.code, one.document) for one in rendered.findings if one.code in witness.NOTICED}
    return [
        *differences("figures", facts, must=expected.record(client, OCTOBER) | own, may=may),
        *(f"not found: {notice}" for notice in reading.notices - noticed),
        *(f"found without a reason: {notice}" for notice in noticed - reading.notices),
    ]


def _judged(number: int, text: str) -> tuple[Leaf, str]:
    answer = HttpAnswer(200, {}, bytearray(text.encode()))
    page = judge(answer, expect_page("invoices", number), redact=NO_SECRET, now=NOW)
    if isinstance(page, Trouble):
        raise page.error(page.message)
    return leaf_of(page, CLIENT), page.body


def _parts(rendered: Rendered) -> Facts:
    """Subtotals per type, and the months in which there is something."""
    facts: Facts = {}
    for kind in rendered.figures.types:
        key = (kind.currency, "type", kind.type)
        facts |= {(*key, name): getattr(kind, name) for name in ("net", "tax", "gross", "payable")}
        facts[*key, "documents"] = Decimal(kind.documents)
    for month in rendered.figures.months:
        if month.net or month.tax:
            key = (month.currency, "month", f"{month.first:%Y-%m}")
            facts |= {(*key, "net"): month.net, (*key, "tax"): month.tax}
    return facts


def _parts_of(client: raw.Client) -> Facts:
    facts: Facts = {}
    for currency in expected.currencies(client, OCTOBER):
        here = expected.counted(client, OCTOBER, currency)
        for kind in {one.type for one in here}:
            own = oracle.totals(one for one in here if one.type == kind)
            key = (currency, "type", kind)
            facts |= {(*key, name): getattr(own, name) for name in ("net", "tax", "gross", "payable")}
            facts[*key, "documents"] = Decimal(own.documents)
        for name, some in oracle.twelve_months(oracle.in_currency(client.documents, currency), LAST).items():
            own = oracle.totals(some)
            if own.net or own.tax:
                facts |= {
                    (currency, "month", name, "net"): own.net,
                    (currency, "month", name, "tax"): own.tax,
                }
    return facts
