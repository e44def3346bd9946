"""Clients of a random account: where they are, by whose word, what they are sold, and the account's taxes.

Nothing of it is anybody's: VAT numbers are made from 12345678 and the check digits that belong to it.
"""

import random
from decimal import Decimal
from typing import NamedTuple

from reports.sandbox.documents import Raw, Tax, client

EARLIEST_ID = 1_310_001


class Nation(NamedTuple):
    """Where a client is: names of its country, and numbers. `is_far`: its country has no VAT numbers."""

    names: tuple[str, ...]
    numbers: tuple[str, ...]
    is_far: bool = False


class Trade(NamedTuple):
    """What a client is sold. `codes` are reasons for 0 %, "" for none; `kinds` are its types."""

    taxes: tuple[Tax | None, ...]
    codes: tuple[str, ...]
    kinds: tuple[str, ...]
    currency: str = "Euro"


class Buyer(NamedTuple):
    """A client: the row of the account's list, what a document repeats of it, and what it is sold."""

    row: Raw
    snapshot: Raw
    nation: Nation
    trade: Trade


NATIONS = (
    *(Nation(("Portugal", "PT", "portugal"), ("PT123456789", "123 456 789", "999999990")),) * 4,
    *(Nation(("Spain", "Espanha", "es"), ("B12345674", "ES B-1234567.4", "ESB12345675", "X1234567L")),) * 2,
    Nation(("France", "França"), ("FR11123456782", "11 123 456 782", "FR12123456782")),
    Nation(("Germany", "Alemanha"), ("DE123456788", "123456788", "123456789")),
    Nation(("Italy", "Itália"), ("IT12345670017", "12345670017")),
    Nation(("Greece", "Grécia", "GR"), ("EL123456783", "GR 123456783", "123456783")),
    Nation(("Ireland", "Irlanda"), ("IE1234567T", "1234567T", "1234567FA")),
    Nation(("Netherlands", "Holanda"), ("NL123456782B01", "123456782B01")),
    Nation(("Poland", "Polónia"), ("PL 123-456-32-18", "1234563218")),
    Nation(("UK", "Reino Unido"), ("XI123456727", "GB123456727", "123456727")),
    Nation(("Angola", "AO"), ("5417000001",), is_far=True),
    Nation(("United States", "Estados Unidos"), ("12-3456789",), is_far=True),
    Nation((), ("FR11123456782", "B12345674")),
    Nation(("Atlantis",), ("DE123456788", "A1")),
)

IVA23 = Tax(1, "IVA23", Decimal(23))
MAINLAND = (IVA23, Tax(2, "IVA13", Decimal(13), "PT"), Tax(3, "IVA6", Decimal(6), " pt "))
EXEMPT = (Tax(4, "Isento", Decimal(0)), Tax(5, "Isento", Decimal(0), "PT"), Tax(6, "IVA0", Decimal(0), "ES"))
AZORES = tuple(Tax(10 + rate, f"IVA{rate}", Decimal(rate), "PT-AC") for rate in (16, 18, 9, 4))
MADEIRA = tuple(Tax(40 + rate, f"IVA{rate}", Decimal(rate), "PT-MA") for rate in (22, 12, 5, 4))
ABROAD = tuple(
    Tax(70 + place, f"{country}{rate}", Decimal(rate), country)
    for place, (country, rate) in enumerate(
        (("ES", "21"), ("FR", "20"), ("FR", "5.5"), ("DE", "19"), ("IT", "22"), ("IE", "23"), ("NL", "9"))
    )
)
FAR = (Tax(80, "GB20", Decimal(20), "GB"), Tax(81, "AO14", Decimal(14), "AO"))
ODD = (
    Tax(90, "IVA21", Decimal(21), "PT"),
    Tax(91, "IVA17", Decimal(17), "PT"),
    Tax(92, "IVA4", Decimal(4)),
    Tax(93, "IVA22", Decimal(22)),
    Tax(94, "IVA9", Decimal(9)),
    Tax(95, "IVA21", Decimal(21), "Desconhecido"),
    Tax(96, "IVA6", Decimal(6), "Atlantis"),
)
DELETED = (Tax(101, "IVA23", Decimal(23)), Tax(102, "IVA21", Decimal(21)))
"""On documents still, and no longer among the taxes of the account."""

KEPT = (*MAINLAND, *EXEMPT, *AZORES, *MADEIRA, *ABROAD, *FAR, *ODD)
TAX_ROWS: list[Raw] = [
    {"id": tax.id, "name": tax.name, "value": tax.value, "region": tax.region} for tax in KEPT
]

SALES = ("Invoice",) * 6 + ("InvoiceReceipt",) * 2 + ("CreditNote",) * 3 + ("DebitNote", "Receipt")
COUNTER = ("SimplifiedInvoice",) * 4 + ("CashInvoice", "Invoice", "CreditNote", "Quote")
SHOP = ("Invoice",) * 4 + ("CreditNote",) * 4 + ("VatMossInvoice", "VatMossCreditNote", "VatMossReceipt")
AT_HOME = ("M07", "M07", "M01", "M30", "M99", "", "M98", "m05 ", "M10", "M12", "M26", "M35", "M25", "M09")
TO_THE_EU = ("M40", "M40", "M16", "M16", "M41", "M08", "M05", "M44")
FOR_EXPORT = ("M05", "M05", "M40", "M99", "")

TRADES = (
    *(Trade((*MAINLAND, *MAINLAND, EXEMPT[1]), AT_HOME, SALES),) * 3,
    Trade((*MAINLAND, *MAINLAND, EXEMPT[0]), AT_HOME, COUNTER),
    Trade((*AZORES, EXEMPT[0]), AT_HOME, SALES),
    Trade((*MADEIRA, IVA23), AT_HOME, SALES),
    *(Trade((*EXEMPT, EXEMPT[0]), TO_THE_EU, SALES),) * 4,
    Trade(EXEMPT, AT_HOME, SALES),
    *(Trade(ABROAD, ("",), SHOP),) * 2,
    Trade((*FAR, EXEMPT[0]), FOR_EXPORT, SALES),
    Trade(EXEMPT[:2], ("M05",), SALES, currency="U.S. dollar"),
    Trade((*ODD, *DELETED, IVA23, None), ("", "", "M07"), SALES),
)


def make_buyer(chance: random.Random, place: int) -> Buyer:
    """Makes a client; country and number stand in its list, on its documents, or on both."""
    nation, trade = chance.choice(NATIONS), chance.choice(TRADES)
    country = chance.choice(nation.names) if nation.names else None
    number = chance.choice((*nation.numbers, *nation.numbers, None))
    name = f"Cliente {place}"
    facts = {"country": country, "fiscal_id": number}
    listed, repeated = chance.choice((facts, facts, {"country": None})), chance.choice((facts, facts, {}))
    row = client(EARLIEST_ID + place, name, **{"country": None} | listed)
    snapshot = {"id": row["id"], "name": name} | {key: text for key, text in repeated.items() if text}
    return Buyer(row, snapshot, nation, trade)
