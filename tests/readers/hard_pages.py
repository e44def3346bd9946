"""Pages that are hard to lay out: nine-digit amounts, many currencies, names of currencies, many rows."""

from collections.abc import Mapping
from datetime import date

from reports.figures.account.account_month import AccountMonth
from reports.figures.account.client_month import FiledClient
from reports.figures.checks.finding import Finding
from reports.render.content.account import READY, AccountSummary, ClientLine
from reports.render.content.labels import Labels
from reports.render.html import pages
from reports.render.html.context import RunLine
from reports.sandbox.documents import Raw
from tests.support import workbooks
from tests.support.filed import build_account_month, build_month
from tests.support.filed_accounts import build_filed_clients
from tests.support.papers import OCTOBER, added, paper

LANGUAGES = ("pt", "en", "es")
NAME = "Moeda de nome comprido"
MANY = 28
ROW_COUNTS = (18, 24, 30)
CURRENCIES = (
    *("Euro", "US Dollar", "British Pound", "Swiss Franc", "Kwanza angolano", "Brazilian Real", NAME),
    *("Japanese Yen", "Canadian Dollar", "Danish Krone", "Swedish Krona", "Norwegian Krone", "Polish Zloty"),
)

FOLDED = (Finding("EXEMPTION-MISSING", 8, "FT 2026/8"), Finding("EXEMPTION-MISSING", 9, "FT 2026/9"))
"""Information, which the overview does not show at once."""


def make_statements(language: str) -> Mapping[str, str]:
    """Name → statement."""
    clients = {
        "nine digits": _large("Euro"),
        "kwanza": _large("Angolan Kwanza"),
        "named": _large(NAME),
        "thirteen": _in_currencies(CURRENCIES),
        "many": _in_currencies([f"Moeda {number}" for number in range(MANY)]),
    }
    return {f"{language} {name}": _statement(papers, language) for name, papers in clients.items()}


def make_long_statements() -> Mapping[str, str]:
    """Name → statement, of which each breaks its pages elsewhere."""
    return {
        f"{count} rows": _statement(
            [paper(number, net=str(100 + number)) for number in range(1, count)]
            + [paper(count, "CreditNote", net="3", rate="6")],
            "pt",
        )
        for count in ROW_COUNTS
    }


def make_mails(language: str) -> Mapping[str, str]:
    """Name → mail."""
    mails = {}
    for name, currency in (("nine digits", "Euro"), ("named", NAME)):
        report, subject, *_ = workbooks.client_report(_large(currency), language=language)
        _, page = pages.mail(report, subject=subject, labels=Labels(language))
        mails[f"{language} mail {name}"] = page
    return mails


def make_overview(language: str) -> str:
    """The overview of sixty clients, one with all currencies, two with findings that are folded in."""
    one, all_currencies = added(*_large("Euro")[:3]).totals, added(*_in_currencies(CURRENCIES)).totals
    clients = tuple(
        ClientLine(
            number,
            f"Cliente de exemplo com nome comprido {number}, Lda",
            "500000022",
            READY,
            read_at=workbooks.READ_AT,
            totals=all_currencies if number == 9 else one,
            files=(("xlsx", "a/a.xlsx"), ("html", "a/a.html")),
            findings=FOLDED if number in (9, 20) else (),
        )
        for number in range(1, 61)
    )
    account = AccountSummary("demo", "Exemplo", OCTOBER, clients, len(clients), {}, _make_month())
    return "".join(pages.overview(account, labels=Labels(language)))


def _make_month() -> AccountMonth:
    """Twenty debtors of nine digits in two currencies, and all there is to file of a small account."""
    large = [
        build_month(
            *_large(("Euro", "Angolan Kwanza")[number % 2]),
            client=FiledClient(number, f"Cliente de exemplo com nome comprido {number}, Lda", "500000022"),
        )
        for number in range(101, 121)
    ]
    return build_account_month(*large, *build_filed_clients())


def make_result(language: str) -> str:
    """RESULT.html of forty accounts."""
    runs = [
        RunLine(f"conta-{number}", "2026-10", "2026-11-02T06:30:00+00:00", 0, "12 of 12 ready.", None)
        for number in range(40)
    ]
    return pages.result(runs, labels=Labels(language))


def _large(currency: str) -> list[Raw]:
    """Sums of nine digits, three rates and none, credit notes."""
    invoices = [
        paper(
            number,
            net=str(21_765_432 + number),
            rate=("23", "13", "6", "0")[number % 4],
            day=date(2026, 10, number),
            due_date=f"{number:02d}/10/2026",
            currency=currency,
        )
        for number in range(1, 29)
    ]
    notes = [
        paper(number, "CreditNote", net="11234567", rate=("23", "6")[number % 2], currency=currency)
        for number in range(29, 35)
    ]
    return [*invoices, *notes]


def _in_currencies(names: "list[str] | tuple[str, ...]") -> list[Raw]:
    return [
        paper(number, net=str(123_456_789 + number), currency=name) for number, name in enumerate(names, 1)
    ]


def _statement(papers: list[Raw], language: str) -> str:
    report, subject, *_ = workbooks.client_report(papers, language=language)
    return "".join(pages.statement(report, subject=subject, labels=Labels(language)))
