"""A picture's kind and size are told by its first bytes; what tells none is left out."""

from pathlib import Path

import pytest

from reports.render.content import picture
from reports.render.content.brand import Brand
from tests.support import workbooks
from tests.support.ooxml import violations
from tests.support.workbooks import list_few_papers


@pytest.fixture
def made(tmp_path: Path) -> Path:
    return tmp_path / "made.xlsx"


@pytest.mark.parametrize(
    "content", [b"\x89PNG\r\n\x1a\nabc", b"\xff\xd8\xff", b"", b"\xff\xd8\xff\xff\xff\xff"]
)
def test_a_picture_that_has_no_size_is_left_out(content: bytes, made: Path, tmp_path: Path) -> None:
    logo = tmp_path / "logo"
    logo.write_bytes(content)
    assert picture.read(logo) is None
    workbooks.write_client(made, list_few_papers(), brand=Brand(logo=logo))
    assert violations(made) == []
