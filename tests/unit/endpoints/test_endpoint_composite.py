"""Findings and composites: worked examples by hand, and the rules for what is missing."""

import itertools

import numpy as np
import pytest
from tiny_trial import derived, edges, shown, tiny

from trialtrace.run.endpoints.truth import at_least, decided_sooner, ever, rule


def by_code(table, code, *columns):
    rows = shown(table, "PARAMCD", *columns)
    return [(row[0], *row[2:]) for row in rows if row[1] == code]


def test_all_answers_of_a_count_by_enumeration():
    """Every pattern of three parts against the meaning of each rule, written out."""
    patterns = np.array(list(itertools.product((1.0, 0.0, np.nan), repeat=3)))
    yes, known = (patterns == 1).sum(axis=1), (~np.isnan(patterns)).sum(axis=1)
    for k, missing in itertools.product((1, 2, 3), ("any_missing", "undecided", "measured")):
        found = at_least(yes, known, np.full(27, 3), k, missing)
        expected = [_meant(pattern, k, missing) for pattern in patterns]
        assert np.array_equal(found, expected, equal_nan=True)


def _meant(pattern: np.ndarray, k: int, missing: str) -> float:
    """The rule in words: look at every way to fill in what is unknown."""
    either = [(0, 1) if np.isnan(part) else (part,) for part in pattern]
    answers = {sum(one) >= k for one in itertools.product(*either)}
    gaps = np.isnan(pattern).any()
    if np.isnan(pattern).all() or (missing == "any_missing" and gaps):
        return np.nan
    if missing == "undecided" and len(answers) > 1:
        return np.nan
    return float(np.nansum(pattern) >= k)


@pytest.mark.parametrize("missing", ["undecided", "any_finding"])
def test_undecided_is_what_every_completion_agrees_on(missing):
    """The rule over two findings and a score against all completions of what is unknown; with
    `any_finding` of the score alone, so that two findings decide without it, and one does not."""
    condition = {
        "any": [{"findings": {"at_least": 2}}, {"findings": {"at_least": 1}, "s": {"is": 1}}]
    }
    patterns = np.array(list(itertools.product((1.0, 0.0, np.nan), repeat=3)))
    found = rule(
        condition, {"a": patterns[:, 0], "b": patterns[:, 1]}, {"s": patterns[:, 2]}, missing
    )
    for (a, b, s), answer in zip(patterns, found, strict=True):
        lost = np.isnan([a, b])
        if lost.all() or (missing == "any_finding" and lost.any()):
            assert np.isnan(answer)
            continue
        either = [(0, 1) if np.isnan(p) else (p,) for p in (a, b, s)]
        truths = {x + y >= 2 or (x + y >= 1 and z == 1) for x, y, z in itertools.product(*either)}
        assert (len(truths) == 2 and np.isnan(answer)) or truths == {bool(answer)}


def test_ever_with_and_without_passing_over():
    visits = np.array([[0, 0, np.nan, 1], [np.nan, 0, np.nan, np.nan], [0, 1, np.nan, 0]])
    strict = ever(visits, passing_over=False)
    assert np.array_equal(strict[-1], [np.nan, 1, np.nan, 1], equal_nan=True)
    loose = ever(visits, passing_over=True)
    assert np.array_equal(loose[-1], [0, 1, np.nan, 1], equal_nan=True)
    assert np.array_equal(loose[0], [0, 0, np.nan, 1], equal_nan=True)


NORM = """
fork: {label: Fork, code: FORK, kind: repeated, table: patients,
       visits: {f0: base, f1: end}, baseline: base}
low: {label: Low, code: LOW, kind: finding, of: fork, norm: {table: own, age: age}}
"""
OWN = "group,age_to,normal_from,normal_to,verified,source\n,40,4.5,,no,x\n,60,4,,no,x\n,,3,,no,x\n"


@pytest.mark.parametrize(
    ("shift", "low"),
    [
        ("", [0, 1, 0, 1, 0, 1, None, None]),
        (", shift: -0.5", [0, 0, 0, 0, 0, 0, None, None]),
        (", shift: 0.5", [1, 1, 1, 1, 1, 1, None, None]),
    ],
)
def test_a_norm_by_age(tmp_path, shift, low):
    """The limit itself is normal; the age of a band is its last; an unknown age leaves it open.
    Shifted by half a point a lower norm lets 4 pass at 40, a higher one no 4.5."""
    from trialtrace.base.paths import Project

    (tmp_path / "config/norms").mkdir(parents=True)
    (tmp_path / "config/norms/own.csv").write_text(OWN)
    own = NORM.replace("age: age}", f"age: age{shift}}}")
    trial = tiny(own, "subjects: {table: patients, age: {column: age, unit: years}}")
    trial.at = Project(tmp_path)
    tables = derived(
        trial,
        tmp_path,
        patients="""
        id  rx  age:integer  f0:number  f1:number
        a   1   40           4.5        4
        b   0   41           4          3.5
        c   1   90           3          2.5
        d   0   .            5          5
    """,
    )
    found = by_code(tables["bds"], "LOW", "AVISIT", "AVAL")
    assert [row[2] for row in found] == low
    assert {edge[4] for edge in edges(tables, "bds", "AVAL")} == {"age", "f0", "f1"}


@pytest.mark.parametrize("missing", ["any_missing", "undecided", "measured"])
def test_without_any_known_finding_there_is_no_answer(missing):
    nothing = {"a": np.array([np.nan]), "b": np.array([np.nan])}
    condition = {"any": [{"findings": {"at_least": 2}}, {"s": {"is": 1}}]}
    for score in (0.0, 1.0, np.nan):
        assert np.isnan(rule(condition, nothing, {"s": np.array([score])}, missing)).all()


@pytest.mark.parametrize(
    ("condition", "answer"),
    [
        # Two present of six decide yes; for no all six must be absent, as symptoms are unknown.
        ({"any": [{"findings": {"at_least": 2}}, {"all": [{"findings": {"at_least": 1}},
          {"drop": {"at_most": -4}}]}]}, "yes"),
        ({"findings": {"at_least": 6}}, "no"),
        # Three present decide yes, four absent no.
        ({"findings": {"at_least": 3}}, "yes"),
        ({"findings": {"at_least": 4}}, "no"),
    ],
)  # fmt: skip
def test_which_answer_is_known_with_fewer_parts(condition, answer):
    parts = [f"f{number}" for number in range(6)]
    assert decided_sooner(condition, parts, ["drop"]) == answer


def test_a_rule_may_take_as_many_parts_for_either_answer():
    assert decided_sooner({"findings": {"at_least": 3}}, list("abcde"), []) is None
