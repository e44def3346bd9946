"""The options of mail: where it comes from, who gets it, what it says, and the server that takes it.

An address is checked when the configuration is read: what stands here goes into headers and to the server as
it is. The configuration says where the password lives; the password itself is refused.
"""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, field_validator

from reports.settings import mail_texts, validators
from reports.settings.section import Distinct, Section, Text

SMTPS_PORT = 465
"""Where TLS begins with the first byte (RFC 8314)."""

Address = Annotated[str, AfterValidator(validators.address)]
ClientId = Annotated[int, Field(ge=1)]
Wording = Annotated[str, AfterValidator(validators.text), AfterValidator(mail_texts.sound)]


class Recipients(Section):
    """Who gets a client's mail. Without an address in `to` nobody does."""

    to: Distinct[Address] = Field(default=(), examples=[["ana@example.com"]])
    """Addresses; none: no mail"""
    cc: Distinct[Address] = Field(default=(), examples=[["ana@example.com"]])
    """Copies, seen by all"""
    bcc: Distinct[Address] = Field(default=(), examples=[["ana@example.com"]])
    """Copies that nobody sees"""
    only: validators.MailChoice | None = Field(default=None, examples=["open"])
    """When this client gets a mail: all, with-documents, open, overdue; null: as in email.only"""

    @field_validator("cc", "bcc")
    @classmethod
    def _is_a_copy(cls, copies: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if copies and info.data.get("to") == ():
            raise ValueError("a copy of no mail: write an address in to")
        return copies


class Smtp(Section):
    """The server that takes mail. The way to it is always encrypted."""

    host: Annotated[str, AfterValidator(validators.server)] = Field(examples=["smtp.example.com"])
    """Name of the server"""
    port: int = Field(default=587, ge=1, le=65_535)
    """587, or 465 for TLS from the first byte"""
    security: Literal["starttls", "tls"] | None = Field(default=None, examples=["starttls"])
    """starttls or tls; null: tls on port 465, else starttls. Never without"""
    user: Text | None = Field(default=None, examples=["contas"])
    """Name to log in with; null: no login"""
    password: Annotated[str, BeforeValidator(validators.password_reference)] = Field(
        default=validators.KEYRING, examples=[validators.KEYRING, "${SMTP_PASSWORD}"]
    )
    """keyring (invoice-reports key set ACCOUNT --smtp), or an environment variable as ${NAME}"""

    @property
    def is_tls_at_once(self) -> bool:
        """TLS from the first byte; else plain text is turned into TLS before anything is said."""
        return self.security == "tls" or (self.security is None and self.port == SMTPS_PORT)


class Email(Section):
    """The mail that brings a client's files. Without this section there is none."""

    when: Literal["draft", "send"] = "draft"
    """draft: .eml files to look through; send: mailed at the end of a run"""
    sender: Address = Field(alias="from", examples=["contas@example.com"])
    """Address it comes from"""
    subject: Wording | None = Field(default=None, examples=["Resumo de {{ client }}, {{ period }}"])
    """Subject, with places to fill in; null: the built-in one in the client's language"""
    text: Wording | None = Field(default=None, examples=["Bom dia, segue o resumo de {{ period }}."])
    """What stands above the figures, with places to fill in; null: the built-in sentence"""
    attach: Distinct[validators.Attachment] = Field(default=("xlsx", "html"), examples=[["xlsx", "html"]])
    """Files that go with it: xlsx, html, pdf; of the default, those that are made"""
    only: validators.MailChoice = "all"
    """Who gets a mail: all, with-documents (one counted in the period), open (any of any date), overdue"""
    never: Annotated[tuple[ClientId, ...], AfterValidator(validators.distinct)] = Field(
        default=(), examples=[[1310178]]
    )
    """Ids of clients that get no mail, on purpose; with clients: all too"""
    hold_on_warnings: bool = True
    """true: what has warnings is not sent before somebody looked at it"""
    operator: Address | None = Field(default=None, examples=["contas@example.com"])
    """Address that is told when a run ends with anything to look at; needs smtp"""
    smtp: Smtp | None = Field(default=None, validate_default=True)
    """The server that takes the mail; null: drafts only"""

    @field_validator("smtp")
    @classmethod
    def _is_there_when_needed(cls, smtp: Smtp | None, info: ValidationInfo) -> Smtp | None:
        if smtp is None and info.data.get("when") == "send":
            raise ValueError("when: send needs a server: write smtp with its host, or when: draft")
        if smtp is None and info.data.get("operator"):
            raise ValueError("operator needs a server: write smtp with its host, or operator: null")
        return smtp
