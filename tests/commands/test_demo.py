"""The demo's own options and ends; what it writes is held in tests/pipeline/test_run."""

import pytest

from tests.support.office import Office


def test_demo_prints_statements_where_that_is_wanted(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("INVOICE_REPORTS_BROWSER", str(office.folder / "nowhere"))
    said = office.type("demo", office.output, "--pdf")
    assert said.code == 0
    assert "pdf: true" in (office.output / "demo.yaml").read_text("utf-8")
    assert "; without a PDF: 19, " in said.out


@pytest.mark.parametrize("name", ["output", "output/demo"])
def test_demo_that_cannot_write_ends_as_a_run_does(office: Office, name: str) -> None:
    place = office.folder / name
    place.parent.mkdir(exist_ok=True)
    place.write_text("mine", "utf-8")
    said = office.type("demo", office.output)
    assert said.code == 8
    assert said.last.endswith("Exit code 8.")
