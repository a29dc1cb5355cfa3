"""`make bench` on made timings: what a ratio is, and which ones fail."""

import json
import sys
from importlib.util import module_from_spec, spec_from_file_location

import pytest
from doc_blocks import ROOT

SOURCE = spec_from_file_location("run_page", ROOT / "benchmarks" / "bench.py")
bench = module_from_spec(SOURCE)
# A data class looks its module up.
sys.modules[SOURCE.name] = bench
SOURCE.loader.exec_module(bench)

CPU = {
    ("trial", "floor"): 10.0,
    ("trial", "run"): 15.0,
    ("trial", "nothing to do"): 2.0,
    ("trial", "dry run"): 2.0,
    (bench.ALL, "floor"): 40.0,
    (bench.ALL, "run"): 70.0,
    (bench.ALL, "nothing to do"): 3.0,
    (bench.ALL, "dry run"): 2.5,
    ("", "import"): 0.02,
    bench.PEER: 0.2,
    ("trial", "results"): 0.4,
    ("trial", "check"): 0.3,
}
RUN, CHECK = "trial: a run over its floor", "trial: trialtrace check over the import of pyarrow"


def costs(**times):
    """Made costs, each CPU time once more by the factor of its name."""
    return {
        (name, what): bench.Cost(1.0, cpu * times.get(what, 1.0))
        for (name, what), cpu in CPU.items()
    }


def test_ratios_are_of_cpu_times_of_one_run():
    assert bench.ratios(costs()) == pytest.approx(
        {
            RUN: 1.5,
            "all, with the site: a run over its floor": 1.75,
            "all, with the site: nothing to do over a dry run": 1.2,
            "trial: trialtrace results over the import of pyarrow": 2.0,
            CHECK: 1.5,
        }
    )


def test_equal_ratios_pass_also_on_a_slower_machine():
    committed = bench.ratios(costs())
    slower = {key: bench.Cost(each.wall, 3 * each.cpu) for key, each in costs().items()}
    assert bench.worsened(committed, committed) == []
    assert bench.worsened(bench.ratios(slower), committed) == []


@pytest.mark.parametrize(("factor", "fails"), [(0.5, False), (1.14, False), (1.16, True)])
def test_a_ratio_fails_where_it_is_15_percent_worse(factor, fails):
    worse = bench.worsened(bench.ratios(costs(check=factor)), bench.ratios(costs()))
    told = [f"{CHECK}: 1.74, committed is 1.50 (at most 1.72)"]
    assert worse == (told if fails else [])


def test_a_new_trial_and_one_that_is_no_more_fail_nothing():
    now = bench.ratios(costs())
    assert bench.worsened(now, {}) == []
    assert bench.worsened({}, now) == []


@pytest.fixture
def bench_of(tmp_path, monkeypatch):
    """Run the program on made costs, beside committed ratios; whether it wrote."""

    def run(measured, *words):
        monkeypatch.setattr(bench, "PAGE", tmp_path / "page.md")
        monkeypatch.setattr(bench, "RATIOS", tmp_path / "page.json")
        bench.RATIOS.write_text(json.dumps(bench.ratios(costs())))
        monkeypatch.setattr(bench, "copy_checkout", lambda folder: None)
        monkeypatch.setattr(bench, "measure", lambda folder, rounds: measured)
        monkeypatch.setattr(sys, "argv", ["bench.py", *words])
        try:
            bench.main()
        except SystemExit as ended:
            return str(ended), bench.PAGE.exists()
        return "", bench.PAGE.exists()

    return run


def test_the_program_fails_and_writes_nothing(bench_of):
    told, written = bench_of(costs(run=1.2))
    assert RUN in told and not written
    assert json.loads(bench.RATIOS.read_text())[RUN] == 1.5


def test_equal_costs_are_written(bench_of):
    assert bench_of(costs()) == ("", True)


def test_a_cost_that_is_meant_is_written(bench_of):
    assert bench_of(costs(run=1.2), "--accept") == ("", True)
    assert json.loads(bench.RATIOS.read_text())[RUN] == 1.8
