"""What the template of each page is given, as values; docs/TEMPLATES.md tells it to who writes their own."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from markupsafe import Markup

from reports.figures.totals import CurrencyTotals
from reports.render.content.account import AccountSummary
from reports.render.content.client_report import ClientReport, Subject
from reports.render.content.colours import Palette
from reports.render.content.labels import Labels
from reports.render.html.drawings import Length, Plot, Segment
from reports.render.html.tables import HtmlGrid, HtmlHeading, Listing, TextLine


@dataclass(frozen=True)
class RunLine:
    """How the last run of an account ended. `overview` is relative to the result page, None without one.

    `finished_at` is an ISO instant; any other text is shown as it is. `message` is English, and shown in
    `language`; None for the page's.
    """

    account: str
    period_label: str
    finished_at: str
    exit_code: int
    message: str
    overview: str | None
    language: str | None = None


class Amount(NamedTuple):
    """A figure of the head, what it is, and what it is of."""

    label: str
    value: Markup
    hint: str | None = None


class Totals(NamedTuple):
    """One currency's figures: the few that catch the eye, and the others."""

    currency: str
    major: Sequence[Amount]
    minor: Sequence[Amount]


class PageSection(NamedTuple):
    """One currency of a statement; `bars` are those of the ageing, bucket by bucket.

    `receipts` is None where there are none.
    """

    documents: HtmlGrid
    types: HtmlGrid
    vat: HtmlGrid
    open_documents: HtmlGrid
    ageing: HtmlGrid
    receipts: HtmlGrid | None
    bars: Sequence[Length]
    plot: Plot | None
    months: HtmlGrid | None


class MailSection(NamedTuple):
    """One currency of a mail: a statement's section without its documents."""

    types: HtmlGrid
    vat: HtmlGrid
    ageing: HtmlGrid


class ChangesSection(NamedTuple):
    """What changed since it was reported: a grid a client, by its id; `empty` is said where there is none."""

    clients: Sequence[tuple[int, HtmlGrid]]
    empty: str
    notes: Sequence[str]


class LinesPart(NamedTuple):
    """Rows under a title of their own, with their subtotal; some have a heading over several columns."""

    title: str | None
    lines: Sequence[TextLine]
    total: TextLine | None


class ReturnGrid(NamedTuple):
    """The VAT return: a part a region, then what is decided by hand, then what both come to."""

    title: str
    columns: Sequence[HtmlHeading]
    parts: Sequence[LinesPart]
    total: TextLine | None
    empty: str


class SupportEntry(NamedTuple):
    """What a support of the return comes to. `title` names its sheet in summary.xlsx, where it has one."""

    title: str
    has_sheet: bool
    text: Markup


class DebtorLine(NamedTuple):
    """A client's row, its bar, and what the bar is made of: buckets that are not empty, and their amounts."""

    line: TextLine
    bar: Sequence[Segment]
    buckets: Sequence[tuple[str, Markup]]


class DebtorsSection(NamedTuple):
    """Who owes most in one currency. `grid` has headings and total; `legend` a segment a bucket."""

    grid: HtmlGrid
    lines: Sequence[DebtorLine]
    legend: Sequence[tuple[str, Segment]]
    rest: Markup | None


class SaftSection(NamedTuple):
    """Differences from the SAF-T file: the first ones, what to do about each kind, what has no row."""

    grid: HtmlGrid
    remedies: Sequence[tuple[str, str]]
    rest: str | None


class MonthSection(NamedTuple):
    """The account's month. `why` is why it is not whole; `sayings` its sums and what is not in euro.

    `saft` is None where nothing differs from the SAF-T file, or nothing was compared.
    """

    vat: ReturnGrid
    sayings: Sequence[Markup]
    caption: Sequence[str]
    coverage: Sequence[str]
    why: Sequence[str]
    supports: Sequence[SupportEntry]
    saft: SaftSection | None
    debtors: Sequence[DebtorsSection]
    years: Sequence[HtmlGrid]
    closed: HtmlGrid | None
    closed_notes: Sequence[str]


class ResultLine(NamedTuple):
    """A line of RESULT.html, in its own `language` (BCP 47): how a run ended, what its exit code means."""

    run: RunLine
    meaning: str
    message: str
    language: str
    finished_at: str


@dataclass(frozen=True)
class PageContext:
    """What every template is given. `logo` is a data: address, `footer` the issuer's own text."""

    labels: Labels
    palette: Palette
    logo: str | None
    footer: str | None


@dataclass(frozen=True)
class ClientPage(PageContext):
    """What the templates of a client are given."""

    report: ClientReport
    subject: Subject
    period: str
    totals: Sequence[Totals]


@dataclass(frozen=True)
class StatementPage(ClientPage):
    """What statement.html.j2 is given. `facts` are the head's, by label.

    `receipts` are those in currencies without a section, `receipts_note` stands with any receipts.
    """

    facts: Mapping[str, str]
    sections: Sequence[PageSection]
    receipts: Sequence[HtmlGrid]
    receipts_note: str
    no_invoice: str


@dataclass(frozen=True)
class MailPage(ClientPage):
    """What mail.html.j2 is given. `intro` are the paragraphs above the figures."""

    intro: Sequence[str]
    sections: Sequence[MailSection]
    no_invoice: str


@dataclass(frozen=True)
class MailText(ClientPage):
    """What mail.txt.j2 is given: all of it plain text. `listings` are subtotals, VAT and ageing."""

    intro: Sequence[str]
    listings: Sequence[Listing]


@dataclass(frozen=True)
class OverviewPage(PageContext):
    """What overview.html.j2 is given. `files` name a file by its ending; `script_hash` is for the policy.

    `month` is None where no client has figures, `changes` where none was held against an earlier reading.
    """

    account: AccountSummary
    period: str
    totals: Sequence[CurrencyTotals]
    has_withholding: bool
    notes: Sequence[str]
    month: MonthSection | None
    changes: ChangesSection | None
    files: Mapping[str, str]
    script: Markup
    script_hash: str


@dataclass(frozen=True)
class ResultPage(PageContext):
    """What result.html.j2 is given."""

    lines: Sequence[ResultLine]


TEMPLATES: Mapping[str, type[PageContext]] = {
    "statement.html.j2": StatementPage,
    "mail.html.j2": MailPage,
    "mail.txt.j2": MailText,
    "overview.html.j2": OverviewPage,
    "result.html.j2": ResultPage,
}
FUNCTIONS = ("_", "money", "href")
"""Given to every template too: a label's translation, an amount as text, a path as an address."""
