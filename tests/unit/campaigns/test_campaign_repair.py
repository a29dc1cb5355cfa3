"""The campaign of misprints: each does what its name says, and a few are mended."""

import numpy as np
import pytest

from made_papers.misprints import KINDS, misprint
from made_papers.paper import paper
from repair import FIRST, judged, page, planted, run


@pytest.mark.parametrize("kind", KINDS)
def test_a_misprint_changes_one_number_of_the_paper(kind):
    true = paper(3)
    tries = (misprint(kind, true, np.random.default_rng(seed)) for seed in range(40))
    made = next(one for one in tries if one is not None)
    changed = {
        (name, part)
        for name, one in true.claims.items()
        for part, text in one.parts.items()
        if made.paper.claims[name].parts[part] != text
    }
    assert changed == set(made.changed) and len(changed) == (2 if kind == "swapped" else 1)


def test_planted_misprints_are_the_same_every_time():
    one, two = (planted(7, "digit") for _ in range(2))
    assert one is not None and two is not None
    assert one.paper.document() == two.paper.document()


@pytest.mark.parametrize("kind", ["digit", "transposed", "sign", "swapped"])
def test_a_small_run_finds_core_and_truth(kind):
    found = judged(1000, kind)
    assert found is not None and found.objected and found.core
    assert found.rank is not None and found.rank <= FIRST


def test_a_run_goes_on_where_it_was_left(tmp_path):
    kept = tmp_path / "kept.jsonl"
    first = run(1, 1000, kept)
    both = run(2, 1000, kept)
    assert both[0] == first[0] and len(both) == 2
    assert "2 misprints" in page(both, 1000)
