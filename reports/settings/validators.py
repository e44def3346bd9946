"""What single values of the configuration may be: each rule returns the value, tidied, or says what to write.

A rule raises ValueError with a sentence that does not repeat the value, which may be a key in the
wrong place. Rules for a type are pydantic's; these are the ones it does not know.
"""

import os
import re
from datetime import date
from ipaddress import IPv4Address, IPv6Address, ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from reports.atomic_files import open_to_read
from reports.data.tables import read_table
from reports.period import FORMS, NAMED, parse
from reports.settings.messages import did_you_mean
from reports.settings.yaml_file import NAME_LIMIT_CHARACTERS, Unclear

Entry = TypeVar("Entry", bound=str | int)

KEYRING = "keyring"
ALL_CLIENTS = "all"

LANGUAGES = tuple(row["language"] for row in read_table("languages"))
if TYPE_CHECKING:
    Language = str
else:
    # Known when it runs: pydantic names them in its schema, and in what it says of another word.
    Language = Literal[LANGUAGES]
Region = Literal["PT", "PT-AC", "PT-MA"]
Status = Literal["draft", "final", "sent", "second_copy", "settled", "canceled", "deleted"]
DocumentType = Literal[
    "Invoice",
    "InvoiceReceipt",
    "SimplifiedInvoice",
    "VatMossInvoice",
    "CashInvoice",
    "DebitNote",
    "CreditNote",
    "VatMossCreditNote",
    "Receipt",
    "VatMossReceipt",
    "Quote",
    "Proforma",
    "FeesNote",
    "Shipping",
    "Transport",
    "Devolution",
    "PurchaseOrder",
]
Shelf = Literal["archived", "non_archived"]
Attachment = Literal["xlsx", "html", "pdf"]
DataFormat = Literal["csv", "sqlite"]
MailChoice = Literal["all", "with-documents", "open", "overdue"]

_ACCOUNT_ADDRESS = re.compile(r"(?:https?://)?([A-Za-z0-9-]+)(\.app)?\.invoicexpress\.com([/:?#].*)?")
_LIKE_A_KEY = re.compile(r"[0-9a-f]{32,}")
_VARIABLE = re.compile(r"\$\{(?![0-9A-Fa-f]{32,}\})[A-Za-z_][A-Za-z0-9_]*\}")
"""A name of many hexadecimal digits is a key between the braces."""

_LABEL = r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?"
_HOST = re.compile(rf"{_LABEL}(\.{_LABEL})*")
_UNPRINTABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")
_UNEXPANDED = re.compile(r"^~|^\$\w|\$\{|%\w+%")
_MAILBOX = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_DOMAIN = re.compile(rf"({_LABEL}\.)+{_LABEL}")
_MAILBOX_LIMIT_CHARACTERS = 64
_ADDRESS_LIMIT_CHARACTERS = 254
"""RFC 5321, 4.5.3.1: a mailbox, and what fits into a path."""

LOGO_LIMIT_BYTES = 500_000
"""It travels in every statement and workbook."""


def name_languages() -> str:
    """The languages there are, for a sentence."""
    *first, last = LANGUAGES
    return f"{', '.join(first)} or {last}"


def text(value: str) -> str:
    """Text that shows something, without blanks around it; line breaks may stand in it."""
    if not value.strip():
        raise ValueError("write text, or take the line out")
    if _UNPRINTABLE.search(value):
        raise ValueError("a character in it cannot be shown: take it out")
    return value.strip()


def distinct(values: tuple[Entry, ...]) -> tuple[Entry, ...]:
    """No word, and no number, twice."""
    if len(set(values)) < len(values):
        kind = "word" if isinstance(values[0], str) else "number"
        raise ValueError(f"the same {kind} stands twice: take one out")
    return values


def validate_rising(days: tuple[int, ...]) -> tuple[int, ...]:
    """Numbers of days from 1 on, each more than the one before."""
    if any(later <= earlier for earlier, later in zip((0, *days), days, strict=False)):
        raise ValueError("write numbers of days, each more than the one before, e.g. [30, 60, 90]")
    return days


def account_name(value: str) -> str:
    """The first label of the account's host name."""
    if address := _ACCOUNT_ADDRESS.fullmatch(value.strip()):
        raise ValueError(f"write the name alone: {address[1].lower()}")
    if _LIKE_A_KEY.fullmatch(value):
        raise ValueError("this looks like an API key: write the first part of the account's address")
    if not re.fullmatch(_LABEL, value):
        raise ValueError("write the first part of the account's address: small letters, digits and hyphens")
    return value


