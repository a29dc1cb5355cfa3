"""Tests over strata of which a count is small: the p that leaves it open is told, no other."""

from itertools import product

import numpy as np
import pytest

from disclosed.trials import EvenTrial, association
from trialtrace.run.disclosure.presets import PRESETS
from trialtrace.run.disclosure.release import Release
from trialtrace.run.disclosure.strata import Strata, short


def patients(start, sizes, events):
    """Bits of the strata of an arm, and those of its events."""
    there, having = [], 0
    for size, count in zip(sizes, events, strict=True):
        there.append(((1 << size) - 1) << start)
        having |= ((1 << count) - 1) << start
        start += size
    return there, having


def arms_of(*tables):
    """Arms of (sizes, events) by stratum: their strata by their patients, and all events."""
    arms, events, start = {}, 0, 0
    for sizes, counts in tables:
        there, having = patients(start, sizes, counts)
        arms[sum(there)], events, start = there, events | having, start + sum(sizes)
    return arms, events


TRAINED, USUAL = ([20, 20], [6, 6]), ([17, 17], [15, 9])


def strata():
    return Strata(PRESETS["trial"], set(), set())


def test_a_p_that_leaves_a_small_count_open_is_told_in_few_digits():
    """2 of 17 had no event: 13 to 17 of 24 events in this stratum give p from 0.0004 to 0.0006."""
    told = strata()
    assert told.told(["drug"], *arms_of(TRAINED, USUAL)) == "<0.001"
    # Of other patients, or of others with the event but for a few, a second one is not.
    assert told.told(["site"], *arms_of(TRAINED, ([17, 16], [15, 9]))) is None
    assert told.told(["site"], *arms_of(TRAINED, ([17, 17], [15, 8]))) is None


@pytest.mark.parametrize(("events", "text"), [([19, 1], None), ([15, 5], "0.31")])
def test_a_p_that_gives_a_small_count_is_not_told(events, text):
    """Of 20 events 0 to 4 in the second stratum of 30: by R p is 0.08, 0.11, 0.15, 0.19, 0.25;
    of 5 it is 0.31, and nothing is small."""
    arms = arms_of(([100, 30], events), ([40, 60], [8, 14]))
    assert strata().told(["site"], *arms) == text


def test_a_stratum_of_few_patients_is_held():
    assert strata().told(["site"], *arms_of(([40, 3], [20, 2]), ([40, 40], [20, 21]))) is None


def test_the_larger_of_two_p_that_are_told_is_told():
    told, (arms, events) = strata(), arms_of(TRAINED, ([17, 17], [5, 9]), USUAL)
    first, _, last = arms
    pair = {who: arms[who] for who in (first, last)}
    assert told.told(["drug"], pair, events) == "<0.001"
    assert told.largest(["drug"], pair, events, 0.0019) is None
    assert told.told(["drug"], arms, events) == "0.002"
    assert told.largest(["drug"], pair, events, 0.0019) == "0.002"


def left(trial, released):
    """Of each small count beside a p that is told how many values all tables with the sizes and
    totals of their arms leave, all p together."""
    for name in trial.outcomes:
        lines = [
            each.row
            for each in released
            if each.row["parameter"] == name and "p_value.cmh" in each.row["method"]
        ]
        lines = [row for row in lines if row["stat_text"] != "hidden"]
        column = next(iter(trial.at_entry))
        known = (trial.outcomes[name] >= 0) & (trial.at_entry[column] != "")
        where = [
            [known & (trial.arm == arm) & (trial.at_entry[column] == level) for level in levels]
            for levels in [sorted(set(trial.at_entry[column]) - {""})]
            for arm in trial.arms
        ]
        sizes = np.array([[who.sum() for who in arm] for arm in where])
        truth = np.array([[(trial.outcomes[name][who] == 1).sum() for who in arm] for arm in where])
        small = (np.minimum(truth, sizes - truth) < 5) & (np.minimum(truth, sizes - truth) > 0)
        # An arm without a small count is taken as known.
        every = [
            [
                each
                for each in product(*(range(n + 1) for n in of))
                if sum(each) == sum(x) and (held.any() or each == tuple(x))
            ]
            for of, x, held in zip(sizes, truth, small, strict=True)
        ]
        if not lines or not small.any() or np.prod([len(each) for each in every]) > 2_000:
            continue
        tables = np.array([*product(*every)])
        compared = np.zeros(len(trial.arms), dtype=bool)
        for row in lines:
            arms = [row["comparison"], row["reference"]] if row["comparison"] else trial.arms
            at = [trial.arms.index(arm) for arm in arms]
            compared[at] = True
            _, p = association(sizes[at], tables[:, at])
            tables = tables[np.array([short(one) == row["stat_text"] for one in p])]
        for arm, stratum in zip(*np.nonzero(small & compared[:, None]), strict=True):
            yield len(set(tables[:, arm, stratum].tolist()))


@pytest.mark.parametrize("number", range(4))
def test_all_tables_of_random_trials_leave_each_small_count_open(number):
    trial, preset = EvenTrial(number), PRESETS["trial"]
    release = Release(
        trial.rows, trial.members, trial.subjects, trial.arms, preset, levels=trial.levels
    )
    assert all(values >= 3 for values in left(trial, release.told()))
