"""Where the account's SAF-T file lies: how that is asked for, and what the answers mean."""

from contextlib import closing

import pytest

from reports.errors import ReadingError
from tests.support.asking import api_of, failure_of
from tests.support.scripted_api import KEY, ScriptedApi, reply


def test_the_address_of_a_saft_file_is_asked_for_as_documented() -> None:
    with (
        ScriptedApi(lambda _: reply({"Url": "https://files.example/1"})) as server,
        closing(api_of(server)) as api,
    ):
        assert api.saft_address(year=2026, month=9) == "https://files.example/1"
    (seen,) = server.seen
    assert (seen.method, seen.path, seen.body) == ("GET", "/api/export_saft.json", b"")
    assert seen.query == {"month": "9", "year": "2026", "api_key": KEY}


@pytest.mark.parametrize("said", [{"message": "wait"}, "", "<html>"])
def test_a_saft_file_that_is_not_ready_has_no_address_yet(said: object) -> None:
    with ScriptedApi(lambda _: reply(said, status=202)) as server, closing(api_of(server)) as api:
        assert api.saft_address(year=2026, month=9) == ""
    assert len(server.seen) == 1


def test_202_is_no_answer_to_anything_else() -> None:
    with ScriptedApi(lambda _: reply({"message": "wait"}, status=202)) as server:
        assert "the API answered 202" in str(failure_of(server))


@pytest.mark.parametrize("said", [{}, {"Url": None}, {"Url": 1}, {"Url": ""}, {"url": "https://a"}, [], "x"])
def test_an_answer_without_an_address_is_none(said: object) -> None:
    with (
        ScriptedApi(lambda _: reply(said)) as server,
        closing(api_of(server)) as api,
        pytest.raises(ReadingError, match=r"the SAF-T file of 2026-09: expected JSON with “Url”, got"),
    ):
        api.saft_address(year=2026, month=9)
    assert len(server.seen) == 2


@pytest.mark.parametrize("status", [422, 500])
def test_a_saft_file_that_is_refused_is_told_with_the_services_words(status: int) -> None:
    said = reply({"message": "Sem documentos"}, status=status)
    with (
        ScriptedApi(lambda _: said) as server,
        closing(api_of(server)) as api,
        pytest.raises(ReadingError, match=f"the API answered {status}: “Sem documentos”"),
    ):
        api.saft_address(year=2026, month=9)


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, 'callback({"Url": "https://files.example/1?signature=s3cr3t"})'),
        (200, '{"error": "see https://files.example/1?signature=s3cr3t"}'),
        (201, '{"Url": "https://files.example/1?signature=s3cr3t"}'),
        (422, '{"message": "https://files.example/s3cr3t"}'),
        (500, '"Url": "https:\\/\\/files.example\\/1?signature=s3cr3t"'),
        (500, "<title>HTTPS://files.example/s3cr3t</title>"),
    ],
)
def test_an_address_in_an_answer_is_shown_nowhere(status: int, body: str) -> None:
    with (
        ScriptedApi(lambda _: reply(body, status=status)) as server,
        closing(api_of(server)) as api,
        pytest.raises(ReadingError) as caught,
    ):
        api.saft_address(year=2026, month=9)
    assert "s3cr3t" not in str(caught.value)
    assert "[address]" in str(caught.value)
