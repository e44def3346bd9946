"""Words, numbers and dates of one language: gettext catalogues for words, CLDR through Babel for the rest.

The English text is the key of the catalogue (`locale/<language>/LC_MESSAGES/reports.po`); an English label is
its own translation. Dates are always dd/MM/yyyy: the locales' own short forms have two-digit years.
"""

import datetime as dt
import io
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from gettext import GNUTranslations, NullTranslations
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_currency, format_decimal, get_currency_symbol

from reports.data.tables import read_table
from reports.figures.checks.finding import AMOUNT, RULES, Finding
from reports.figures.totals import CREDIT, CURRENT
from reports.figures.vat.exemptions import find_exemption
from reports.fiscal_id import format_fiscal_id
from reports.money import cents
from reports.render.sentences import Sentences, make_form, read_forms

LOCALES = {row["language"]: row["locale"] for row in read_table("languages")}
CATALOGUES = Path(__file__).parents[2] / "locale"
_SAMPLE = Decimal("1234567.89")
_CODE = re.compile("`([^`]*)`")
_NUMBER_OR_DATE = re.compile(
    r"(?<![\w.,:/-])(?:(-?\d{1,18}\.\d+)|(\d{4})-(\d\d)-(\d\d))(?![\w:/-]|[.,]\d)", re.ASCII
)
"""An amount with a point, or an ISO date, as a word of its own."""


def N_(text: str) -> str:  # noqa: N802
    """Marks `text` for the catalogue; it is translated where it is shown."""
    return text


TYPES = {
    "Invoice": N_("Invoice"),
    "InvoiceReceipt": N_("Invoice-receipt"),
    "SimplifiedInvoice": N_("Simplified invoice"),
    "VatMossInvoice": N_("OSS invoice"),
    "CashInvoice": N_("Cash sale"),
    "DebitNote": N_("Debit note"),
    "CreditNote": N_("Credit note"),
    "VatMossCreditNote": N_("OSS credit note"),
    "Receipt": N_("Receipt"),
    "VatMossReceipt": N_("OSS receipt"),
    "Quote": N_("Quote"),
    "Proforma": N_("Pro forma"),
    "FeesNote": N_("Fees note"),
    "Shipping": N_("Delivery note"),
    "Transport": N_("Transport note"),
    "Devolution": N_("Return note"),
    "PurchaseOrder": N_("Purchase order"),
}
STATUSES = {
    "draft": N_("Draft"),
    "final": N_("Final"),
    "sent": N_("Sent"),
    "second_copy": N_("Second copy"),
    "settled": N_("Paid"),
    "canceled": N_("Cancelled"),
    "deleted": N_("Deleted"),
    "accepted": N_("Accepted"),
    "refused": N_("Refused"),
}
SCHEMES = {"pt": N_("Portugal"), "oss": N_("OSS"), "foreign": N_("Other countries")}
REGIONS = {"PT": N_("Mainland"), "PT-AC": N_("Azores"), "PT-MA": N_("Madeira")}
STATES = {"ready": N_("Ready"), "failed": N_("Failed")}
LEVELS = {"info": N_("Information"), "warning": N_("Warning")}
REASONS = {
    "draft": N_("draft"),
    "canceled": N_("cancelled"),
    "deleted": N_("deleted"),
    "payment": N_("a payment, not a sale"),
    "not-fiscal": N_("not a fiscal document"),
    "unknown-type": N_("unknown type"),
    "unknown-status": N_("unknown status"),
}
DRAFT_NUMBERS = frozenset({"draft", "rascunho"})
"""What InvoiceXpress gives for the number of a draft."""
HIDDEN = {
    "final": N_("open documents"),
    "settled": N_("paid documents"),
    "Invoice": N_("invoices"),
    "InvoiceReceipt": N_("invoice-receipts"),
    "SimplifiedInvoice": N_("simplified invoices"),
    "VatMossInvoice": N_("OSS invoices"),
    "CashInvoice": N_("cash sales"),
    "DebitNote": N_("debit notes"),
    "CreditNote": N_("credit notes"),
    "VatMossCreditNote": N_("OSS credit notes"),
    "archived": N_("archived documents"),
    "non_archived": N_("documents that are not archived"),
}


