"""The page of `make bench-stats`: misses and what was not measured are told plainly."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from doc_blocks import ROOT

SOURCE = spec_from_file_location("statistics_page", ROOT / "benchmarks" / "bench_stats.py")
bench = module_from_spec(SOURCE)
SOURCE.loader.exec_module(bench)
MODULE = ROOT / "benchmarks" / "stats" / "repeated.py"


def given(target, met, **other) -> dict:
    return {
        "what": "F",
        "ours": 2e-6,
        "peer": 0.5,
        "ratio": 4.0,
        "target": target,
        "met": met,
    } | other


def test_misses_stand_at_the_head_and_in_the_table():
    rows = [bench.row(given(3000, False)), bench.row(given("<= 1 ms", True))]
    page = bench.page({MODULE: rows}, {MODULE: "today"})
    assert "1 of 2 targets were met. Missed: F." in page
    assert "| F | 2 µs | 500 ms | 4 | >= 3,000 | **missed** |" in page
    assert "| F | 2 µs | 500 ms | 4 | <= 1 ms | met |" in page


def test_what_was_not_measured_says_why(monkeypatch):
    monkeypatch.setattr(bench.shutil, "which", lambda program: None)
    reason = bench.measured(Path("contingency.py"))
    assert "Not measured: Rscript is not installed." in bench.page(
        {MODULE: reason}, {MODULE: "today"}
    )


@pytest.mark.parametrize("target", [None, "", "none", "none; estimates agree"])
def test_without_a_target_nothing_is_met(target):
    row = bench.row(given(target, True))
    assert row["met"] is None and row["target"] in ("", "estimates agree")


def test_the_keys_of_all_modules_are_read_alike():
    old = {"what": "F", "ours_seconds": 1.0, "peer_seconds": None, "ratio": None, "target": ""}
    assert bench.table([bench.row(old | {"met": True})]).endswith("| F | 1 s | – | – |  |  |")
