"""The page of `make bench-render`: seconds and bytes against their limits."""

from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest
from doc_blocks import ROOT

SOURCE = spec_from_file_location("render_page", ROOT / "benchmarks" / "render.py")
bench = module_from_spec(SOURCE)
SOURCE.loader.exec_module(bench)
COST = {"figures": 1.0, "documents": 0.5, "traces": 0.5, "own": 4.0, "pandoc": 1.0, "wall": 9.0}


@pytest.fixture
def folder(tmp_path) -> Path:
    pages = {"index.html": 10, "one/report.html": 2_000_000, "one/trace/a.html": 300}
    for name, size in {**pages, "one/rows/b.html": 40, "one/report.docx": 5}.items():
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b" " * size)
    return tmp_path


def test_bytes_of_pages_stand_against_their_limits(folder):
    rows = bench.sizes(folder / "site")
    assert "| all pages, without downloads | 2,000,350 | 15,000,000 |" in rows
    assert "| the largest, one/report.html | 2,000,000 | 1,500,000: **not kept** |" in rows
    assert "| of these, rows (`rows/`) | 40 |  |" in rows
    assert "| files, with downloads | 5 | 3,500 |" in rows


@pytest.mark.parametrize(("seconds", "kept"), [(11.0, True), (11.5, False)])
def test_pandoc_counts_in_the_largest_report(folder, monkeypatch, seconds, kept):
    monkeypatch.setattr(bench, "interactive", lambda site: 0.1)
    text = bench.page({"one": COST | {"own": seconds}}, {"own": 2.0, "wall": 3.0}, folder)
    both = seconds + 1.0  # of a second of pandoc
    assert f"| one | 1.0 | 0.5 | 0.5 | {seconds} | 1.0 | {both} | 9.0 |" in text
    assert ("takes %.1f CPU seconds with both of these (limit 12)" % (seconds + 1) in text) is kept
    assert "may be used after 0.10 s (limit 0.3 s)" in text
