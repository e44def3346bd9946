"""Facts of law and of the vendor, copied by hand: rates by region and day, countries, names of currencies.

Rates are percent as text. The last day of a span is in it; None is no end. The product has tables of its own.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

PORTUGAL = "PT"
UNKNOWN = "?"
"""A country that nobody knows, and that is not Portugal."""

PORTUGUESE_REGIONS = ("PT", "PT-AC", "PT-MA")

RATES = (
    ("PT", "6", date(2010, 7, 1), None),
    ("PT", "13", date(2010, 7, 1), None),
    ("PT", "21", date(2010, 7, 1), date(2010, 12, 31)),
    ("PT", "23", date(2011, 1, 1), None),
    ("PT-AC", "4", date(2015, 7, 1), None),
    ("PT-AC", "9", date(2015, 7, 1), None),
    ("PT-AC", "18", date(2015, 7, 1), date(2021, 6, 30)),
    ("PT-AC", "16", date(2021, 7, 1), None),
    ("PT-MA", "5", date(2012, 4, 1), date(2024, 9, 30)),
    ("PT-MA", "4", date(2024, 10, 1), None),
    ("PT-MA", "12", date(2012, 4, 1), None),
    ("PT-MA", "22", date(2012, 4, 1), None),
)
FIRST_DAYS = {"PT": date(2010, 7, 1), "PT-AC": date(2015, 7, 1), "PT-MA": date(2012, 4, 1)}

EU_SINCE = {
    **dict.fromkeys("BE DE DK ES FR GB GR IE IT LU NL PT".split(), date(1993, 1, 1)),
    **dict.fromkeys("AT FI SE".split(), date(1995, 1, 1)),
    **dict.fromkeys("CY CZ EE HU LT LV MT PL SI SK".split(), date(2004, 5, 1)),
    **dict.fromkeys("BG RO".split(), date(2007, 1, 1)),
    "HR": date(2013, 7, 1),
}
EU_UNTIL = {"GB": date(2020, 12, 31)}

COUNTRY_CODES = frozenset(
    """
