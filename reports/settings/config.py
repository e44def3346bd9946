"""The configuration of one InvoiceXpress account: what each option means and what it may be.

One YAML file an account; `config.example.yaml` shows every option. All values are frozen. Nothing is
read as something else than it looks: text that YAML takes for a number or for true needs quotes, and
only true and false are true and false. A section left empty has its defaults. Relative paths are
relative to the file; `~` and variables in a path are refused, for a scheduled task often runs as
another user. The configuration says where the key lives; the key itself is refused.
"""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, PlainValidator, ValidationInfo, field_validator

from reports.errors import ConfigError
from reports.period import NAMED, Period, make_period, parse
from reports.settings import validators
from reports.settings.mail import Email, Recipients
from reports.settings.messages import did_you_mean
from reports.settings.section import Distinct, Section, Text, read_descriptions

MAKERS = {"xlsx": "excel", "html": "html", "pdf": "pdf"}
"""Kinds of files, and the option of `output` that makes them."""

PageSize = Annotated[int, Field(ge=1, le=100)] | Literal["auto"]
Colour = Annotated[str, AfterValidator(validators.colour)]
Day = Annotated[date, BeforeValidator(validators.day, json_schema_input_type=str)]


def _make_path_rule(rule: Callable[[str, Path], Path], typed: Any) -> BeforeValidator:
    """A path by `rule`, relative to the folder of the file, which is the context of the validation."""

    def resolved(value: object, info: ValidationInfo) -> object:
        is_path = isinstance(value, (str, Path))
        return rule(str(value), info.context or Path()) if is_path else value

    return BeforeValidator(resolved, json_schema_input_type=typed)


class Account(Section):
    """The InvoiceXpress account, and where its key lives."""

    name: Annotated[str, AfterValidator(validators.account_name)] = Field(examples=["my-company"])
    """First part of the account's address: my-company of https://my-company.app.invoicexpress.com"""
    api_key: str = Field(
        default=validators.KEYRING, examples=[validators.KEYRING, "${INVOICEXPRESS_API_KEY}"]
    )
    """keyring (invoice-reports key set), or an environment variable as ${NAME}; never the key"""
    base_url: Annotated[str, AfterValidator(validators.origin)] | None = Field(
        default=None, examples=["https://my-company.app.invoicexpress.com"]
    )
    """Another address of the API, https only; null: the account's own"""
    client_details: bool = False
    """true: tax number and address from the client's own page of the API"""
    region: validators.Region = Field(default="PT", examples=["PT"])
    """Where the business is: PT mainland, PT-AC Azores, PT-MA Madeira; for lines whose tax names no region"""

    saft: bool = False
    """true: a run of whole months ends with a comparison with the account's SAF-T (PT) file"""

    @property
    def origin(self) -> str:
        """Scheme, host and port every request goes to, without a slash at the end."""
        return self.base_url or f"https://{self.name}.app.invoicexpress.com"

    @field_validator("api_key", mode="before")
    @classmethod
    def _names_a_place(cls, value: object, info: ValidationInfo) -> str:
        return validators.key_reference(value, info.data.get("name", ""))


class Filters(Section):
    """What the API is asked for; an empty list asks for everything."""

    status: Distinct[validators.Status] = Field(default=(), examples=[["final", "settled"]])
    """Statuses to read; empty: all"""
    by_type: Distinct[validators.DocumentType] = Field(default=(), examples=[["Invoice", "CreditNote"]])
    """Types of document to read; empty: all"""
    archived: Distinct[validators.Shelf] = Field(
        default=("archived", "non_archived"), examples=[["archived", "non_archived"]]
    )
    """Archived (tidied away: they count all the same), not archived, or both"""

    def as_request(self) -> dict[str, list[str]]:
        """The `filter` of a request: status, by_type, archived, in this order, without the empty ones."""
        return {name: list(values) for name, values in self if values}


class Client(Section):
    """One client of the account; everything but `id` is optional."""

    id: int = Field(ge=1, examples=[1310176])
    """The client's number in InvoiceXpress"""
    name: Text | None = Field(default=None, examples=["Ana & Filhos, Lda"])
    """Name on statement and files; null: as in the documents"""
    fiscal_id: Text | None = Field(default=None, examples=["999999990"])
    """Tax number, in quotes; null: as in the documents"""
    language: validators.Language | None = Field(default=None, examples=["en"])
    """Language of this client's files; null: the account's"""
    email: Annotated[
        Recipients | None,
        BeforeValidator(validators.recipients, json_schema_input_type=Recipients | Literal[False] | None),
    ] = Field(default=Recipients(), examples=[{"to": ["ana@example.com"]}])
    """Who gets this client's mail; false: nobody, on purpose"""
    filters: Filters | None = None
    """Filters of this client; those not given here are the account's"""