def key_reference(value: object, account: str) -> str:
    """Where the key lives: KEYRING, or an environment variable as `${NAME}`. The key itself is refused."""
    if isinstance(value, str) and (value == KEYRING or _VARIABLE.fullmatch(value)):
        return value
    # Key and name may have changed places: neither a long name nor one that holds the value is repeated.
    is_safe = 0 < len(account) <= NAME_LIMIT_CHARACTERS and str(value) not in account
    raise ValueError(
        "write keyring, or a variable like ${INVOICEXPRESS_API_KEY}; a key does not belong in a file. "
        f"This stores it: invoice-reports key set {account if is_safe else 'ACCOUNT'}"
    )


def password_reference(value: object) -> str:
    """Where a password lives: KEYRING, or an environment variable as `${NAME}`. The password is refused."""
    if isinstance(value, str) and (value == KEYRING or _VARIABLE.fullmatch(value)):
        return value
    raise ValueError(
        "write keyring, or a variable like ${SMTP_PASSWORD}; a password does not belong in a file. "
        "This stores it: invoice-reports key set ACCOUNT --smtp"
    )


def address(value: str) -> str:
    """One mail address as it travels: in ASCII, the domain in small letters (RFC 5321; IDNA).

    No name, no second address, nothing that could end a line: what stands here goes into a header.
    """
    if any(mark in value for mark in '<>"'):
        raise ValueError("write the address alone, without a name: ana@example.com")
    if any(mark in value for mark in ",;"):
        raise ValueError("write one address; where several may stand, each is an entry of the list")
    mailbox, _, name = value.rpartition("@")
    domain = _ascii_domain(name)
    if not _MAILBOX.fullmatch(mailbox) or not _DOMAIN.fullmatch(domain) or domain[-1].isdigit():
        raise ValueError("write a mail address, e.g. ana@example.com")
    if len(mailbox) > _MAILBOX_LIMIT_CHARACTERS or len(mailbox) + 1 + len(domain) > _ADDRESS_LIMIT_CHARACTERS:
        raise ValueError("no mail address is as long as this: write another")
    return f"{mailbox}@{domain}"


def parse_known_addresses(value: str | None) -> tuple[str, ...]:
    """The addresses that somebody else wrote into one field, with `;` or `,` between them.

    None of them when any is not one that `address` takes.
    """
    parts = [part.strip() for part in re.split("[,;]", value or "")]
    try:
        return tuple(dict.fromkeys(address(part) for part in parts if part))
    except ValueError:
        return ()


def recipients(value: object) -> object:
    """What stands below `email` of a client; None for false, which is nobody."""
    if value is None:
        return {}
    if value is False:
        return None
    is_like_false = isinstance(value, str) and did_you_mean(value, ["false"])
    if value is True or isinstance(value, Unclear) or is_like_false:
        near = '; did you mean "false"?' if value != "false" and is_like_false else ""
        raise ValueError(f"write false, without quotes, for nobody, or its options below it{near}")
    return value


def server(value: str) -> str:
    """The host name of a mail server, or its IP address, in small letters."""
    name = value.lower()
    if not _is_host(name):
        raise ValueError("write the name of the server alone, e.g. smtp.example.com")
    return name


def origin(value: str) -> str:
    """Scheme, host and port of an address that has nothing else: https, or http on this computer."""
    try:
        address = urlsplit(value)
        host, port = address.hostname or "", address.port
    except ValueError:
        host = ""
    # The parser passes over blanks and line breaks; an address has none.
    if not re.fullmatch("[!-~]+", value) or not _is_host(host) or address.scheme not in ("https", "http"):
        raise ValueError("write an address like https://my-company.app.invoicexpress.com, or null")
    if "@" in address.netloc:
        raise ValueError("no user or password may stand in an address: take it out")
    is_loopback = host == "localhost" or bool((ip := _parse_ip(host)) and ip.is_loopback)
    if address.scheme == "http" and not is_loopback:
        raise ValueError("write https: plain http would show the key on its way")
    if address.path not in ("", "/") or "?" in value or "#" in value:
        raise ValueError("write only scheme and host, e.g. https://my-company.app.invoicexpress.com")
    authority = f"[{host}]" if ":" in host else host
    return f"{address.scheme}://{authority}" + (f":{port}" if port is not None else "")


