"""A template that is broken is found by `run` before anything is asked or written, and by `check`."""

import pytest

from tests.support.office import Office


@pytest.mark.parametrize("words", [["run"], ["check"]])
def test_broken_template_is_a_mistake_of_the_configuration(office: Office, words: list[str]) -> None:
    folder = office.folder / "own"
    folder.mkdir()
    (folder / "statement.html.j2").write_text("<p>\n{{ report.titel }\n", encoding="utf-8")
    office.configure([office.sandbox.account_data.clients[0]["id"]], statement={"templates": "own"})
    said = office.type(*words, office.config)
    assert said.code == 2
    assert "statement.html.j2" in said.out + said.err
    assert "line 2" in said.out + said.err
    if words == ["run"]:
        assert not office.sandbox.requests
        assert not office.output.exists()
