"""The page of `make bench-cohort`: what margins fix is counted, what they leave open is shown."""

from importlib.util import module_from_spec, spec_from_file_location
from types import SimpleNamespace

from doc_blocks import ROOT

SOURCE = spec_from_file_location("cohort_page", ROOT / "benchmarks" / "cohort.py")
bench = module_from_spec(SOURCE)
SOURCE.loader.exec_module(bench)
COST = {
    "patients": 158,
    "rows": 5000,
    "bytes": 500_000,
    "first": 1.0,
    "draw": 0.25,
    "write": 0.5,
    "memory": 180.0,
}


def test_costs_and_spread_stand_in_tables():
    spread = {"made": ([{"result": "made/a/b.c@d-e", "n": 20, "told": (1.5, 0.25, 1.0, 2.0)}], 3)}
    page = bench.page({"made": [COST]}, spread, 20)
    assert "drawn and written in 0.75 s at most (limit 2 s)" in page
    assert "| made | 158 | 5,000 | 0.5 | 0.25 | 0.50 | 1.00 | 180 | 150.0 |" in page
    assert "3 estimates of comparisons are the same for every seed" in page
    assert "| `a/b.c@d-e` | 20 | 1.5 | 0.25 | 1 | 2 |" in page


def test_estimates_that_margins_fix_are_not_in_the_table(monkeypatch):
    drawn = {1: {"t/a": 0.5, "t/b": 1.0}, 2: {"t/a": 0.5, "t/b": 3.0}}
    monkeypatch.setattr(bench, "estimates", lambda name, seed: drawn[seed])
    rows, fixed = bench.spread("t", 2)
    assert fixed == 1
    assert [row["result"] for row in rows] == ["t/b"]
    assert rows[0]["told"][0] == 2.0
    assert rows[0]["told"][2:] == (1.0, 3.0)


def test_a_larger_cohort_has_the_shares_of_the_display_cohort():
    root = SimpleNamespace(arms={"a": 55, "b": 53, "c": 50}, name="patients")
    sizes = bench.sizes_of(SimpleNamespace(cohort=SimpleNamespace(root=root)), 1000)
    assert sum(sizes.values()) == 1000
    assert sizes["b"] == 335
