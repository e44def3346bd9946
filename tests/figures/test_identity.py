"""Who a client is: each part by the first that knows it."""

from reports.figures.identity import (
    Identity,
    first_known,
    identity,
    newest_first,
    parse_details_identity,
    read_document_identity,
)
from tests.support.papers import paper, parsed

NIF = "500000011"


def test_each_part_comes_from_the_first_that_knows_it() -> None:
    nothing = identity(fiscal_id=None, address=" \n ", postal_code=None, city=None, country="Portugal")
    assert nothing == Identity(None, None, "Portugal")
    foreign = identity(fiscal_id="X1", address=None, postal_code=None, city="Vigo", country="Spain")
    assert foreign == Identity("X1", "Vigo\nSpain", "Spain")
    assert first_known([Identity(), nothing, foreign]) == Identity("X1", "Vigo\nSpain", "Spain")
    assert first_known([Identity(NIF), foreign]) == Identity(NIF, "Vigo\nSpain", "Spain")
    assert first_known([]) == Identity()


def test_of_documents_the_newest_that_has_a_part_says_it() -> None:
    old = {"id": 7, "fiscal_id": NIF, "address": "Largo Velho 1", "country": "Portugal"}
    new = {"id": 7, "address": "Largo Novo 2\r\n3.º andar", "postal_code": "1000-001", "country": "Portugal"}
    documents = parsed(paper(1, client=old), paper(2, client=new, date="06/10/2026"))
    assert read_document_identity(documents) == Identity(NIF, "Largo Novo 2\n3.º andar\n1000-001", "Portugal")


def test_a_document_without_a_readable_day_is_the_oldest() -> None:
    documents = parsed(paper(9, status="draft", date="soon"), paper(1), paper(2))
    assert [document.id for document in newest_first(documents)] == [2, 1, 9]


def test_of_a_clients_own_page_only_texts_and_whole_numbers_are_taken() -> None:
    text = '{"client": {"fiscal_id": 500000011, "address": ["Rua"], "city": " Vigo\\r\\n", "country": true}}'
    assert parse_details_identity(text) == Identity(NIF, "Vigo", None)
