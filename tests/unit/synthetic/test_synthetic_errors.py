"""Cohorts that no rows can be: told with the quantity and the group, not drawn otherwise."""

import re

import numpy as np
import pytest
from example_cohort import COHORT, cohort_of
from synthetic_mini import COHORT as MINI
from synthetic_mini import TRIAL, write_synthetic

from trialtrace.base.errors import UserError
from trialtrace.run.synthetic import make
from trialtrace.run.synthetic.draw import draw_cohort
from trialtrace.run.synthetic.moments import hit
from trialtrace.run.trial.load import load_trial

LEVELS = "levels:\n  patients: {arms: {a: 10, b: 10}}\n  rows: {of: patients, as: row, count: 3}\n"


@pytest.mark.parametrize(
    ("quantities", "words"),
    [
        (
            "x: {level: rows, pick: {count: 4}}",
            "found     4 of 3 rows, first under row 1 of patients",
        ),
        (
            "x: {level: patients, normal: {mean: 0, sd: 1}, limits: {from: 2, to: w}, step: 1}\n"
            "  w: {level: patients, linear: {constant: 1, terms: {id: 0}}}",
            "in 20 rows of patients no value is possible",
        ),
        (
            "x: {level: patients, share: {count: 11, of: 12}, where: {w: {is: u}}}\n"
            "  w: {level: patients, choice: {counts: {u: 10, v: 10}}}",
            "12 have a value, but there are 10 rows",
        ),
        (
            "x: {level: patients, share: {count: 5, of: 20}, "
            "among: [{of: w, margin: {count: 1, of: 4}}]}\n"
            "  w: {level: patients, share: {count: 10}}",
            "no numbers of patients meet all margins together",
        ),
        (
            "x: {level: patients, share: {count: 5}}\n"
            '  w: {level: patients, pattern: {of: x, "yes": {at_least: 2}, "no": {at_most: 0}, '
            "parts: {p: {share: {count: 6}}, q: {propensity: 0.5}}}}",
            "no table has all of these sums together (parts.p, all rows: 6)",
        ),
        (
            "x: {level: patients, normal: {mean: 0, sd: -1}}",
            "sd has to be above 0",
        ),
        (
            "x: {level: patients, normal: {mean: 5, sd: 1}, step: 1, limits: {from: 0, to: 9}, "
            'exact: {mean: "5", sd: "9"}}',
            "all rows: with these limits and this mean the SD is at most 4.6169",
        ),
        (
            "x: {level: patients, normal: {mean: 5, sd: 1}, step: 1, limits: {from: 0, to: 9}, "
            'exact: {mean: "9.5"}}',
            "all rows: with these limits the mean lies from 0 to 9",
        ),
        (
            "x: {level: patients, normal: {mean: 5, sd: 1}, step: 1, limits: {from: 0, to: 9}, "
            'exact: {mean: "5.50", sd: "0.2"}}',
            "all rows: values in steps of 1 with this mean have a larger SD",
        ),
        (
            "x: {level: patients, uniform: {from: {by: arm, is: {a: 1, b: 9}}, to: 5}, "
            "tag: printed}",
            "from has to be at most to in every row",
        ),
    ],
)
def test_what_cannot_be_drawn_is_told(tmp_path, quantities, words):
    cohort = cohort_of(tmp_path, f"{LEVELS}quantities:\n  {quantities}\n")
    with pytest.raises(UserError) as error:
        draw_cohort(cohort, "mini", mode="display", seed=1)
    assert words in str(error.value)
    assert "config/trials/mini/cohort.yaml: quantities." in str(error.value)


def test_a_level_of_a_negative_number_of_rows_is_told(tmp_path):
    text = COHORT.replace("total: 7, printed", "total: 7, printed").replace(
        "as: event, count: n_events", "as: event, count: last_shift"
    )
    text += "  last_shift: {level: patients, linear: {constant: -1, terms: {id: 0}}, step: 1}\n"
    with pytest.raises(UserError, match="last_shift with values that count no rows"):
        draw_cohort(cohort_of(tmp_path, text), "mini", mode="display", seed=1)


def test_more_rows_than_can_be_held_are_refused_before_they_are_made(tmp_path):
    text = LEVELS.replace("count: 3", "count: many") + (
        "quantities:\n  many: {level: patients, linear: {constant: 10000000, terms: {id: 0}}, "
        "step: 1}\n"
    )
    with pytest.raises(UserError, match="200000000 rows"):
        draw_cohort(cohort_of(tmp_path, text), "mini", mode="display", seed=1)


