"""The words of a client's mail: subject, and the same figures as HTML and as plain text.

The issuer's own subject and first words come from the configuration, with the figures in their places as they
are shown everywhere else. What leaves with a mail holds nothing internal.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from reports.errors import ClientError
from reports.figures.totals import CurrencyTotals
from reports.render.content.brand import Brand
from reports.render.content.client_report import ClientReport, Subject, period_text
from reports.render.content.labels import Labels
from reports.render.html import pages
from reports.settings import mail_texts
from reports.settings.mail_texts import Total, Values


@dataclass(frozen=True)
class OwnWords:
    """The issuer's own texts, with places to fill in; None for the built-in ones."""

    subject: str | None = None
    text: str | None = None


@dataclass(frozen=True)
class Body:
    """What a mail says. `subject` may hold anything that a client's name can."""

    subject: str
    text: str
    html: str


def make(
    report: ClientReport,
    subject: Subject,
    totals: Sequence[CurrencyTotals],
    *,
    own: OwnWords,
    labels: Labels,
    brand: Brand,
) -> Body:
    """What the mail says that brings the files made of `report`. Raises ClientError."""
    values: Values = {
        "client": subject.name,
        "period": period_text(subject.period, labels),
        "label": subject.period.label,
        "issuer": " ".join((subject.issuer.name or "").split()),
        "totals": [_total(total, labels) for total in totals],
    }
    intro = _fill_text("text", own.text, values).split("\n\n") if own.text else []
    intro = [paragraph.strip() for paragraph in intro if paragraph.strip()]
    headline = _fill_text("subject", own.subject, values) if own.subject else ""
    text, html = pages.mail(report, subject=subject, labels=labels, brand=brand, intro=intro)
    return Body(headline or f"{report.title} {subject.period.label}: {subject.name}", text, html)


def _fill_text(option: str, text: str, values: Values) -> str:
    try:
        return mail_texts.fill(text, values)
    except ValueError as error:
        raise ClientError(f"email.{option} of the configuration: {error}") from error


def _total(total: CurrencyTotals, labels: Labels) -> Total:
    def money(name: str) -> str:
        return labels.money(getattr(total, name), total.currency)

    return {
        "currency": total.currency,
        "documents": labels.number(total.documents),
        "net": money("net"),
        "tax": money("tax"),
        "gross": money("gross"),
        "withholding": money("withholding"),
        "payable": money("payable"),
        "open": money("open"),
        "overdue": money("overdue"),
    }
