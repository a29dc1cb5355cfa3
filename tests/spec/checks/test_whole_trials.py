"""Every result of every trial is checked, and every planted error is found."""

import json
import shutil
from math import isfinite

import pyarrow as pa
import pytest
from checked_share import coverage

from trialtrace.base.errors import UserError
from trialtrace.run.methods.checking import registry
from trialtrace.run.methods.checking.run import check_results, checked
from trialtrace.run.tables.contracts import (
    CHECKS,
    MEMBERS,
    RESULTS,
    from_rows,
    read_table,
    write_table,
)
from trialtrace.run.trial.plan.registry import cards

# These are the same when the arms change places, or are not looked up by arm.
# A difference of periods is the same whichever arm comes first.
SYMMETRIC = ("hazard_ratio", "correlation", "period_difference")
MADE_UP = ("made", "sides")
REAL = ("elmunzer2012", "ruetzler2013", "moertel1990")


def full(*values):
    """These values for `make test-all` alone."""
    return [pytest.param(value, marks=pytest.mark.full) for value in values]


@pytest.fixture(scope="module")
def checks(trials):
    """A function: the file of checks of a trial, made once."""

    def get(name):
        trial, folder = trials(name)
        out = folder / "checks.parquet"
        if not out.exists():
            check_results(trial, folder / "derived", folder / "analysis", out)
        return out

    return get


@pytest.fixture(scope="module")
def first(checks):
    """The bytes of the checks of the made-up trial, before anything is remembered."""
    return checks("made").read_bytes()


def test_every_method_of_the_plan_has_a_check():
    # "planning" checks what plan.yaml says under `planning`, which has no card of its own.
    by_module = {card.check for card in cards() if not card.second}
    assert set(registry.MODULES) == by_module | {"planning"}


@pytest.mark.parametrize("name", [*MADE_UP, *full(*REAL)])
def test_every_result_is_checked_and_agrees(checks, results, name):
    made = read_table(checks(name), CHECKS)
    assert coverage(results(name), made) == 1.0
    assert all(made["agrees"].to_pylist())


@pytest.fixture(scope="module")
def tolerance(checks):
    """(result, component) -> how far its two computations may differ."""
    rows = [row for name in MADE_UP for row in read_table(checks(name), CHECKS).to_pylist()]
    return {(row["result_id"], row["component"]): row["tolerance"] for row in rows}


@pytest.mark.parametrize("component", ["stat_value", "ci_low", *full("ci_high")])
def test_an_error_of_a_millionth_is_found_in_every_method(
    remembered, trials, results, tolerance, component
):
    """Of ten times the tolerance where two iterations agree less closely than to 1e-7."""

    def plant(row):
        name = component.removeprefix("stat_")
        row[component] *= 1 + 10 * max(1e-7, tolerance[row["result_id"], name])

    expected, found = disagreements(trials, results, usable(component), plant)
    assert found == expected


def test_swapped_bounds_are_found_in_every_method(remembered, trials, results):
    def plant(row):
        row["ci_low"], row["ci_high"] = row["ci_high"], row["ci_low"]

    def choose(row):
        return usable("ci_low")(row) and row["ci_low"] != row["ci_high"]

    expected, found = disagreements(trials, results, choose, plant)
    assert found == expected


def test_swapped_arms_are_found_in_every_estimate(remembered, trials, results):
    def plant(row):
        row["comparison"], row["reference"] = row["reference"], row["comparison"]

    def choose(row):
        if not (row["comparison"] and usable("ci_low")(row)) or row["stat_name"] in SYMMETRIC:
            return False
        # No difference between arms with as many of each is the same both ways.
        return row["ci_low"] != -row["ci_high"]

    expected, found = disagreements(trials, results, choose, plant)
    assert found == expected


@pytest.mark.parametrize(
    ("method", "option", "other"),
    [
        ("hazard_ratio.cox", "ties", "breslow"),
        ("survival.kaplan_meier", "interval", "log"),
        ("risk_difference.mantel_haenszel", "variance", "sato"),
        ("p_value.welch_t", "sides", "less"),
        ("f.mixed_anova", "sums_of_squares", "II"),
    ],
)
def test_a_result_that_says_another_option_than_it_used_is_found(
    remembered, trials, results, method, option, other
):
    def plant(row):
        row["options"] = json.dumps(json.loads(row["options"]) | {option: other})

    def choose(row):
        given = json.loads(row["options"]).get(option)
        effect = row["group2_level"] == "visit" if method == "f.mixed_anova" else True
        number = usable("ci_low" if row["ci_level"] else "stat_value")(row)
        return row["method"] == method and given not in (None, other) and effect and number

    expected, found = disagreements(trials, results, choose, plant)
    assert expected and found == expected


def test_a_number_where_the_method_has_none_is_found(remembered, trials, results):
    def plant(row):
        row["stat_value"], row["error"] = 0.5, None

    expected, found = disagreements(trials, results, lambda row: row["error"] is not None, plant)
    assert found == expected


def test_a_missing_number_is_found(remembered, trials, results):
    def plant(row):
        row["stat_value"] = None

    expected, found = disagreements(trials, results, usable("stat_value"), plant)
    assert found == expected


def test_another_number_of_subjects_is_found(remembered, trials, results):
    def plant(row):
        row["n_used"] += 1

    def choose(row):
        return row["n_used"] is not None and row["stat_name"] != "p_adjusted"

    expected, found = disagreements(trials, results, choose, plant)
    assert found == expected


def test_a_disagreement_stops_the_run_names_the_result_and_leaves_no_file(
    trials, results, tmp_path
):
    trial, folder = trials("elmunzer2012")
    rows = results("elmunzer2012").to_pylist()
    wrong = "elmunzer2012/pep_primary/risk_difference.newcombe@indomethacin-placebo"
    row = next(row for row in rows if row["result_id"] == wrong)
    row["ci_low"] *= 1.000001
    write_table(tmp_path / "analysis" / "results.parquet", from_rows(rows, RESULTS), RESULTS)
    shutil.copy(folder / "analysis" / "members.parquet", tmp_path / "analysis")
    out = tmp_path / "out" / "checks.parquet"
    with pytest.raises(UserError) as raised:
        check_results(trial, folder / "derived", tmp_path / "analysis", out)
    message = str(raised.value)
    assert message.count("result ") == 1
    assert f"{wrong}, ci_low" in message and "confint_proportions_2indep" in message
    assert repr(row["ci_low"])[:9] in message
    assert not out.parent.exists()


def usable(component):
    """Rows whose component is a number that a relative error changes."""

    def choose(row):
        value = row[component]
        return value is not None and isfinite(value) and value != 0

    return choose


def disagreements(trials, results, choose, plant) -> tuple[set, set]:
    """Plant an error in one row of every method and analysis; (planted, found) result ids."""
    planted, found = set(), set()
    for name in MADE_UP:
        seen, rows = set(), results(name).to_pylist()
        for row in rows:
            key = row["method"], row["analysis_id"]
            if key not in seen and choose(row):
                seen.add(key)
                planted.add(row["result_id"])
                plant(row)
        if not seen:
            continue
        trial, folder = trials(name)
        table: pa.Table = from_rows(rows, RESULTS)
        members = read_table(folder / "analysis" / "members.parquet", MEMBERS)
        compared = checked(trial, folder / "derived", table, members)
        found |= {each.result_id for each in compared if not each.agrees}
    return planted, found