AD AE AF AG AI AL AM AN AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BR BS BT BV BW
BY BZ CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI
FJ FK FM FO FR GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN
IO IQ IR IS IT JE JM JO JP KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME
MF MG MH MK ML MM MN MO MP MQ MR MS MT MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF
PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR ST SV SY
SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA
ZM ZW
""".split()
)
_COUNTRY_NAMES = """
PT Portugal; IE Ireland; GB UK; CA Canada; US United States; AO Angola; AT Austria; BE Belgium; BR Brazil;
BG Bulgaria; CV Cape Verde; HR Croatia; CY Cyprus; CZ Czech Republic; DK Denmark; EE Estonia; FI Finland;
FR France; DE Germany; GB Great Britain; GR Greece; HU Hungary; IT Italy; LV Latvia; LT Lithuania; LU
Luxembourg; MT Malta; MZ Mozambique; NL Netherlands; NO Norway; PL Poland; RO Romania; SK Slovakia; SI
Slovenia; ES Spain; SE Sweden; CH Switzerland; GB United Kingdom; ES Espanha; DE Alemanha; FR França; IT
Itália; IE Irlanda; GB Reino Unido; NL Países Baixos; NL Holanda; BE Bélgica; CH Suíça; LU Luxemburgo; AT
Áustria; PL Polónia; SE Suécia; DK Dinamarca; FI Finlândia; GR Grécia; BR Brasil; CV Cabo Verde; MZ
Moçambique; US Estados Unidos; CZ República Checa; RO Roménia; HU Hungria
"""
_CURRENCY_NAMES = """
EUR Euro; GBP Pound sterling; CAD Canadian dollar; USD U.S. dollar; AFN Afghan afghani; ALL Albanian lek;
DZD Algerian dinar; AOA Angolan kwanza; ARS Argentine peso; AMD Armenian dram; AWG Aruban florin; AUD
Australian dollar; AZN Azerbaijani manat; BSD Bahamian dollar; BHD Bahraini dinar; BDT Bangladeshi taka;
BBD Barbadian dollar; BYR Belarusian ruble; BZD Belize dollar; BMD Bermudian dollar; BTN Bhutanese
ngultrum; BOB Bolivian boliviano; BAM Bosnia & Herzegovina mark; BWP Botswana pula; BRL Brazilian real;
BND Brunei dollar; BGN Bulgarian lev; BIF Burundian franc; KHR Cambodian riel; CVE Cape Verdean escudo;
KYD Cayman Islands dollar; XAF Central African CFA franc; XPF CFP franc; CLP Chilean peso; CNY Chinese
yuan; COP Colombian peso; KMF Comorian franc; CDF Congolese franc; CRC Costa Rican colón; HRK Croatian
kuna; CUC Cuban convertible peso; CUP Cuban peso; CZK Czech koruna; DKK Danish krone; DJF Djiboutian
franc; DOP Dominican peso; XCD East Caribbean dollar; EGP Egyptian pound; ERN Eritrean nakfa; EEK Estonian
kroon; ETB Ethiopian birr; FKP Falkland Islands pound; FJD Fijian dollar; GMD Gambian dalasi; GEL Georgian
lari; GHS Ghanaian cedi; GIP Gibraltar pound; GTQ Guatemalan quetzal; GNF Guinean franc; GYD Guyanese
dollar; HTG Haitian gourde; HNL Honduran lempira; HKD Hong Kong dollar; HUF Hungarian forint; ISK
Icelandic króna; INR Indian rupee; IDR Indonesian rupiah; IRR Iranian rial; IQD Iraqi dinar; ILS Israeli
new sheqel; JMD Jamaican dollar; JPY Japanese yen; JOD Jordanian dinar; KZT Kazakhstani tenge; KES Kenyan
shilling; KWD Kuwaiti dinar; KGS Kyrgyzstani som; LAK Lao kip; LVL Latvian lats; LBP Lebanese pound; LSL
Lesotho loti; LRD Liberian dollar; LYD Libyan dinar; LTL Lithuanian litas; MOP Macanese pataca; MKD
Macedonian denar; MGA Malagasy ariary; MWK Malawian kwacha; MYR Malaysian ringgit; MVR Maldivian rufiyaa;
MRO Mauritanian ouguiya; MUR Mauritian rupee; MXN Mexican peso; MDL Moldovan leu; MNT Mongolian tögrög;
MAD Moroccan dirham; MZN Mozambican metical; MMK Myanma kyat; NAD Namibian dollar; NPR Nepalese rupee; ANG
Netherlands Antillean guilder; TWD New Taiwan dollar; NZD New Zealand dollar; NIO Nicaraguan córdoba; NGN
Nigerian naira; KPW North Korean won; NOK Norwegian krone; OMR Omani rial; PKR Pakistani rupee; PGK Papua
New Guinean kina; PYG Paraguayan guaraní; PEN Peruvian nuevo sol; PHP Philippine peso; PLN Polish złoty;
QAR Qatari riyal; RON Romanian leu; RUB Russian ruble; RWF Rwandan franc; SHP Saint Helena pound; WST
Samoan tālā; STN São Tomé and Príncipe dobra; SAR Saudi riyal; RSD Serbian dinar; SCR Seychellois rupee;
SLL Sierra Leonean leone; SGD Singapore dollar; SBD Solomon Islands dollar; SOS Somali shilling; ZAR South
African rand; KRW South Korean won; LKR Sri Lankan rupee; SDG Sudanese pound; SRD Surinamese dollar; SZL
Swazi lilangeni; SEK Swedish krona; CHF Swiss franc; SYP Syrian pound; TJS Tajikistani somoni; TZS
Tanzanian shilling; THB Thai baht; TOP Tongan paʻanga; TTD Trinidad and Tobago dollar; TND Tunisian dinar;
TRY Turkish lira; TMT Turkmenistan manat; UGX Ugandan shilling; UAH Ukrainian hryvnia; AED United Arab
Emirates dirham; UYU Uruguayan peso; UZS Uzbekistani so'm; VUV Vanuatu vatu; VES Venezuelan bolívar; VND
Vietnamese đồng; XOF West African CFA franc; YER Yemeni rial; ZMW Zambian kwacha; ZWL Zimbabwean dollar
"""


def has_rate(region: str, rate: Decimal, day: date) -> bool:
    """Tells whether a Portuguese region had a rate on a day: always 0 %, and any before its first row."""
    return day < FIRST_DAYS[region] or region in list_regions(rate, day)


def list_regions(rate: Decimal, day: date) -> list[str]:
    """Lists the Portuguese regions whose tables have a rate on a day; all for 0 %."""
    return [region for region in PORTUGUESE_REGIONS if not rate or rate in list_rates(day, region)]


def list_rates(day: date, region: str | None = None) -> set[Decimal]:
    """Lists the rates of a day: those of one Portuguese region, or of all three."""
    return {
        Decimal(rate)
        for own, rate, first, last in RATES
        if region in (None, own) and first <= day <= (last or date.max)
    }


def is_in_eu(country: str, day: date) -> bool:
    """Tells whether a country was in the European Union on a day, the last day of its membership included."""
    return EU_SINCE.get(country, date.max) <= day <= EU_UNTIL.get(country, date.max)


def find_country(text: str | None) -> str | None:
    """Finds the ISO code of a country by its name or its code, None for a name that is not known."""
    word = (text or "").strip()
    return COUNTRIES.get(word.casefold()) or (word.upper() if word.upper() in COUNTRY_CODES else None)


def find_first_country(*texts: str | None) -> str | None:
    """Finds the first known country; UNKNOWN where one is named and none known, None without any."""
    found = (find_country(text) for text in texts)
    named = any((text or "").strip() for text in texts)
    return next((country for country in found if country), UNKNOWN if named else None)


def _read_names(table: str) -> Iterator[tuple[str, str]]:
    """Names and their codes, from `CODE name; CODE name`."""
    for entry in " ".join(table.split()).split("; "):
        code, _, name = entry.partition(" ")
        yield name, code


COUNTRIES = {name.casefold(): code for name, code in _read_names(_COUNTRY_NAMES)}

VENDOR_CURRENCIES = dict(_read_names(_CURRENCY_NAMES))
"""ISO 4217 by the names that the vendor gives to currencies."""

CURRENCIES = {
    **{name.casefold(): code for name, code in VENDOR_CURRENCIES.items()},
    **{code.casefold(): code for code in VENDOR_CURRENCIES.values()},
    "us dollar": "USD",
    "british pound": "GBP",
}
"""ISO 4217 by names and codes in lower case."""
