"""Small tables, worked by hand: what is hidden, what is told, and that no more can be reckoned."""

import json

import numpy as np
import pytest

from disclosed.trials import RandomTrial
from disclosure import attacked, thresholded
from trialtrace.report.interchange.ard import ard
from trialtrace.run.disclosure.bounds import Program, components
from trialtrace.run.disclosure.cells import Sum
from trialtrace.run.disclosure.presets import PRESETS
from trialtrace.run.disclosure.release import Release


@pytest.mark.parametrize(
    ("preset", "count", "told", "span"),
    [
        # Rounded to the nearest 5, above 7.
        ("opensafely", 8, 10, (8, 12)),
        ("opensafely", 12, 10, (8, 12)),
        ("opensafely", 13, 15, (13, 17)),
        # Ceil(x / 6) * 6 - 3, and 0 stays 0.
        ("midpoint6", 0, 0, (0, 0)),
        ("midpoint6", 1, 3, (1, 6)),
        ("midpoint6", 6, 3, (1, 6)),
        ("midpoint6", 7, 9, (7, 12)),
        ("trial", 27, 27, (27, 27)),
    ],
)
def test_counts_are_told_by_the_published_rules(preset, count, told, span):
    assert (PRESETS[preset].told(count), PRESETS[preset].span(count)) == (told, span)


def values(number: int, sums: list[Sum], spans: dict[int, tuple[int, int]]) -> set[int]:
    for numbers, own in components(sums, spans):
        if number in numbers:
            return Program(numbers, own, spans, {each: set() for each in numbers}).values(number)
    return {spans[number][0]}


def test_a_total_gives_a_single_hidden_count():
    """12 = 10 + x."""
    assert values(2, [Sum(0, (1, 2), complete=True)], {0: (12, 12), 1: (10, 10), 2: (0, 4)}) == {2}


def test_two_hidden_counts_of_a_known_sum():
    """x + y = 2: 0, 1 and 2 are possible; where neither is 0, both are 1."""
    sums = [Sum(0, (1, 2), complete=True)]
    assert values(1, sums, {0: (2, 2), 1: (0, 4), 2: (0, 4)}) == {0, 1, 2}
    assert values(1, sums, {0: (2, 2), 1: (1, 4), 2: (1, 4)}) == {1}


def test_rounding_alone_can_leave_two_values():
    """Of 18 to 22 patients 8 to 12 are women and at most 7 men: 6 or 7 men."""
    sums = [Sum(0, (1, 2), complete=True)]
    assert values(2, sums, {0: (18, 22), 1: (8, 12), 2: (1, 7)}) == {6, 7}


def test_of_a_release_that_tells_nothing_nothing_is_reckoned():
    """Trial 53 of the campaign: under `sacro` each of its results is hidden."""
    (found, _), *_ = attacked([53], PRESETS["sacro"], naive=False)
    assert found[3] == found.total() > 0


@pytest.mark.parametrize("preset", PRESETS.values(), ids=PRESETS)
def test_nobody_reckons_a_hidden_count_from_what_is_published(preset):
    """The attack knows nothing but what is published. Where exactly 1 of an arm had an event, in
    each subgroup it were 0 or 1, whatever is hidden: the release itself says how many these are."""
    hidden = 0
    for found, bounded in attacked(range(3), preset, naive=False):
        assert found[1] == 0
        assert found[2] <= bounded
        hidden += found.total()
    assert hidden > 30


def test_the_attack_reckons_what_a_threshold_alone_hides():
    """The test itself under test: totals, shares and intervals give every count that is missing."""
    found = thresholded(RandomTrial(0), PRESETS["trial"]).values()
    assert found
    assert set(found.values()) == {1}


def test_hidden_counts_of_a_release_are_the_small_ones_and_some_others():
    trial, preset = RandomTrial(0), PRESETS["trial"]
    told = Release(trial.rows, trial.members, trial.subjects, trial.arms, preset).told()
    for each, row in zip(told, trial.rows, strict=True):
        entry = row["analysis_id"] == "baseline" and row["group2"]
        if row["stat_name"] == "count" and (row["stratum"] or entry):
            assert each.reason or not 0 < row["stat_value"] < 5
        elif row["stat_name"] in ("count", "randomised", "missing"):
            assert not each.reason
            assert each.row["stat_value"] == row["stat_value"]
        if each.reason:
            numbers = ("stat_value", "ci_low", "ci_high", "n_used", "denominator")
            assert {each.row[name] for name in numbers} == {None}
    assert 0 < sum(bool(each.reason) for each in told) < len(told) / 2


