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


@pytest.mark.parametrize(
    ("content", "kind"), [(workbooks.png(400, 100), "png"), (workbooks.jpeg(400, 100), "jpeg")]
)
def test_kind_and_size_are_told_by_the_first_bytes_whatever_the_name(
    content: bytes, kind: str, tmp_path: Path
) -> None:
    logo = tmp_path / "logo.gif"
    logo.write_bytes(content)
    assert picture.read(logo) == picture.Picture(content, kind, 400, 100)


def test_the_size_is_that_of_the_frame_and_of_no_table_before_it(tmp_path: Path) -> None:
    plain = workbooks.jpeg(60, 120)
    tables = b"\xff\xc4\x00\x08\x08\x00\x07\x00\x07\x00" + b"\xff\xff\xdb\x00\x02"
    logo = tmp_path / "logo.jpg"
    logo.write_bytes(plain[:2] + tables + plain[2:])
    found = picture.read(logo)
    assert found is not None
    assert (found.width, found.height) == (60, 120)


def test_a_picture_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        picture.read(tmp_path / "gone.png")
