"""Multiverses of the small trial: estimates, tests, blocks."""

import json
from itertools import combinations, pairwise, product
from pathlib import Path

import mini_multiverse
import mini_run
import numpy as np
import pytest
from mini_multiverse import AT_TIMES, PAIN, RELIEF, bytes_of, run

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.multiverse.run import draw_part, estimate_part, run_multiverse, work_of
from trialtrace.run.tables.contracts import RESULTS, read_table
from trialtrace.run.trial.load import load_trial


@pytest.fixture(scope="module")
def at(tmp_path_factory: pytest.TempPathFactory) -> Project:
    return mini_multiverse.derived(tmp_path_factory.mktemp("mini"))


@pytest.fixture(scope="module")
def relief(at: Project, tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[dict]]:
    return run(at, RELIEF, tmp_path_factory.mktemp("relief"))


def named(tables: dict[str, list[dict]], name: str) -> tuple[dict, dict]:
    """A specification's row, and its result."""
    (row,) = [each for each in tables["specifications"] if each["specification"] == name]
    (result,) = [each for each in tables["results"] if each["result_id"] == row["result_id"]]
    return row, result


def test_a_specification_is_the_plans_own_analysis(at: Project, relief: dict):
    planned = {
        row["method"]: row
        for row in read_table(at.results / "mini/analysis/results.parquet", RESULTS).to_pylist()
        if row["analysis_id"] == "relief_primary"
    }
    for method, level in (("risk_difference.newcombe", "plain"), ("risk_ratio.katz_log", "ratio")):
        _, result = named(relief, f"method={level};who=everybody")
        for key in ("stat_value", "ci_low", "ci_high", "n_used", "options", "unit", "stat_text"):
            assert result[key] == planned[method][key]


def test_members_are_the_rows_of_the_levels(relief: dict):
    row, result = named(relief, "method=plain;who=old")
    (member,) = [
        each
        for each in relief["members"]
        if each["result_id"] == row["result_id"] and each["role"] == "analysed"
    ]
    # Ages are 39 + number, 40 to 59; patient 20's relief is not known.
    assert (member["n"], result["n_used"]) == (14, 14)
    assert json.loads(member["predicate"])["all"] == [{"AGE": {"at_least": 45}}]


def listed_p(patients: list[dict]) -> float:
    """Share of all assignments within sites whose sum of reliefs is as far from its mean."""
    known = np.array([one["relief"] != "9" for one in patients])
    relief = np.array([float(one["relief"] == "1") for one in patients])
    relief = np.where(known, relief - relief[known].mean(), 0.0)
    ways, centre = [], 0.0
    for site in ("01", "02"):
        members = [at for at, one in enumerate(patients) if one["site"] == site]
        size = sum(patients[at]["arm"] == "A" for at in members)
        ways.append([relief[list(chosen)].sum() for chosen in combinations(members, size)])
        centre += float(np.mean(ways[-1]))
    observed = sum(v for v, one in zip(relief, patients, strict=True) if one["arm"] == "A")
    sums = np.array([a + b for a, b in product(*ways)])
    return float((np.abs(sums - centre) >= abs(observed - centre) - 1e-9).mean())


def test_p_is_that_of_all_assignments_within_sites(relief: dict):
    row, _ = named(relief, "method=plain;who=everybody")
    assert row["p_low"] <= listed_p(mini_run.patients()) <= row["p_high"]


def test_curves_are_of_one_statistic_and_the_same_patients(relief: dict):
    curves = {row["curve"]: row["specifications"] for row in relief["curves"]}
    assert sorted(curves.values()) == [1, 1, 1, 2, 2, 2]
    assert {name.partition("@")[0] for name in curves} == {"risk_difference", "risk_ratio"}


def test_what_follows_the_arm_is_shown_and_not_tested(relief: dict):
    for name in ("plain", "stratified", "ratio"):
        row, result = named(relief, f"method={name};who=late")
        assert row["p_value"] is None and row["z"] is None
        assert row["untested"].startswith("it rests on what may follow the arm (Patients: late")
        assert result["stat_value"] is not None or result["error"]


def test_scores_that_no_assignment_tells_apart_are_shown_and_not_tested(
    at: Project, tmp_path: Path
):
    # From 53 years on nobody had relief.
    tables = run(at, RELIEF.replace("at_least: 45", "at_least: 53"), tmp_path)
    row, result = named(tables, "method=plain;who=old")
    assert result["stat_value"] == 0 and row["z"] is None
    assert row["untested"] == "its score is the same in all subjects of each stratum"
    other, _ = named(tables, "method=plain;who=everybody")
    assert other["z"] is not None