class Labels:
    """One language. Text goes through `text`; every method returns what is shown to a person."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._locale = LOCALES[language]
        self.html_language = self._locale.replace("_", "-")
        self._separators = _separators(self._locale)
        self._catalogue = catalogue(language)

    def text(self, message: str) -> str:
        """The translation of `message`, an English label."""
        return self._catalogue.gettext(message)

    def word(self, names: Mapping[str, str], key: str) -> str:
        """The word for a code by one of the tables above; an unknown code is shown as it came."""
        return self.text(names[key]) if key in names else key

    def type(self, key: str) -> str:
        return self.word(TYPES, key)

    def status(self, key: str) -> str:
        return self.word(STATUSES, key)

    def scheme(self, key: str) -> str:
        return self.word(SCHEMES, key)

    def region(self, code: str | None) -> str:
        """A region of Portugal by its name, a country as CLDR names it; a code it does not know as it is."""
        if code is None:
            return self.text("Undecided")
        countries = Locale.parse(self._locale).territories
        return self.text(REGIONS[code]) if code in REGIONS else str(countries.get(code, code))

    def fiscal_id(self, number: str | None) -> str:
        """A tax number in its one form; in words where there is none, as for the final consumer."""
        return format_fiscal_id(number) or self.text("no NIF")

    def named_fiscal_id(self, number: str | None) -> str:
        """The same with its name before it."""
        shown = format_fiscal_id(number)
        return f"{self.text('NIF')} {shown}" if shown else self.text("no NIF")

    def document_number(self, number: str) -> str:
        """What is printed on a document; a draft has none, and the vendor's word for it in some language."""
        return self.text(REASONS["draft"]) if number in DRAFT_NUMBERS else number

    def receipt_number(self, kind: str, number: str) -> str:
        """`Recibo 2026/11`: the code RG or RC depends on a scheme of the account that nobody tells."""
        return f"{self.type(kind)} {self.document_number(number)}"

    def failure(self, reason: str | None) -> str:
        """Why a client failed."""
        return self.say(reason) if reason else self.text("No reason is known; look in run.log.")

    def say(self, text: str) -> str:
        """English sentences with their values, in this language; what it does not know stays as it came."""
        return sentences(self.language).say(text)

    def exemption(self, code: str | None, day: dt.date) -> str | None:
        """Mention and norm of an exemption code on `day`; the tax authority words them in Portuguese only."""
        exemption = find_exemption(code, day) if code else None
        if exemption is None:
            return None
        parts = [exemption.mention, *([exemption.norm] if exemption.norm not in exemption.mention else [])]
        return " · ".join(filter(None, parts)) or None

    def bucket(self, name: str) -> str:
        """`current`, `1-30`, … `over-90`, `credit` in words."""
        if name == CURRENT:
            return self.text("Not due")
        if name == CREDIT:
            return self.text("In your favour")
        if name.startswith("over-"):
            return self.text("Over {days} days").format(days=name.removeprefix("over-"))
        first, last = name.split("-")
        return self.text("{first} to {last} days").format(first=first, last=last)

    def finding(self, finding: Finding) -> str:
        """The finding's sentence."""
        shown = replace(
            finding,
            number=finding.number and self.document_number(finding.number),
            expected=self.finding_value(finding, "expected"),
            found=self.finding_value(finding, "found"),
            difference=self.finding_value(finding, "difference"),
        )
        return shown.say(self.text(RULES[finding.code].sentence))

    def remedy(self, finding: Finding) -> str:
        """What to do about the finding; names that the documentation sets as code are quoted."""
        return _CODE.sub(r"“\1”", self.text(RULES[finding.code].remedy))

    def finding_value(self, finding: Finding, name: str) -> str | None:
        """`expected`, `found` or `difference` of a finding as this language writes it."""
        value = finding.read_value(name)
        if isinstance(value, Decimal):
            least = 2 if RULES[finding.code].values == AMOUNT else 0
            places = max(least, -int(value.as_tuple().exponent))
            return f"{value:,.{places}f}".translate(self._separators)
        if isinstance(value, dt.date):
            return self.date(value)
        if isinstance(value, int):
            return self.number(value)
        if isinstance(value, list):
            return ", ".join(self.word(HIDDEN, word) for word in value)
        return value and self.write_values(self.say(value))

    def write_values(self, text: str) -> str:
        """`text` with its amounts and ISO dates as this language writes them; English stays as it is."""
        return text if self.language == "en" else _NUMBER_OR_DATE.sub(self._write_value, text)

    def money(self, amount: Decimal, currency: str) -> str:
        """`1 234,50 €`: two decimals, the currency's symbol ("" for none), a minus when negative."""
        return self.money_in(currency)(amount)

    def money_in(self, currency: str) -> Callable[[Decimal], str]:
        """`money` of one currency, for many amounts."""
        return _money_formatter(self._locale, currency)

    def number(self, amount: Decimal | int) -> str:
        """A quantity or price: grouped, two to four decimals for a Decimal, none for a count."""
        if isinstance(amount, int):
            return f"{amount:,}".translate(self._separators)
        text = f"{amount:,.4f}"
        return (text[:-2] + text[-2:].rstrip("0")).translate(self._separators)

    def percent(self, rate: Decimal) -> str:
        """`rate` in percent: 23 is `23%`, 5.5 `5,5%`."""
        text = f"{rate:,.4f}".rstrip("0").rstrip(".")
        return f"{text.translate(self._separators)}%"

    def date(self, day: dt.date) -> str:
        return f"{day:%d/%m/%Y}"

    def instant(self, instant: dt.datetime) -> str:
        """Day and minute in the zone `instant` carries."""
        return f"{instant:%d/%m/%Y %H:%M}"

    def month(self, first: dt.date) -> str:
        """`out. 2026`."""
        return format_date(first, "MMM yyyy", locale=self._locale)

    def month_name(self, first: dt.date) -> str:
        """`out.`."""
        return format_date(first, "MMM", locale=self._locale)

    def _write_value(self, found: re.Match[str]) -> str:
        amount, year, month, day = found.groups()
        if amount is None:
            return f"{day}/{month}/{year}"
        return f"{Decimal(amount):,}".translate(self._separators)


