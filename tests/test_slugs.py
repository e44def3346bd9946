"""Names of folders and files are harmless whatever a client is called."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.slugs import MAX_SLUG, client_folder, client_of, fold, slug
from tests.support.examples import examples


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Ana & Filhos, Lda", "ana-filhos-lda"),
        ("  Pão\nQuente  ", "pao-quente"),
        ("Construções São João, S.A.", "construcoes-sao-joao-s-a"),
        ("O'Neill", "oneill"),
        ("d’Avila", "davila"),
        ("d´Avila", "davila"),
        ("Straße Øst Łódź", "strasse-ost-lodz"),
        ("ﬁnanças №１ 𝐀𝐧𝐚", "financas-no1-ana"),
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\Windows\\con.", "c-windows-con"),
        ("CON", "con"),
        ("...", "client"),
        ("", "client"),
        ("株式会社", "client"),
        ("\u202eevil\u200f", "evil"),
        ("a" * 400, "a" * MAX_SLUG),
        ("a" * 59 + " b", "a" * 59),
    ],
)
def test_a_slug_is_ascii_lower_case_and_short(name: str, expected: str) -> None:
    assert slug(name) == expected


def test_two_clients_of_one_name_have_folders_of_their_own() -> None:
    assert client_folder("Ana, Lda", 11) == "ana-lda-11"
    assert client_folder("ANA LDA.", 12) == "ana-lda-12"


@pytest.mark.parametrize(
    ("folder", "client"),
    [
        ("ana-lda-1310176", 1310176),
        ("client-7", 7),
        ("ana-12-34", 34),
        ("source", None),
        ("1310176", None),
        (".ana-lda-1310176.old", None),
        ("Ana-1310176", None),
        ("ana-lda-1310176 - Cópia", None),
        ("ana-١٢", None),
        ("ana-", None),
    ],
)
def test_a_folder_belongs_to_the_client_of_its_id_or_to_nobody(folder: str, client: int | None) -> None:
    assert client_of(folder) == client


@examples(100)
@given(st.text(max_size=80), st.integers(min_value=1, max_value=10**12))
def test_every_name_gives_a_folder_that_leads_back_to_its_client(name: str, client: int) -> None:
    folder = client_folder(name, client)
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", folder)
    assert client_of(folder) == client


@pytest.mark.parametrize(
    "name", ["Sant’Ana & Filhos, Lda.", "SANT'ANA  FILHOS LDA", "sant´ana & filhos (Lda)"]
)
def test_two_spellings_of_a_name_share_what_is_folded(name: str) -> None:
    assert fold(name) == "santana filhos lda"