def test_numbers_have_the_digits_of_their_text():
    """With twelve of them the means of two runs give the patient in which these differ."""
    trial, preset = RandomTrial(1), PRESETS["trial"]
    told = Release(trial.rows, trial.members, trial.subjects, trial.arms, preset).told()
    for line in ard(told):
        if line["stat_name"] in ("proportion", "conf.low", "conf.high") and line["stat"]:
            assert line["stat"][0] == round(line["stat"][0], 3)


def test_means_of_few_or_of_nearly_the_same_patients_and_the_smallest_value_are_hidden():
    trial, preset = RandomTrial(1), PRESETS["trial"]
    rows, members = [], {}
    sizes = {"all": 40, "but two": 38, "but ten": 30, "three": 3, "least": 200}
    for name in sizes:
        row = trial.rows[0] | {
            "result_id": name,
            "analysis_id": name,
            "method": "mean.descriptive",
            "stat_name": "minimum" if name == "least" else "mean",
            "stat_value": 5.123456,
            "stat_text": "5.1",
            "parameter": "score",
            "group1_level": "arm0" if name != "three" else "arm1",
        }
        rows.append(row)
        where = f'{{"TRTP": {{"is": "arm0"}}, "X": {{"is": "{name}"}}}}'
        member = {"result_id": name, "role": "analysed", "dataset": "bds", "predicate": where}
        members[name] = [member | {"n": sizes[name], "sha256": ""}]

    def subjects(dataset, where):
        return [str(number) for number in range(sizes[where["X"]["is"]])]

    told = Release(rows, members, subjects, ["arm0", "arm1"], preset).told()
    shown = {each.row["result_id"]: each.row["stat_value"] for each in told}
    assert shown == {"all": 5.1, "but two": None, "but ten": 5.1, "three": None, "least": None}


def test_few_events_of_an_arm_are_told_and_of_its_women_alone_are_not():
    """By `trial`; the analysis of the women has no stratum, but a condition."""
    arms, events = ["a", "b"], {("a", "all"): 2, ("a", "F"): 2, ("b", "all"): 30, ("b", "F"): 9}
    rows, members = [], {}
    for (arm, who), count in events.items():
        name = f"{arm} {who}"
        more = {"SEX": {"is": who}} if who == "F" else {}
        about = {"result_id": name, "analysis_id": who, "stat_name": "count"}
        about |= {"stat_value": float(count), "stat_text": str(count), "group1_level": arm}
        rows.append(RandomTrial(0).rows[0] | about)
        there = {"TRTP": {"is": arm}, "PARAMCD": {"is": "X"}, "AVAL": "present"} | more
        roles = {"numerator": there | {"AVAL": {"is": 1}}, "denominator": there}
        members[name] = [
            {"result_id": name, "role": role, "dataset": "bds", "predicate": json.dumps(where)}
            for role, where in roles.items()
        ]

    def subjects(dataset, where):
        arm, who = where["TRTP"]["is"], where.get("SEX", {"is": "all"})["is"]
        most = events[arm, who] if where["AVAL"] != "present" else 40 if who == "all" else 20
        return [f"{arm}{number}" for number in range(most)]

    told = Release(rows, members, subjects, arms, PRESETS["trial"]).told()
    assert {each.row["result_id"]: each.row["stat_text"] for each in told} == {
        "a all": "2",
        "a F": "hidden",
        "b all": "30",
        "b F": "9",
    }


def by_hand(sizes, stage=None):
    """A trial without a result, of arms of these sizes; `stage` are levels at entry in order."""
    trial = RandomTrial(0)
    trial.rows, trial.members, trial.outcomes = [], {}, {}
    trial.arms, trial.n = list(sizes), sum(sizes.values())
    trial.arm = np.repeat(trial.arms, list(sizes.values()))
    trial.at_entry = {"stage": np.array(stage)} if stage else {}
    return trial


def told(trial, preset):
    released = Release(trial.rows, trial.members, trial.subjects, trial.arms, PRESETS[preset])
    return [(each.row, each.reason) for each in released.told()]


def add_values(trial, stat, where, **about):
    """A statistic of values of who meets a condition."""
    about = {"parameter": "score"} | about
    trial._row(about.pop("analysis_id", "score"), f"{stat}.t", 5.0, about, "bds", where, None)


