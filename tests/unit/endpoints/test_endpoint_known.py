"""Of how many an outcome is known, by arm and visit, and where that is unequal beyond chance."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pytest
from scipy import stats
from tiny_trial import derived, field, tiny

from trialtrace.run.cleaning.losses import SELDOM
from trialtrace.run.endpoints.known import _chance, _died_of_missing
from trialtrace.run.endpoints.losses import read_losses
from trialtrace.run.endpoints.records import Records

SCORE = "score: {label: Score, code: SCORE, kind: measure, table: patients, column: y}"
REPEATED = (
    "pain: {label: Pain, code: P, kind: repeated, baseline: before, table: wide, "
    "visits: {p0: before, p1: after}}"
)
TWO = """
tables:
  patients: {of: raw, key: [id], subject: id, arm: rx}
  wide: {of: raw2, key: [id], subject: id}
"""


def people(missing: tuple[int, int], n: int = 60) -> str:
    """Patients of both arms in turn; of the first and of the second so many have no score."""
    left = list(missing)
    lines = []
    for at in range(2 * n):
        arm = at % 2
        gone = left[arm] > 0
        left[arm] -= gone
        lines.append(f"p{at:03} {arm} {'.' if gone else (at * 7919) % 97}")
    return "\n".join(["id rx y:integer", *lines])


def losses(folder, missing: tuple[int, int]):
    derived(tiny(SCORE), folder, patients=people(missing))
    return read_losses(folder / "derived")


def test_everybody_of_each_arm_is_counted(tmp_path):
    made = losses(tmp_path, (2, 5))
    assert made.known == {"score": {"": {"new": [55, 60], "old": [58, 60]}}}


def test_an_outcome_that_one_arm_lacks_is_a_red_line(tmp_path):
    lines = [
        one.text for one in losses(tmp_path, (1, 20)).warnings if one.kind == "known_unequally"
    ]
    (line,) = lines
    assert line.startswith(
        "Endpoint score (Score) is known unequally by arm: New drug 40 of 60, Old drug 59 of 60, "
    )


def test_it_says_how_many_of_the_missing_died_where_deaths_are_known():
    """Five of two arms: of the last three no score is known, of whom two died."""
    named, death = SimpleNamespace, SimpleNamespace(terminal=True)
    arms = {"new": named(label="New drug"), "old": named(label="Old drug")}
    trial = named(endpoints={"death": named(name="death", entry=death)}, design=named(arms=arms))
    score = Records("bds", np.arange(2), {"AVAL": pa.array([1.0, 2.0])}, ())
    adsl = named(columns={"TRT01P": pa.array(["new", "old", "old", "new", "new"])})
    died = {"death": np.array([True, False, True, True, False])}
    study = named(trial=trial, made={"score": score}, events=died, size=5, adsl=adsl)
    told = _died_of_missing(study, "score", "")
    assert told.endswith("died at any time: New drug 1 of 2, Old drug 1 of 1.")
    assert _died_of_missing(named(**{**vars(study), "events": {}}), "score", "") == ""


def test_so_is_a_required_variable(tmp_path):
    trial = tiny(trial="subjects: {table: patients, variables: {mass: y}}")
    trial.dictionary["patients"]["y"] = replace(field("y", "patients", "integer"), required=True)
    derived(trial, tmp_path, patients=people((1, 20)))
    (line,) = (one.text for one in read_losses(tmp_path / "derived").warnings)
    assert line.startswith(
        "Variable mass of the subjects is known unequally by arm: New drug 40 of 60, Old drug 59"
    )


@pytest.mark.parametrize("missing", [(9, 11), (0, 4), (0, 60)])
def test_what_chance_gives_few_lost_and_an_arm_without_the_outcome_are_none(tmp_path, missing):
    """Where one arm has no value at all the endpoint is of the other alone."""
    kinds = {one.kind for one in losses(tmp_path, missing).warnings}
    assert "known_unequally" not in kinds


def test_each_visit_is_counted(tmp_path):
    wide = "id p0:integer p1:integer\na 1 2\nb 3 .\nc 4 5\nd . .\n"
    patients = "id rx\na 1\nb 0\nc 1\nd 0"
    derived(tiny(REPEATED, TWO), tmp_path, patients=patients, wide=wide)
    assert read_losses(tmp_path / "derived").known == {
        "pain": {
            "before": {"new": [2, 2], "old": [1, 2]},
            "after": {"new": [2, 2], "old": [0, 2]},
        }
    }


def test_the_chances_are_those_of_scipy():
    many = {"a": (50, 60), "b": (35, 60)}
    table = np.array([[50, 10], [35, 25]])
    expected = stats.chi2_contingency(table, correction=False).pvalue
    assert _chance(many) == pytest.approx(expected, rel=1e-9)
    few = {"a": (20, 20), "b": (14, 20)}
    one_sided = stats.fisher_exact([[20, 0], [14, 6]], alternative="greater").pvalue
    assert _chance(few) == pytest.approx(2 * one_sided, rel=1e-9)
    three = {"a": (50, 60), "b": (35, 60), "c": (48, 60)}
    table = np.array([[50, 10], [35, 25], [48, 12]])
    expected = stats.chi2_contingency(table, correction=False).pvalue
    assert _chance(three) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize(("name", "seldom"), [("ABLFL", 1), ("CHG", 1), ("AVAL", 0), ("pain", 0)])
def test_columns_of_adam_that_stand_only_where_they_apply(name, seldom):
    assert bool(SELDOM.fullmatch(name)) == bool(seldom)