def page_size(value: object) -> int | Literal["auto"]:
    """A whole number from 1 to 100, or auto."""
    if value == "auto":
        return "auto"
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= 100:
        return value
    raise ValueError("write auto, or a whole number from 1 to 100")


def day(value: object) -> object:
    """The date of `2026-10-31`, in quotes or without."""
    if isinstance(value, date):
        return value
    typed = value.text if isinstance(value, Unclear) else str(value)
    try:
        return date.fromisoformat(typed if re.fullmatch("[0-9]{4}-[0-9]{2}-[0-9]{2}", typed) else "")
    except ValueError:
        raise ValueError("write a day of the calendar, e.g. 2026-10-31") from None


def period(value: object) -> str:
    """The name of a period, as period.parse takes it; the number 2026 is a year."""
    typed = value.text if isinstance(value, Unclear) else str(value)
    is_word = isinstance(value, (str, int, Unclear)) and len(typed) <= NAME_LIMIT_CHARACTERS
    try:
        parse(typed, date.max)
    except ValueError as error:
        reason = error if is_word else f"write {FORMS}"
        raise ValueError(f"{reason}{did_you_mean(typed, NAMED)}") from None
    return typed


def zone(value: object) -> ZoneInfo:
    """The time zone of that name in the IANA list."""
    if isinstance(value, ZoneInfo):
        return value
    try:
        return ZoneInfo(value if isinstance(value, str) else "")
    except (OSError, KeyError, ValueError):
        names = sorted(available_timezones())
    cities = {name.rpartition("/")[2]: name for name in names}
    near = did_you_mean(value, cities | {name: name for name in names})
    raise ValueError(f"write the name of a time zone, e.g. Europe/Lisbon{near}")


def folder(value: str, base: Path) -> Path:
    """The absolute path of a folder that is given in full or relative to `base`."""
    if _UNPRINTABLE.search(value) or re.search(r"[\t\r\n]", value):
        raise ValueError("in double quotes \\ begins an escape: use single quotes, or / in a path")
    if _UNEXPANDED.search(value):
        raise ValueError("~ and variables are not filled in: write a full path, or one relative to this file")
    if not value.strip():
        raise ValueError("write a folder, e.g. output")
    if (path := Path(value)).drive and not path.root:
        # Windows would begin in whatever folder is current on that drive.
        raise ValueError(r"a \ is missing behind the drive: write a full path, like C:\reports")
    try:
        return (base / path).resolve()
    except (OSError, RuntimeError):
        raise ValueError("links lead this folder in a circle: write another") from None


def image(value: str, base: Path) -> Path:
    """The absolute path of a PNG or JPEG file that is there and not too large to be mailed."""
    path = folder(value, base)
    try:
        size = path.stat().st_size
        with open_to_read(path) as file:
            start = file.read(8)
    except OSError:
        raise ValueError("there is no such file that can be read: write its path, e.g. logo.png") from None
    if not start.startswith((b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff")):
        raise ValueError("write the path of a PNG or JPEG file")
    if size > LOGO_LIMIT_BYTES:
        raise ValueError(
            f"the file has more than {LOGO_LIMIT_BYTES // 1000} kB and travels in every mail: make it smaller"
        )
    return path


def validate_existing_folder(value: str, base: Path) -> Path:
    """The absolute path of a folder that is there."""
    path = folder(value, base)
    # Path.is_dir raises for too long a name, or a place that this user may not look into.
    if not os.path.isdir(path):  # noqa: PTH112
        raise ValueError("there is no such folder: make it, or write null")
    return path


def colour(value: str) -> str:
    """A colour as `#1f4e78`, in small letters."""
    if not re.fullmatch("#[0-9A-Fa-f]{6}", value):
        raise ValueError('write a colour in quotes, e.g. "#1f4e78"')
    return value.lower()


def clients(value: object) -> object:
    """A list that is not empty; None for `all`."""
    if value == ALL_CLIENTS:
        return None
    if not isinstance(value, tuple) or not value:
        raise ValueError("list them, each with its id, or write all")
    return value


def _ascii_domain(name: str) -> str:
    """The name of a domain in the letters it travels in; empty when that would be another domain."""
    if name.isascii():
        return name.lower()
    try:
        plain = name.lower().encode("idna")
        is_same = plain.decode("idna") == name.lower()
    except UnicodeError:
        return ""
    return plain.decode("ascii") if is_same else ""


def _is_host(host: str) -> bool:
    return bool(_parse_ip(host) if ":" in host else _HOST.fullmatch(host))


def _parse_ip(host: str) -> IPv4Address | IPv6Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None
