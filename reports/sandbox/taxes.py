"""The VAT rates of the generated account, as its documents name them and as `/taxes.json` lists them."""

from decimal import Decimal

from reports.sandbox.documents import Raw, Tax, number

UNKNOWN_REGION = "Desconhecido"

IVA23 = Tax(123, "IVA23", Decimal(23))
"""The account's default tax, which names no region."""
IVA13, IVA6 = (Tax(100 + rate, f"IVA{rate}", Decimal(rate), "PT") for rate in (13, 6))
MADEIRA = [Tax(200 + rate, f"IVA{rate} (Madeira)", Decimal(rate), "PT-MA") for rate in (22, 12, 4)]
AZORES = [Tax(300 + rate, f"IVA{rate} (Açores)", Decimal(rate), "PT-AC") for rate in (16, 9, 4)]
MADEIRA_ENDED = Tax(205, "IVA5 (Madeira)", Decimal(5), "PT-MA")
"""The reduced rate until 2024-09-30."""
EXEMPT = Tax(400, "Isento", Decimal(0), "PT")
EXEMPT_MADEIRA = Tax(401, "Isento (Madeira)", Decimal(0), "PT-MA")
SPAIN, GERMANY, ITALY = (
    Tax(500 + order, f"{country}{rate}", Decimal(rate), country)
    for order, (country, rate) in enumerate((("ES", 21), ("DE", 19), ("IT", 22)))
)
FRANCE = Tax(503, "FR5.5", Decimal("5.5"), UNKNOWN_REGION)
"""Its region is left to the country of the client, which is France."""
DELETED = Tax(99, "IVA 23%", Decimal(23))
"""On documents still, and no longer among the taxes of the account."""
TAXES = (
    IVA23,
    IVA13,
    IVA6,
    *MADEIRA,
    MADEIRA_ENDED,
    *AZORES,
    EXEMPT,
    EXEMPT_MADEIRA,
    SPAIN,
    GERMANY,
    ITALY,
    FRANCE,
)
LEVELS = dict.fromkeys((23, 22, 16), "NOR") | dict.fromkeys((13, 12, 9), "INT")
LEVELS |= dict.fromkeys((6, 5, 4), "RED") | {0: "ISE"}
"""Codes of Portuguese rates by percent; a tax of another country is OUT."""


def list_taxes() -> list[Raw]:
    """Makes the rows of `/taxes.json`."""
    return [_make_row(tax) for tax in TAXES]


def _make_row(tax: Tax) -> Raw:
    is_portuguese = tax.region is None or tax.region.startswith("PT")
    return {
        "id": tax.id,
        "name": tax.name,
        "value": number(tax.value),
        "region": tax.region,
        "code": LEVELS[int(tax.value)] if is_portuguese else "OUT",
        "default_tax": int(tax is IVA23),
    }