def test_the_size_of_a_small_arm_is_hidden_with_one_that_would_give_it():
    """3 and 40 are 43: of these two are told of none, or one."""
    trial = by_hand({"a": 3, "b": 40})
    for arm in ("a", "b", "all"):
        trial._count("flow", "randomised", arm, {}, "adsl", trial._of_arm(arm), None)
    shown = {row["group1_level"]: row["stat_value"] for row, _ in told(trial, "sacro")}
    assert shown["a"] is None
    assert None in (shown["b"], shown["all"])


def test_a_zero_beside_a_hidden_count_is_hidden():
    """Of 40 in stages 0, 2 and 38: were the 0 told, what is hidden were one or more."""
    trial = by_hand({"a": 40, "b": 40}, ["y"] * 2 + ["z"] * 38 + ["x"] * 6 + ["z"] * 34)
    trial._entry()
    # The totals and the other arm would hide it by themselves.
    trial.rows = [row for row in trial.rows if row["group1_level"] == "a"]
    found = {
        (row["group1_level"], row["group2_level"]): row["stat_value"]
        for row, _ in told(trial, "trial")
        if row["stat_name"] == "count"
    }
    assert found["a", "y"] is None and found["a", "x"] is None


@pytest.mark.parametrize(
    ("stat", "fewest"),
    [("mean", 5), ("mean_difference", 10), ("median", 10), ("q1", 20), ("q3", 20)],
)
def test_how_many_patients_a_statistic_of_values_must_have(stat, fewest):
    """By `trial` 5: in each of two arms, and on the shorter side of a quantile."""
    for size, hidden in ((fewest - 1, True), (fewest, False)):
        trial = by_hand({"a": size - size // 2, "b": size // 2})
        pair = {"comparison": "a", "reference": "b"} if stat == "mean_difference" else {}
        where = {"analysed": trial._of_arm("all", "TRTP") | {"AVAL": "present"}}
        add_values(trial, stat, where, **pair)
        ((row, reason),) = told(trial, "trial")
        assert (row["stat_value"] is None, bool(reason)) == (hidden, hidden), (stat, size)


def test_what_is_told_has_no_warning_and_no_error_of_a_simulation():
    """A warning may name a number of patients, and the error has more digits than the value."""
    trial = by_hand({"a": 30, "b": 30})
    where = {"analysed": trial._of_arm("all", "TRTP") | {"AVAL": "present"}}
    add_values(trial, "mean", where, warning="2 of 30 have no value.", mc_se=0.00123)
    ((row, reason),) = told(trial, "trial")
    assert (row["stat_value"], reason) == (5.0, "")
    assert row["warning"] is None and row["mc_se"] is None


def test_a_statistic_goes_with_the_hidden_count_that_it_is_reckoned_from():
    """A p of 2 and 9 of 40 women each: with the total it gives the 2."""
    trial = by_hand({"a": 40, "b": 40}, ["F"] * 20 + ["M"] * 20 + ["F"] * 20 + ["M"] * 20)
    events = np.zeros(80, dtype=int)
    events[[0, 1, *range(40, 49), *range(70, 80)]] = 1
    trial.outcomes = {"relief": events}
    trial._outcome("relief", ("stage", "F"))
    women = trial._of_arm("all", "TRTP") | {"PARAMCD": {"is": "relief"}, "AVAL": "present"}
    about = {"parameter": "relief", "comparison": "a", "reference": "b", "stratum": "stage=F"}
    roles = {"analysed": women | {"STAGE": {"is": "F"}}}
    trial._row("relief_of_women", "odds_ratio.exact", 0.2, about, "bds", roles, (0.01, 1.2))
    shown = {
        (row["stat_name"], row["group1_level"]): reason for row, reason in told(trial, "trial")
    }
    assert shown["count", "a"] and shown["proportion", "a"]
    assert shown["p_value", None] and shown["risk_difference", None]
    assert shown["odds_ratio", None]


def test_sizes_are_rounded_as_counts_are():
    """By `opensafely` 43 patients are told as 45, also in the denominator and as analysed."""
    trial = by_hand({"a": 43, "b": 40})
    trial.outcomes = {"relief": np.array([1] * 20 + [0] * 23 + [1] * 20 + [0] * 20)}
    trial._outcome("relief", None)
    shares = [row for row, _ in told(trial, "opensafely") if row["stat_name"] == "proportion"]
    first = next(row for row in shares if row["group1_level"] == "a")
    assert (first["n_used"], first["denominator"], first["ci_low"]) == (45, 45, None)
    assert first["stat_value"] == round(20 / 45, 2)
