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
from reports.render.html.drawings import Length, Plot
from reports.render.html.tables import HtmlGrid, Listing


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

    `changes` is None where no client was held against an earlier reading.
    """

    account: AccountSummary
    period: str
    totals: Sequence[CurrencyTotals]
    has_withholding: bool
    notes: Sequence[str]
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
