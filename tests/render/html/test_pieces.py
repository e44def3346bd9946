"""A page in pieces: rows go to the places of their marks, and no text passes for a mark."""

from reports.render.html.pieces import Inserts


def test_no_text_passes_for_a_mark_and_a_mark_may_stand_twice() -> None:
    inserts = Inserts()
    mark = inserts.mark(lambda: ["a\x00", "b"])
    forged = f"rows-{'0' * 32}-0;"
    assert "".join(inserts.insert_texts(f"{mark}-{forged}-{mark}")) == f"a\ufffdb-{forged}-a\ufffdb"
