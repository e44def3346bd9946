"""The text of a configuration: one that is begun with what an account says, or one that gets more clients.

What is there already stays as it is, letter by letter: clients are put in behind the last one, and nothing is
read and written back. Text from outside stands in double quotes, whatever it holds (YAML 1.1, 5.7).
"""

import re
from collections.abc import Sequence
from pathlib import Path

from reports.settings.config import Account, Client, Issuer
from reports.settings.validators import KEYRING, name_languages

COMMENT_COLUMN = 39
EXAMPLE = "config.example.yaml"
DASH_COLUMN = 2

_HEAD = """\
# The configuration of one InvoiceXpress account, begun by: invoice-reports init
# What begins with # is switched off: take the # away where you want it. All options: invoice-reports example.
# Text in quotes is always text; paths are relative to this file.
# `invoice-reports check` with this file finds everything that would make a run fail;
# `invoice-reports init` with this file adds the account's new clients and leaves the rest as it is.
"""
_MONTH = """\
period: last-month                     # or this-month, last-quarter, last-year, 2026-10, 2026-Q3, …
time_zone: Europe/Lisbon               # "last month" is a calendar month there. Or Atlantic/Azores, …
"""
_REST = """\
  # address: |                         # as many lines as needed
  #   Rua do Exemplo 1
  #   1000-001 Lisboa
  # logo: logo.png                     # a PNG or JPEG file of at most 500 kB

output:
  folder: output                       # in full or relative to this file. On Windows with / between folders
  # pdf: true                          # the statement as PDF too, printed by Edge or Chromium

# email:                               # the mail that brings a client's files; without it there is none
#   when: draft                        # draft: an .eml file per client, to look through and send yourself
#   from: contas@example.com           # the address it comes from
#   smtp:                              # the server that takes the mail, needed for when: send
#     host: smtp.example.com
#     user: contas                     # its password is stored by: invoice-reports key set ACCOUNT --smtp
"""


def read_example() -> str:
    """The example configuration: it lies inside the installed package, else beside it in the checkout."""
    package = Path(__file__).parents[1]
    packaged = package / EXAMPLE
    return (packaged if packaged.exists() else package.parent / EXAMPLE).read_text("utf-8")


def write_config(account: Account, *, language: str, issuer: Issuer, clients: Sequence[Client]) -> str:
    """A whole configuration with comments; without `clients` it is about all of the account."""
    stored = f"stored by: invoice-reports key set {account.name}"
    place = stored if account.api_key == KEYRING else "an environment variable"
    address = f"of its address https://{account.name}.app.invoicexpress.com"
    other = f"  base_url: {quote_yaml(account.base_url or '')}"
    lines = [
        _HEAD,
        "account:",
        _add_comment(f"  name: {quote_yaml(account.name)}", address),
        _add_comment(f"  api_key: {account.api_key}", f"{place}. Never the key itself"),
        *([_add_comment(other, "another address of the API")] if account.base_url else ()),
        _add_comment("  # region: PT", "where the business is: PT, or PT-AC (Azores), PT-MA (Madeira)"),
        _add_comment("  # saft: true", "each month is compared with the account's SAF-T (PT) file"),
        "",
        _MONTH + _add_comment(f"language: {language}", f"of workbooks and statements: {name_languages()}"),
        "",
        _add_comment("clients:", "a list, or: all")
        if clients
        else _add_comment("clients: all", "or a list, each beginning with - id:"),
        *(line for client in clients for line in _entry(client, DASH_COLUMN)),
        "",
        _add_comment("issuer:", "who the statement comes from, shown at its head"),
        f"  name: {quote_yaml(issuer.name)}" if issuer.name else '  # name: "My Company, Lda"',
        f"  fiscal_id: {quote_yaml(issuer.fiscal_id)}" if issuer.fiscal_id else '  # fiscal_id: "999999990"',
        _REST,
    ]
    return "\n".join(lines)


def append_clients(text: str, place: tuple[int, int], clients: Sequence[Client]) -> str:
    """`text` with `clients` behind the list at `place`, and behind the comments on its last entry.

    Lines end as they do in `text`, which may begin with a byte order mark.
    """
    newline = "\r\n" if "\r\n" in text else "\n"
    column, end = place
    end += text.startswith("\ufeff")
    if text[end - 1] != "\n":
        end = text.find("\n", end) + 1 or len(text)
    line_end = r"(?:\r?\n|\Z)"
    comment = rf"[ \t]{{{max(column, 1)},}}#[^\n]*{line_end}"
    comments = re.compile(rf"(?:(?:[ \t]*\r?\n)*{comment})*")
    end = next(comments.finditer(text, end)).end()
    before, behind = text[:end], text[end:]
    if not before.endswith("\n"):
        before += newline
    added = [line for client in clients for line in _entry(client, column)]
    return before + "".join(f"{line}{newline}" for line in added) + behind


def quote_yaml(text: str) -> str:
    """`text` as YAML, in double quotes; what is not printable is escaped."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    shown = "".join(mark if mark.isprintable() else f"\\U{ord(mark):08x}" for mark in escaped)
    return f'"{shown}"'


def _entry(client: Client, column: int) -> list[str]:
    lines = [f"id: {client.id}"]
    if client.name:
        lines.append(f"name: {quote_yaml(client.name)}")
    if client.fiscal_id:
        lines.append(f"fiscal_id: {quote_yaml(client.fiscal_id)}")
    if client.language:
        lines.append(f"language: {client.language}")
    if client.email and client.email.to:
        lines.append(f"email: {{to: [{', '.join(map(quote_yaml, client.email.to))}]}}")
    margin = " " * column
    return [f"{margin}{'  ' if number else '- '}{line}" for number, line in enumerate(lines)]


def _add_comment(line: str, comment: str) -> str:
    return f"{line:<{COMMENT_COLUMN - 1}} # {comment}"