def test_the_published_one_is_marked(relief: dict):
    marked = [row["specification"] for row in relief["specifications"] if row["published"]]
    assert marked == ["method=plain;who=everybody"]
    assert not any(row["registered"] for row in relief["specifications"])


def test_any_number_of_parts_gives_the_same_bytes(at: Project, tmp_path: Path):
    run(at, RELIEF, tmp_path / "whole")
    for parts in (2, 3):
        folder = tmp_path / str(parts)
        work = work_of(load_trial("mini", at), at.results / "mini/derived", folder, "code")
        for do in (estimate_part, draw_part):
            for part in reversed(range(parts)):
                do(work, (part, parts), folder / "mark")
        run_multiverse(work, folder)
        assert bytes_of(folder) == bytes_of(tmp_path / "whole")


def test_a_part_loads_its_own_specifications_and_draws_nothing_where_none_is_left(
    at: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from trialtrace.run.multiverse import run as stage

    run(at, RELIEF, tmp_path / "whole")
    work = work_of(load_trial("mini", at), at.results / "mini/derived", tmp_path / "parts", "code")
    every = list(work.trial.specifications)
    part = work.trial.part(1, 4, 2)
    own = every[2:4]
    assert list(part.specifications) == own
    assert [name for name in part.document("plan")["analyses"] if name.startswith("mv_")] == own
    # 999 re-randomisations are two blocks: the third part reads no estimate.
    monkeypatch.setattr(stage, "estimates", lambda work: pytest.fail("nothing is to be read"))
    draw_part(work, (2, 3), tmp_path / "mark")
    assert (tmp_path / "mark").read_text() == ""


@pytest.mark.parametrize(("parts", "size"), [(1, 2), (2, 2), (4, 1), (4, 64), (20, 3)])
def test_parts_are_runs_of_neighbours_and_together_all_of_them(
    at: Project, tmp_path: Path, parts: int, size: int
):
    run(at, RELIEF, tmp_path)
    trial = work_of(load_trial("mini", at), at.results / "mini/derived", tmp_path, "code").trial
    every = list(trial.specifications)
    dealt = [list(trial.part(number, parts, size).specifications) for number in range(parts)]
    assert sorted(each for part in dealt for each in part) == sorted(every)
    assert max(map(len, dealt)) - min(map(len, dealt)) <= size
    places = [every.index(each) for each in dealt[0]]
    length = max(1, min(size, -(-len(every) // parts)))
    assert places[:length] == [*range(length)]


MORE = """\
      young: {where: {AGE: {below: 50}}, known: before_randomisation}
"""


def test_another_level_changes_no_other_row_and_computes_no_other_estimate(
    at: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from trialtrace.run.multiverse import estimates

    before = run(at, RELIEF, tmp_path)
    computed = []
    plain = estimates.estimated
    monkeypatch.setattr(
        estimates, "estimated", lambda work, name: computed.append(name) or plain(work, name)
    )
    after = run(at, RELIEF + MORE, tmp_path)
    assert len(computed) == 3
    kept = {row["result_id"]: row for row in after["specifications"]}
    assert [kept[row["result_id"]] for row in before["specifications"]] == before["specifications"]
    values = {row["result_id"]: row for row in after["results"]}
    assert [values[row["result_id"]] for row in before["results"]] == before["results"]


def test_two_intervals_of_an_estimate_are_one_estimate(at: Project, tmp_path: Path):
    wald = RELIEF.replace(
        "ratio: {estimate: {risk_ratio: katz_log}}", "wald: {estimate: {risk_difference: wald}}"
    )
    rows = run(at, wald, tmp_path)["curves"]
    assert all(row["statistic"] == "risk_difference" for row in rows)
    # Newcombe's, Wald's and the stratified one, each of some patients.
    assert [(row["estimated"], row["distinct"]) for row in rows] == [(3, 2)] * len(rows)


def test_a_block_in_the_place_of_another_is_told(at: Project, tmp_path: Path):
    run(at, RELIEF, tmp_path)
    one, other = sorted((tmp_path / "blocks").glob("draws-*"))[:2]
    one.write_bytes(other.read_bytes())
    with pytest.raises(UserError, match="is not what the run wrote"):
        run(at, RELIEF, tmp_path)


@pytest.mark.parametrize("kind", ["estimates", "draws"])
def test_a_block_that_was_altered_is_told(at: Project, tmp_path: Path, kind: str):
    run(at, RELIEF, tmp_path)
    block = sorted((tmp_path / "blocks").glob(f"{kind}-*"))[0]
    content = bytearray(block.read_bytes())
    content[-1] ^= 1
    block.write_bytes(bytes(content))
    with pytest.raises(UserError, match="is not what the run wrote"):
        run(at, RELIEF, tmp_path)
    block.unlink()
    run(at, RELIEF, tmp_path)


def test_a_specification_that_fails_is_a_row_with_its_error(
    at: Project, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    from trialtrace.run.multiverse import estimates

    plain = estimates.run_analysis

    def broken(trial, analysis, frames):
        if "who=old" in analysis.label:
            raise ZeroDivisionError("secret 9")
        return plain(trial, analysis, frames)

    monkeypatch.setattr(estimates, "run_analysis", broken)
    tables = run(at, RELIEF, tmp_path)
    row, result = named(tables, "method=plain;who=old")
    assert result["error"] == "a fault of the program (ZeroDivisionError)."
    assert (result["stat_value"], row["untested"]) == (None, "there is no estimate")
    assert len(tables["specifications"]) == 9


def test_visits_are_curves_of_their_own(at: Project, tmp_path: Path):
    tables = run(at, PAIN, tmp_path)
    visits = {(row["statistic"], row["visit"]): row["tested"] for row in tables["curves"]}
    assert visits == {
        ("mean_difference", "before"): 2,
        ("mean_difference", "after"): 4,
        ("median_difference", "before"): 1,
        ("median_difference", "after"): 2,
    }
    scores = {row["score"] for row in tables["specifications"]}
    assert scores == {"means", "least_squares", "ranks"}


def test_an_adjusted_estimate_is_tested_by_residuals_without_the_arm(at: Project, tmp_path: Path):
    import statsmodels.api as sm

    tables = run(at, PAIN, tmp_path)
    (row,) = [
        row
        for row in tables["specifications"]
        if row["specification"] == "visit=after;model=adjusted"
    ]
    patients = mini_run.patients()
    pain = np.array([float(one["pain1"]) for one in patients])
    age = np.array([float(one["age"]) for one in patients])
    rest = sm.OLS(pain, sm.add_constant(age)).fit().resid
    site = np.array([one["site"] for one in patients])
    drug = np.array([one["arm"] == "A" for one in patients])
    total, variance = 0.0, 0.0
    for name in ("01", "02"):
        mine = rest[site == name]
        n, k = len(mine), int(drug[site == name].sum())
        total += rest[(site == name) & drug].sum() - k * mine.mean()
        variance += k * (n - k) / (n - 1) * mine.var()
    assert row["z"] == pytest.approx(total / np.sqrt(variance), rel=1e-9)


def survival_until(weight: np.ndarray, time: np.ndarray, event: np.ndarray, at: float) -> float:
    """Kaplan and Meier's, each patient as often as its weight says."""
    left = 1.0
    for when in sorted({t for t, e in zip(time, event, strict=True) if e and t <= at}):
        left *= 1 - weight[(time == when) & event].sum() / weight[time >= when].sum()
    return left


def mean_until(weight: np.ndarray, time: np.ndarray, event: np.ndarray, at: float) -> float:
    """The area under it, step by step."""
    steps = sorted({0.0, at, *(t for t in time.tolist() if t < at)})
    return sum(
        (end - start) * survival_until(weight, time, event, start) for start, end in pairwise(steps)
    )


@pytest.mark.parametrize(
    ("level", "of", "at_time", "sign"),
    [
        ("survival", survival_until, 100.0, 1),
        ("later", survival_until, 150.0, 1),
        ("incidence", survival_until, 100.0, -1),
        ("mean", mean_until, 150.0, 1),
        ("lost", mean_until, 150.0, -1),
    ],
)
def test_an_estimate_at_a_time_is_tested_by_what_each_patient_adds_to_it(
    at: Project, tmp_path: Path, level: str, of, at_time: float, sign: int
):
    tables = run(at, AT_TIMES, tmp_path)
    row, result = named(tables, f"measure={level};who=everybody")
    patients = mini_run.patients()
    time = np.array([float(one["days"]) for one in patients])
    event = np.array([one["died"] == 1 for one in patients])
    # The derivative by each patient's weight, by a small difference.
    step, ones = 1e-5, np.ones(len(patients))
    scores = [
        of(ones + step * unit, time, event, at_time) - of(ones - step * unit, time, event, at_time)
        for unit in np.eye(len(patients))
    ]
    scores = sign * np.array(scores)
    total, variance = 0.0, 0.0
    for site in ("01", "02"):
        here = np.array([one["site"] == site for one in patients])
        drug = np.array([one["arm"] == "A" for one in patients])
        n, k = int(here.sum()), int((here & drug).sum())
        total += scores[here & drug].sum() - k * scores[here].mean()
        variance += k * (n - k) / (n - 1) * scores[here].var()
    assert row["z"] == pytest.approx(total / np.sqrt(variance), rel=1e-6)
    assert result["stat_value"] is not None and row["untested"] is None


def test_each_time_is_a_curve_of_its_own(at: Project, tmp_path: Path):
    tables = run(at, AT_TIMES, tmp_path)
    times = [(row["statistic"], row["time"], row["tested"]) for row in tables["curves"]]
    assert times == [
        *[("survival_difference", 100.0, 1)] * 2,
        *[("survival_difference", 150.0, 1)] * 2,
        *[("mean_time_difference", 150.0, 1)] * 2,
        *[("mean_time_ratio", 150.0, 1)] * 2,
        *[("incidence_difference", 100.0, 1)] * 2,
    ]


def test_the_shares_of_a_curve_are_1_with_what_is_left(relief: dict):
    by_curve: dict[str, float] = {}
    for row in relief["spreads"]:
        by_curve[row["curve"]] = by_curve.get(row["curve"], 0.0) + row["share"]
    assert by_curve and all(total == pytest.approx(1.0) for total in by_curve.values())


CONTROL = '    placebo: {label: Placebo, code: "B", control: true}'
THREE = {
    "trial": mini_run.mini_trial.TRIAL.replace(
        CONTROL, f'    half: {{label: Half, code: "C"}}\n{CONTROL}'
    ),
    "dictionary": mini_run.mini_trial.DICTIONARY.replace('"A, Drug', '"A, Drug | C, Half'),
    "plan": mini_run.mini_trial.PLAN.replace(
        "relief_itt:\n    treatment: {of: drug,", "relief_itt:\n    treatment: {of: [drug, half],"
    ),
}


def test_each_comparison_of_three_arms_has_its_own_patients(tmp_path: Path):
    patients = [
        one | {"arm": "C"} if number % 5 == 2 else one
        for number, one in enumerate(mini_run.patients())
    ]
    at = mini_run.run_mini(tmp_path, patients, **THREE).at
    first = run(at, RELIEF, at.root / "out")
    curves = {(row["comparison"], row["statistic"]) for row in first["curves"]}
    assert {arm for arm, _ in curves} == {"drug", "half"}
    tested = [row for row in first["specifications"] if row["z"] is not None]
    assert {row["result_id"].partition("@")[2] for row in tested} == {
        "drug-placebo",
        "half-placebo",
    }
    # The same from blocks, which hold scores of different lengths.
    (at.root / "out/results.parquet").unlink()
    assert run(at, RELIEF, at.root / "out") == first


def test_blocks_that_cannot_have_made_the_data_stop_the_tests_and_not_the_estimates(tmp_path: Path):
    trial = mini_run.mini_trial.TRIAL.replace(
        "{scheme: stratified, strata: [site]}",
        "{scheme: stratified_blocks, strata: [site], block_sizes: [4]}",
    )
    fits = run(mini_run.run_mini(tmp_path / "fits", trial=trial).at, RELIEF, tmp_path / "1")
    assert any(row["z"] is not None for row in fits["specifications"])
    patients = [
        one | {"arm": "A"} if one["id"] in (2, 4, 6) else one for one in mini_run.patients()
    ]
    at = mini_run.run_mini(tmp_path / "not", patients, trial=trial).at
    tables = run(at, RELIEF, tmp_path / "2")
    row, result = named(tables, "method=plain;who=everybody")
    assert row["untested"] == (
        "blocks of 4 patients cannot have made 8 Drug, 2 Placebo in North: the scheme was another, "
        "or patients are missing from the data"
    )
    assert result["stat_value"] is not None and row["z"] is None