def test_a_mistake_that_only_the_draw_shows_is_told_by_its_line(tmp_path):
    at = write_synthetic(
        tmp_path, MINI.replace("duplicate_row, rows: 2", "duplicate_row, rows: 99")
    )
    line = 1 + MINI[: MINI.index("duplicate_row")].count("\n")
    with pytest.raises(UserError) as error:
        make(load_trial("mini", at))
    place = error.value.problems[0].place
    assert re.fullmatch(rf"config/trials/mini/cohort.yaml:{line}:[0-9]+: mess\[6\].rows", place)


def half_up(value: float) -> str:
    return f"{np.floor(round(100 * value, 9) + 0.5) / 100:.2f}"


def test_no_moments_that_some_values_have_are_refused():
    """Values are drawn, and their own moments printed: then they cannot be impossible."""
    draws = np.random.default_rng(7)
    for _ in range(300):
        n, low, width = draws.integers(2, 30), draws.integers(-20, 20), draws.integers(0, 15)
        x = draws.integers(low, low + width + 1, n).astype(float)
        if draws.random() < 0.3:
            x = np.where(draws.random(n) < 0.5, low, low + width).astype(float)
        ends = np.full(n, float(low)), np.full(n, float(low + width))
        wanted = {"mean": half_up(x.mean()), "sd": half_up(x.std(ddof=1))}
        found = hit(x, *ends, step=1, wanted=wanted)
        assert {"mean": half_up(found.mean()), "sd": half_up(found.std(ddof=1))} == wanted


def test_what_needs_a_missing_value_is_missing(tmp_path):
    text = LEVELS + (
        "quantities:\n"
        "  z: {level: patients, normal: {mean: 0, sd: 1}}\n"
        "  known: {level: patients, share: {count: 10}}\n"
        '  x: {level: patients, normal: {mean: 5, sd: 1}, where: {known: {is: "yes"}}}\n'
        "  w: {level: rows, normal: {mean: x, sd: 1}}\n"
        "  total: {level: patients, linear: {terms: {x: 2, id: 1}}}\n"
        "  part: {level: rows, product: {of: [x], divided_by: [row]}}\n"
        "  mean: {level: patients, gather: {level: rows, of: w, statistic: mean}}\n"
        "  number: {level: patients, gather: {level: rows, of: w, statistic: count}}\n"
        "  largest: {level: patients, gather: {level: rows, of: w, statistic: max}}\n"
        "  first: {level: patients, gather: {level: rows, of: w, statistic: first}}\n"
        "  so_far: {level: rows, running: {of: row}}\n"
        "  before: {level: rows, running: {of: row, before: true}}\n"
    )
    drawn = draw_cohort(cohort_of(tmp_path, text), "mini", mode="display", seed=1)
    patients, rows = drawn.levels["patients"], drawn.levels["rows"]
    missing = [value == "no" for value in patients.view("known").to_pylist()]
    assert sum(missing) == 10
    for name in ("x", "total", "mean", "largest", "first"):
        assert [value is None for value in patients.view(name).to_pylist()] == missing, name
    y, part = rows.view("w").to_pylist(), rows.view("part").to_pylist()
    for row, parent in enumerate(rows.parent.tolist()):
        assert (y[row] is None) == (part[row] is None) == missing[parent]
    number = patients.view("number").to_pylist()
    assert number == [0 if gone else 3 for gone in missing]
    for at in range(20):
        own = y[3 * at : 3 * at + 3]
        if not missing[at]:
            assert patients.view("mean")[at].as_py() == pytest.approx(sum(own) / 3)
            assert patients.view("largest")[at].as_py() == max(own)
            assert patients.view("first")[at].as_py() == own[0]
    assert rows.view("so_far").to_pylist() == [1, 3, 6] * 20
    assert rows.view("before").to_pylist() == [0, 1, 3] * 20


def test_a_simulated_cohort_takes_as_many_defects_as_it_has_room_for(tmp_path):
    """How many values are missing there is chance: a seed with few of them stops no simulation."""
    at = write_synthetic(
        tmp_path,
        MINI.replace("duplicate_row, rows: 2", "duplicate_row, rows: 99"),
        trial=TRIAL.replace("mode: display", "mode: simulate"),
    )
    made = make(load_trial("mini", at)).truth["mess"]
    repeated = next(one for one in made if one["defect"] == "duplicate_row")
    assert 20 <= len(repeated["source_rows"]) < 40
    assert repeated["expected"][0]["rejects"] == len(repeated["source_rows"])
