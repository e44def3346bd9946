"""The house stays one in which a newcomer finds the room: bounds that later work keeps."""

from pathlib import Path

import pytest

from tests.support import house

MOST_TOP_MODULES = 12
MOST_MODULES_OF_A_FOLDER = 13
MOST_PARTICIPLES = 0.04
MOST_SHARED_CLASS_NAMES = 5
MOST_LINES_OF_A_MODULE = 400
LEAST_TESTED_MODULES = 0.90


def test_the_package_keeps_its_layout_and_its_names() -> None:
    measured = house.measure()
    assert measured.top_modules <= MOST_TOP_MODULES
    assert measured.largest_folder <= MOST_MODULES_OF_A_FOLDER
    assert measured.participles <= MOST_PARTICIPLES
    assert measured.shared_class_names <= MOST_SHARED_CLASS_NAMES
    assert measured.longest_module <= MOST_LINES_OF_A_MODULE


def test_most_modules_have_a_test_file_of_their_name() -> None:
    untested = [f"{path.relative_to(house.ROOT)}" for path in house.find_untested()]
    assert house.measure().tested_modules >= LEAST_TESTED_MODULES, untested


@pytest.mark.parametrize(
    "name", ["_shown", "of_lines", "filled", "without_empty", "finding", "written", "_in_base64", "laid_out"]
)
def test_a_participle_or_a_bare_preposition_is_found(name: str) -> None:
    assert house.is_participle(name)


@pytest.mark.parametrize("name", ["read_pages", "_put", "is_shown", "embed", "set_up", "to_cents", "feed"])
def test_a_verb_is_none(name: str) -> None:
    assert not house.is_participle(name)


def test_classes_of_one_name_and_modules_without_a_test_are_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    package, tests = tmp_path / "package", tmp_path / "tests"
    for folder in (package, tests):
        folder.mkdir()
    (package / "one.py").write_text("class Line: ...\ndef filled(): ...\n", encoding="utf-8")
    (package / "two.py").write_text(
        "class _Line:\n    @property\n    def shown(self): ...\n", encoding="utf-8"
    )
    (tests / "test_one.py").write_text("", encoding="utf-8")
    for name, folder in (("PACKAGE", package), ("TESTS", tests)):
        monkeypatch.setattr(house, name, folder)
    house.list_modules.cache_clear()
    assert list(house.find_shared_classes()) == ["Line"]
    assert house.find_untested() == [package / "two.py"]
    assert [name for _, name in house.list_functions()] == ["filled"]
    house.list_modules.cache_clear()
