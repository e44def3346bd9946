"""The commands of the keyring speak the language of the system. What they store is held in tests/test_cli."""

import os

import pytest

from tests.support.dialogue import hold_dialogue
from tests.support.english import find_english
from tests.support.office import ACCOUNT, Office

pytestmark = pytest.mark.skipif(os.name == "nt", reason="needs a terminal of POSIX")


@pytest.mark.parametrize(
    ("words", "question", "stored"),
    [
        ([], "Chave da API de office (não é mostrada): ", "A chave de office"),
        (["--smtp"], "palavra-passe do correio de office (não é mostrada): ", "A palavra-passe do correio"),
    ],
    ids=["key", "password"],
)
def test_a_secret_is_asked_for_and_deleted_in_the_language_of_the_system(
    office: Office, words: list[str], question: str, stored: str
) -> None:
    place = f"{office.folder / 'keyring'}"
    system = {
        "PYTHON_KEYRING_BACKEND": "keyrings.alt.file.PlaintextKeyring",
        "XDG_DATA_HOME": place,
        "LC_ALL": "pt_PT.UTF-8",
    }
    code, shown = hold_dialogue(office, "key", "set", ACCOUNT, *words, answer="a-key-of-nobody", **system)
    assert code == 0
    assert question in shown
    assert shown.splitlines()[-1].startswith(stored)
    assert find_english(shown) == []
    deleted = office.spawn("key", "delete", ACCOUNT, *words, **system)
    assert deleted.code == 0
    assert "já não está no porta-chaves deste utilizador" in deleted.last
    assert find_english(deleted.out) == []
