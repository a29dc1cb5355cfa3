"""Small tables, worked by hand: what is hidden, what is told, and that no more can be reckoned."""

import pytest

from disclosed.attack import Attack
from disclosed.trials import RandomTrial
from disclosure import attacked, released, thresholded
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


@pytest.mark.parametrize(
    ("preset", "small", "not_small"),
    [("trial", (1, 4), (0, 5)), ("opensafely", (1, 7), (0, 8)), ("sacro", (0, 9), (10,))],
)
def test_which_counts_are_small(preset, small, not_small):
    assert all(PRESETS[preset].too_small(count) for count in small)
    assert not any(PRESETS[preset].too_small(count) for count in not_small)


def values(number: int, sums: list[Sum], spans: dict[int, tuple[int, int]]) -> set[int]:
    for numbers, own in components(sums, spans):
        if number in numbers:
            return Program(numbers, own, spans).values(number)
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


def test_an_attack_that_contradicts_itself_is_an_error():
    trial = RandomTrial(0)
    attack, _ = released(trial, PRESETS["trial"])
    broken = [
        line | {"stat": [10_000.0]} if line["stat_name"] == "randomised" else line
        for line in attack.lines
    ]
    with pytest.raises(ValueError, match="contradicts itself"):
        Attack(broken, "exact", attack.hidden).values()