class Issuer(Section):
    """Who the statement comes from: shown at its head. null: not shown."""

    name: Text | None = Field(default=None, examples=["My Company, Lda"])
    """Name of the business"""
    fiscal_id: Text | None = Field(default=None, examples=["999999990"])
    """Tax number, in quotes"""
    address: Text | None = Field(default=None, examples=["Rua do Exemplo 1, 1000-001 Lisboa"])
    """Postal address"""
    logo: Annotated[Path | None, _make_path_rule(validators.image, str | None)] = Field(
        default=None, examples=["logo.png"]
    )
    """PNG or JPEG file, in full or relative to this file"""


class Statement(Section):
    """What the statement shows."""

    line_items: bool = False
    """true: line items under each document in the HTML too"""
    ageing: Annotated[tuple[int, ...], AfterValidator(validators.validate_rising)] = Field(
        default=(30, 60, 90), min_length=1, max_length=6, examples=[[30, 60, 90]]
    )
    """One to six limits between the groups of open documents, in days overdue"""
    vendor_balance: bool = False
    """true: the vendor's own balance beside open, a finding when they differ"""
    colours: tuple[Colour, Colour] = Field(default=("#1f4e78", "#5b7f95"), examples=[["#1f4e78", "#5b7f95"]])
    """Two colours: of headings and lines, and of what stands back"""
    footer: Text | None = Field(default=None, examples=["Obrigado."])
    """A text at the end of statement and mail"""
    templates: Annotated[Path | None, _make_path_rule(validators.validate_existing_folder, str | None)] = (
        Field(default=None, examples=["templates"])
    )
    """Folder of templates that replace the built-in ones by name"""


class Output(Section):
    """Where files go, and which are made."""

    folder: Annotated[Path, _make_path_rule(validators.folder, str)] = Field(
        default=Path("output"), validate_default=True, examples=["output"]
    )
    """Folder of all results, in full or relative to this file"""
    excel: bool = True
    """true: a workbook per client"""
    html: bool = True
    """true: an HTML statement per client"""
    pdf: bool = Field(default=False, validate_default=True)
    """true: the statement as PDF too, printed by Edge or Chromium"""
    data: Distinct[validators.DataFormat] = Field(default=(), examples=[["csv", "sqlite"]])
    """All clients' data for other programs, in the folder data: csv, sqlite; empty: none"""

    @property
    def made(self) -> Mapping[str, bool]:
        """Kinds of files, and whether they are made."""
        return {kind: getattr(self, option) for kind, option in MAKERS.items()}

    @field_validator("pdf")
    @classmethod
    def _writes_something(cls, pdf: bool, info: ValidationInfo) -> bool:
        if not (pdf or info.data.get("excel", True) or info.data.get("html", True)):
            raise ValueError("excel, html and pdf are all false: make one true, or nothing is written")
        return pdf


class Requests(Section):
    """How the API is asked. The defaults suit every account."""

    per_page: Annotated[
        int | Literal["auto"], PlainValidator(validators.page_size, json_schema_input_type=PageSize)
    ] = Field(default="auto", examples=["auto"])
    """Documents a page: auto asks for 100 and takes what comes; documented: 10, 20, 30"""
    parallel: int = Field(default=4, ge=1, le=16)
    """Requests at once; more than 6 bring spurious errors"""
    per_minute: int = Field(default=600, ge=1, le=60_000)
    """Requests a minute; the vendor allows 780"""
    verify: Literal["first_page", "all"] = "first_page"
    """Proof that nothing moved meanwhile: page 1, or everything, read again"""
    deadline_minutes: int = Field(default=90, ge=1, le=1440)
    """A run that takes longer gives up"""

    @property
    def page_size(self) -> int | None:
        """What `Api` is told; None for as many as the service gives."""
        return None if self.per_page == "auto" else self.per_page


class Days(Section):
    """A period of any days, both ends included."""

    first: Day = Field(alias="from", examples=["2026-10-01"])
    last: Day = Field(alias="to", examples=["2026-10-31"])

    @field_validator("last")
    @classmethod
    def _is_not_before(cls, last: date, info: ValidationInfo) -> date:
        make_period(info.data.get("first", last), last)
        return last