@lru_cache
def sentences(language: str) -> Sentences:
    """The sentences of a language, those of the findings among them."""
    labels = Labels(language)
    told = (rule.sentence for rule in RULES.values())
    findings = [make_form(text, labels.text(text), is_finding=True) for text in told if language != "en"]
    return Sentences([*read_forms(language), *findings], write=labels.write_values)


@lru_cache
def catalogue(language: str) -> NullTranslations:
    """The gettext catalogue, made from its text form so that no second, compiled form can lag behind.

    A word that is not translated is shown in English.
    """
    source = CATALOGUES / language / "LC_MESSAGES" / "reports.po"
    if not source.exists():
        return NullTranslations()
    compiled = io.BytesIO()
    with source.open("rb") as stream:
        write_mo(compiled, read_po(stream, locale=language))
    compiled.seek(0)
    return GNUTranslations(compiled)


@lru_cache
def _separators(locale: str) -> dict[int, str]:
    """From Python's own separators to the locale's: one answer of Babel's is the pattern."""
    number = format_decimal(_SAMPLE, "#,##0.00", locale=locale)
    return str.maketrans(dict(zip(f"{_SAMPLE:,.2f}", number, strict=True)))


@lru_cache
def _money_formatter(locale: str, currency: str) -> Callable[[Decimal], str]:
    """Formats like Babel's `format_currency`, many times faster: one answer of Babel's is the pattern."""
    number = format_decimal(_SAMPLE, "#,##0.00", locale=locale)
    table = _separators(locale)
    # An unknown currency goes by its name, which may hold anything: ISO's code for tests finds the places.
    symbol = get_currency_symbol(currency, locale=locale)
    (plus, after_plus), (minus, after_minus) = (
        [
            part.replace("XTS", symbol) if symbol else part.replace("XTS", "").strip()
            for part in format_currency(amount, "XTS", locale=locale, currency_digits=False).split(number)
        ]
        for amount in (_SAMPLE, -_SAMPLE)
    )
    # Babel leaves out CLDR's space between a currency's letters and the digits.
    space = "\xa0" if plus[-1:].isalnum() else ""

    def money(amount: Decimal) -> str:
        text = f"{cents(amount):,.2f}".translate(table)
        if text[0] == "-":
            return f"{minus}{space}{text[1:]}{after_minus}"
        return f"{plus}{space}{text}{after_plus}"

    return money
