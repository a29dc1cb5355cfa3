"""Simulated trials: as if each were alone, by the code of a run, and counted when they fail."""

import json
from pathlib import Path

import pytest
from mini_simulation import SIMULATION, bytes_of, run, work, write_simulation
from synthetic_mini import SCRIPT

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.report.simulation.material import without_value
from trialtrace.report.simulation.page import render_simulation
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.methods.analysing.run import all_results
from trialtrace.run.simulation.replicates import Trials, analysed, seed_of
from trialtrace.run.simulation.run import draw_part, run_simulation
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.tables.frames import Frames
from trialtrace.run.trial.load import load_trial
from trialtrace.run.trial.simulation.load import under

# Tables hold 12 significant digits.
TOLD = 1e-11

# The same cohort as an export: drawn by probabilities, without errors.
AS_EXPORT = (
    SCRIPT.replace("def draw(", "def drawn(")
    + """

def draw(seed, truth=None):
    return drawn(seed, truth or {"shift": TRUTH["shift"]})
"""
)
SIZES = """\
of: [relief_primary]
replicates: 2
seed: 5
truths:
  nothing:
    why: Chance alone.
    no_effect: true
    parameters: {relief: 0.5}
  small: {why: Few, patients: {drug: 10, placebo: 10}}
  large: {why: Many, patients: {drug: 30, placebo: 30}}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, list[dict]]]:
    """A project with its simulation, and the tables of it."""
    root = tmp_path_factory.mktemp("simulation")
    at = write_simulation(root)
    return root, run(at, root / "whole")


def test_every_division_has_the_same_bytes(made: tuple, tmp_path: Path):
    root, _ = made
    at = Project(root)
    for parts in (1, 3, 7):
        folder = tmp_path / str(parts)
        for part in range(parts):
            draw_part(work(at, folder), (part, parts), tmp_path / f"{part}-of-{parts}")
        run_simulation(work(at, folder), folder)
        assert bytes_of(folder) == bytes_of(root / "whole")


def test_a_replicate_alone_is_its_row(made: tuple):
    root, tables = made
    trials = Trials(under(load_trial("mini", Project(root)), "better"))
    for number in (1, 17, 25):
        alone = analysed(trials, [number])["rows"]
        of_run = [
            row
            for row in tables["replicates"]
            if (row["truth"], row["replicate"]) == ("better", number)
        ]
        assert [row["result_id"] for row in alone] == [row["result_id"] for row in of_run]
        for row, other in zip(alone, of_run, strict=True):
            assert row == {
                key: pytest.approx(value, rel=TOLD) if isinstance(value, float) else value
                for key, value in other.items()
            }


def test_a_trial_is_what_the_stages_make_of_its_cohort(made: tuple, tmp_path: Path):
    """Its files as an export: read, cleaned, checked, derived and analysed as in a run."""
    _, tables = made
    seed = seed_of(5, 3)
    at = write_simulation(tmp_path, script=AS_EXPORT)
    path = at.trial_config("mini") / "trial.yaml"
    path.write_text(path.read_text().replace("seed: 11", f"seed: {seed}"))
    trial = load_trial("mini", at)
    ingest_sources(trial, tmp_path / "raw")
    clean_tables(trial, tmp_path / "raw", tmp_path / "clean")
    derive_datasets(trial, tmp_path / "clean", tmp_path / "derived")
    by_stages = {each.result_id: each for each in all_results(trial, Frames(tmp_path / "derived"))}
    rows = [
        row for row in tables["replicates"] if (row["truth"], row["replicate"]) == ("printed", 3)
    ]
    assert len(rows) >= 10
    for row in rows:
        other = by_stages[row["result_id"]]
        assert row["seed"] == seed
        assert row["value"] == pytest.approx(other.value, rel=TOLD)
        if other.interval is not None:
            assert (row["ci_low"], row["ci_high"]) == pytest.approx(other.interval, rel=TOLD)
        assert row["n_used"] == other.n_used


def test_what_fails_is_a_row_and_is_counted(tmp_path: Path):
    """The logarithm of a risk ratio has no standard error where an arm has no event."""
    rare = SIMULATION.replace("placebo: 0.3", "placebo: 0.04")
    tables = run(write_simulation(tmp_path, rare), tmp_path / "made")
    ratios = [
        row
        for row in tables["replicates"]
        if row["truth"] == "better" and "/risk_ratio." in row["result_id"]
    ]
    failed = [row for row in ratios if row["value"] is None or row["value"] in (0, float("inf"))]
    without = [
        row["replicate"]
        for row in tables["replicates"]
        if row["truth"] == "better"
        and "proportion.wilson@placebo" in row["result_id"]
        and row["value"] == 0
    ]
    assert len(ratios) == 25 and 5 < len(without) < 20
    assert {row["replicate"] for row in failed} >= set(without)
    (whole,) = (
        row
        for row in tables["characteristics"]
        if row["truth"] == "better" and row["stat_name"] == "risk_ratio"
    )
    assert whole["replicates"] == 25 and whole["failed"] == len(failed)
    assert whole["reason"]


def test_what_is_not_changed_is_not_computed_again(tmp_path: Path):
    at = write_simulation(tmp_path)
    folder = tmp_path / "made"
    run(at, folder)
    before = set(work(at, folder).blocks.names())
    path = at.trial_config("mini") / "simulation.yaml"
    path.write_text(path.read_text().replace("drug: 0.8", "drug: 0.9"))
    run(at, folder)
    after = set(work(at, folder).blocks.names())
    # Two truths, of two blocks each and a large trial, are as they were.
    assert len(before & after) == 6 and len(before) == len(after) == 9


# Of which no trial can be drawn.
REFUSED = SIZES.replace("{relief: 0.5}", "{relief: 0.5, shift: 9}")
REFUSES = SCRIPT.replace(
    "    told, made = ",
    "    if truth and truth['shift'] == 9:\n        raise ValueError('none')\n    told, made = ",
)


def test_where_every_truth_fails_each_analysis_has_a_row(tmp_path: Path):
    at = write_simulation(tmp_path, REFUSED.partition("  small:")[0], script=REFUSES)
    (row,) = run(at, tmp_path / "made")["characteristics"]
    assert row["result_id"] == "mini/relief_primary" and row["failed"] == 2
    assert "ValueError: none" in row["reason"]
    page = tmp_path / "page.html"
    render_simulation(load_trial("mini", at), tmp_path / "made", page, "code")
    text = page.read_text()
    assert "no result in any trial" in text
    assert "1 result has no value in up to 2 trials: scripts/cohorts/mini.py" in text
    assert without_value([row])[0].startswith("nothing: 1 result has no value in any trial: ")


def test_an_altered_block_stops_the_run(tmp_path: Path):
    at = write_simulation(tmp_path)
    folder = tmp_path / "made"
    run(at, folder)
    block = next((folder / "blocks").glob("*.block"))
    block.write_bytes(block.read_bytes()[:-1] + b"x")
    with pytest.raises(UserError, match="is not what the run wrote"):
        run(at, folder)


def test_seeds_are_of_the_number_alone(made: tuple):
    _, tables = made
    seeds = {}
    for row in tables["replicates"]:
        seeds.setdefault(row["replicate"], set()).add(row["seed"])
    assert {len(found) for found in seeds.values()} == {1}
    assert len({min(found) for found in seeds.values()}) == 25


def test_types_of_error_and_power(made: tuple):
    _, tables = made
    of = {(row["truth"], row["result_id"]): row for row in tables["characteristics"]}
    difference = "mini/relief_primary/risk_difference.newcombe@drug-placebo"
    assert of["nothing", difference]["null"] and of["nothing", difference]["true_value"] == 0
    assert of["nothing", difference]["true_by"] == "arms alike"
    ratio = "mini/relief_primary/risk_ratio.katz_log@drug-placebo"
    assert of["nothing", ratio]["true_value"] == 1 and of["nothing", ratio]["log"]
    assert of["printed", difference]["null"] is False
    printed, better = of["printed", difference], of["better", ratio]
    assert abs(printed["true_value"] - (12 / 18 - 6 / 18)) < 4 * printed["true_error"]
    assert printed["true_by"] == "large trial"
    assert abs(better["true_value"] - 0.8 / 0.3) < 4 * better["true_error"] * better["true_value"]
    after = "mini/pain_each/mean_difference.welch@drug-placebo;visit=after"
    before = after.replace("after", "before")
    assert of["better", after]["true_by"] == "large trial" and of["better", after]["true_error"] > 0
    assert abs(of["better", before]["true_value"]) < 4 * of["better", before]["true_error"]
    assert (
        json.dumps(of["nothing", "mini/relief_primary/p_value.fisher@drug-placebo"]["bias"])
        == "null"
    )
