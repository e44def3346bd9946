"""What the vendor's words mean: types and statuses of documents, names of currencies, reasons for no VAT."""

from collections.abc import Mapping
from typing import NamedTuple


class DocumentType(NamedTuple):
    """What a vendor's type means. `sign` 0: listed, never added."""

    prefix: str
    sign: int
    is_paid_when_issued: bool = False
    scheme: str = "pt"


class Status(NamedTuple):
    """What a vendor's status means."""

    is_counted: bool
    is_settled: bool = False


TYPES: Mapping[str, DocumentType] = {
    "Invoice": DocumentType("FT", 1),
    "InvoiceReceipt": DocumentType("FR", 1, is_paid_when_issued=True),
    "SimplifiedInvoice": DocumentType("FS", 1),
    "VatMossInvoice": DocumentType("", 1, scheme="oss"),
    "CashInvoice": DocumentType("", 1, is_paid_when_issued=True),
    "DebitNote": DocumentType("ND", 1),
    "CreditNote": DocumentType("NC", -1),
    "VatMossCreditNote": DocumentType("", -1, scheme="oss"),
    "Receipt": DocumentType("RC", 0),
    "VatMossReceipt": DocumentType("RC", 0, scheme="oss"),
    "Quote": DocumentType("", 0),
    "Proforma": DocumentType("", 0),
    "FeesNote": DocumentType("", 0),
    "Shipping": DocumentType("", 0),
    "Transport": DocumentType("", 0),
    "Devolution": DocumentType("", 0),
    "PurchaseOrder": DocumentType("", 0),
}
UNKNOWN_TYPE = DocumentType("", 0)

STATUSES: Mapping[str, Status] = {
    "draft": Status(is_counted=False),
    "final": Status(is_counted=True),
    "sent": Status(is_counted=True),
    "second_copy": Status(is_counted=True),
    "settled": Status(is_counted=True, is_settled=True),
    "canceled": Status(is_counted=False),
    "deleted": Status(is_counted=False),
}
UNKNOWN_STATUS = Status(is_counted=False)

CURRENCIES: Mapping[str, str] = {
    name: code
    for code, names in {
        "EUR": ("euro", "euros"),
        "USD": ("us dollar", "united states dollar", "dollar", "dólar americano", "dólar dos estados unidos"),
        "GBP": ("british pound", "pound sterling", "british pound sterling", "uk pound", "libra esterlina"),
        "CHF": ("swiss franc", "franco suíço"),
        "BRL": ("brazilian real", "real", "real brasileiro"),
        "AOA": ("angolan kwanza", "kwanza", "kwanza angolano"),
        "MZN": ("mozambican metical", "metical", "metical moçambicano", "new metical"),
        "CVE": ("cape verdean escudo", "cape verde escudo", "escudo cabo-verdiano"),
        "STN": ("são tomé and príncipe dobra", "dobra"),
        "MOP": ("macanese pataca", "pataca"),
        "CAD": ("canadian dollar", "dólar canadiano"),
        "AUD": ("australian dollar", "dólar australiano"),
        "NZD": ("new zealand dollar",),
        "JPY": ("japanese yen", "yen", "iene japonês"),
        "CNY": ("chinese yuan", "yuan renminbi", "renminbi"),
        "HKD": ("hong kong dollar",),
        "SGD": ("singapore dollar",),
        "INR": ("indian rupee",),
        "ZAR": ("south african rand", "rand"),
        "MAD": ("moroccan dirham",),
        "AED": ("united arab emirates dirham", "uae dirham"),
        "TRY": ("turkish lira",),
        "SEK": ("swedish krona", "coroa sueca"),
        "NOK": ("norwegian krone", "coroa norueguesa"),
        "DKK": ("danish krone", "coroa dinamarquesa"),
        "PLN": ("polish zloty", "zloty"),
        "CZK": ("czech koruna",),
        "HUF": ("hungarian forint",),
        "RON": ("romanian leu",),
        "MXN": ("mexican peso",),
    }.items()
    for name in (code.lower(), *names)
}
"""The vendor gives a currency's name, not its code. Lower-case name → ISO 4217."""

EXEMPTIONS: Mapping[str, str] = {
    "M00": "",
    "M01": "Artigo 16.º, n.º 6 do CIVA",
    "M02": "Artigo 6.º do Decreto-Lei n.º 198/90",
    "M03": "Exigibilidade de caixa",
    "M04": "Artigo 13.º do CIVA",
    "M05": "Artigo 14.º do CIVA",
    "M06": "Artigo 15.º do CIVA",
    "M07": "Artigo 9.º do CIVA",
    "M08": "IVA - autoliquidação",
    "M09": "IVA - não confere direito a dedução",
    "M10": "IVA - regime de isenção",
    "M11": "Regime particular do tabaco",
    "M12": "Regime da margem de lucro - agências de viagens",
    "M13": "Regime da margem de lucro - bens em segunda mão",
    "M14": "Regime da margem de lucro - objetos de arte",
    "M15": "Regime da margem de lucro - objetos de coleção e antiguidades",
    "M16": "Artigo 14.º do RITI",
    "M19": "Outras isenções",
    "M20": "IVA - regime forfetário",
    "M21": "IVA - não confere direito à dedução",
    "M25": "Mercadorias à consignação",
    "M26": "Isenção com direito à dedução no cabaz alimentar",
    "M30": "Autoliquidação, artigo 2.º, n.º 1, alínea i) do CIVA",
    "M31": "Autoliquidação, artigo 2.º, n.º 1, alínea j) do CIVA",
    "M32": "Autoliquidação, artigo 2.º, n.º 1, alínea l) do CIVA",
    "M33": "Autoliquidação, artigo 2.º, n.º 1, alínea m) do CIVA",
    "M34": "Autoliquidação, artigo 2.º, n.º 1, alínea n) do CIVA",
    "M40": "Artigo 6.º, n.º 6, alínea a) do CIVA, a contrário",
    "M41": "Artigo 8.º, n.º 3 do RITI",
    "M42": "Decreto-Lei n.º 21/2007",
    "M43": "Decreto-Lei n.º 362/99",
    "M44": "Artigo 6.º do CIVA",
    "M45": "Artigo 58.º-A do CIVA",
    "M46": "Decreto-Lei n.º 19/2017",
    "M99": "Não sujeito ou não tributado",
}
"""Reasons for 0 % VAT in the tax authority's list, older codes included: code → the law it names."""


def currency_code(name: str | None) -> str:
    """ISO 4217 for the vendor's currency name; an unknown name is kept as it is, none is `?`."""
    return CURRENCIES.get(name.casefold(), name) if name else "?"