class Config(Section):
    """All options of one account. `path` is the file they come from."""

    path: Path = Field(exclude=True)
    account: Account
    period: str | Days = Field(
        default="last-month",
        description=f"{', '.join(NAMED)}, 2026-10, 2026-Q3, 2026, or {{from: 2026-10-01, to: 2026-10-31}}",
        examples=["last-month"],
    )
    time_zone: Annotated[ZoneInfo, PlainValidator(validators.zone, json_schema_input_type=str)] = Field(
        default="Europe/Lisbon", validate_default=True
    )
    """Where last-month is a calendar month, e.g. Europe/Lisbon, Atlantic/Azores"""
    language: validators.Language = Field(
        default="pt", description=f"Language of statements and workbooks: {validators.name_languages()}"
    )
    filters: Filters = Filters()
    clients: Annotated[
        tuple[Client, ...] | None,
        BeforeValidator(validators.clients, json_schema_input_type=Literal["all"] | tuple[Client, ...]),
    ] = Field(default=None, validate_default=True, examples=["all"])
    """A list of clients, or: all"""
    issuer: Issuer = Issuer()
    statement: Statement = Statement()
    output: Output = Field(default={}, validate_default=True)
    email: Email | None = None
    """The mail to clients; left out: none"""
    requests: Requests = Requests()

    @field_validator("period", mode="before", json_schema_input_type=str | int | Days)
    @classmethod
    def _is_in_the_calendar(cls, value: object) -> str | Days:
        return Days.model_validate(value) if isinstance(value, (dict, Days)) else validators.period(value)

    def client_filters(self, client: Client) -> Filters:
        """The filters of `client`: its own keys where it gives any, the account's otherwise."""
        own = client.filters
        given = {name: getattr(own, name) for name in own.model_fields_set} if own else {}
        return self.filters.model_copy(update=given)

    def client_language(self, client: Client) -> str:
        """The language of the files of `client`."""
        return client.language or self.language

    @property
    def attachments(self) -> tuple[str, ...]:
        """Kinds of files that go with a mail, of those that are made: xlsx, html, pdf."""
        made = self.output.made
        return tuple(kind for kind in (self.email.attach if self.email else ()) if made[kind])

    def recipients(self, client: int, listed: str | None) -> Recipients:
        """Who gets the mail of `client`; of `all` clients, the address that the account has `listed`."""
        if not self.is_mailed(client):
            return Recipients()
        if self.clients is None:
            return Recipients(to=validators.parse_known_addresses(listed))
        return self._configured_recipients(client) or Recipients()

    def is_mailed(self, client: int) -> bool:
        """Whether `client` may get a mail; False: nobody gets one, on purpose."""
        never = self.email.never if self.email else ()
        return client not in never and self._configured_recipients(client) is not None

    def mail_choice(self, client: int) -> validators.MailChoice:
        """When `client` gets a mail."""
        own = self._configured_recipients(client)
        return (own.only if own else None) or (self.email.only if self.email else "all")

    def _configured_recipients(self, client: int) -> Recipients | None:
        """None: nobody, on purpose."""
        return next((own.email for own in self.clients or () if own.id == client), Recipients())


def resolve_period(config: Config, today: date, override: str | None = None) -> Period:
    """The days to report on the day `today`; `override` is what --period said. Raises ConfigError."""
    chosen = config.period if override is None else override
    if isinstance(chosen, Days):
        return make_period(chosen.first, chosen.last)
    try:
        return parse(chosen, today)
    except ValueError as error:
        raise ConfigError(f"--period: {error}{did_you_mean(chosen, NAMED)}") from None


def json_schema() -> dict[str, Any]:
    """The JSON Schema of the file, for editors."""
    schema = Config.model_json_schema()
    # `path` is no option; `clients` has no default, although the model needs one to say so itself.
    del schema["properties"]["path"], schema["properties"]["clients"]["default"]
    sections: list[type[Section]] = [Config, *Section.__subclasses__()]
    for section in sections:
        own = schema if section is Config else schema["$defs"].get(section.__name__, {"properties": {}})
        for name, text in read_descriptions(section).items():
            if name in own["properties"]:
                described = {"description": text} | own["properties"][name]
                own["properties"][name] = dict(sorted(described.items()))
    schema |= {"title": "invoicexpress-reports", "required": ["account", "clients"]}
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
