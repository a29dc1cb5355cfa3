"""The page of `make bench-history`: limits against CPU seconds, shares against their limits."""

from importlib.util import module_from_spec, spec_from_file_location

from doc_blocks import ROOT

SOURCE = spec_from_file_location("history_page", ROOT / "benchmarks" / "history.py")
bench = module_from_spec(SOURCE)
SOURCE.loader.exec_module(bench)


def page(cpu: float, added: int) -> str:
    rows = [
        bench.Timed(bench.FLOOR, (), [0.2, 0.1, 0.3], [1.0, 1.0, 1.0]),
        bench.Timed("diff of two runs", (), [cpu, cpu, 9.0], [4.0, 5.0, 6.0]),
    ]
    return bench.page("mini", rows, bench.Sizes(1_000_000, 950_000, added, 50_000))


def test_medians_ratios_and_shares():
    text = page(2.0, 9_500)
    assert "| import of pyarrow | 0.20 | 1.0 | 1.00 |  |" in text
    assert "| diff of two runs | 2.00 | 10.0 | 5.00 | 3 s |" in text
    assert "| its first archive | 950,000 | 0.95 of these | 1 |" in text
    assert "| what a run with one changed cell adds | 9,500 | 0.010 of that | 0.1 |" in text
    assert "| functions of the code, once for all trials and runs | 50,000 | | |" in text
    assert "not kept" not in text


def test_a_limit_that_is_not_kept_is_told():
    text = page(3.5, 190_000)
    assert "3 s: **not kept**" in text and "0.200 of that | 0.1: **not kept**" in text
