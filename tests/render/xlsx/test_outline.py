"""An outline holds nothing of a client, so clients of one kind share theirs."""

from pathlib import Path

from reports.render.xlsx import package
from tests.support import workbooks
from tests.support.papers import paper


def test_clients_of_one_kind_have_one_skeleton(tmp_path: Path) -> None:
    package.skeleton.cache_clear()
    for number in range(1, 6):
        papers = [paper(place, net=f"{number * 1000}") for place in range(1, 3 + number)]
        workbooks.write_client(tmp_path / "made.xlsx", papers, name="Ana " * number, identity=number)
    assert package.skeleton.cache_info().misses == 1
