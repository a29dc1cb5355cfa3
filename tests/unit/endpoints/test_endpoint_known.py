"""Of how many an outcome is known, by arm and visit, and where that is unequal beyond chance."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta

import numpy as np
import pytest
from scipy import stats
from tiny_trial import CROSSOVER, TRIAL, derived, field, tiny

from trialtrace.base.purpose import Purpose
from trialtrace.run.endpoints.known import _chance, chances_of
from trialtrace.run.endpoints.losses import read_losses
from trialtrace.run.integrity.values import SELDOM

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


def died(deaths: dict[int, int], others: dict[int, int]) -> str:
    """60 patients of each arm; of an arm so many died, and so many others have no score."""
    lines = ["id rx y:integer dead"]
    for at in range(120):
        arm, nth = at % 2, at // 2
        dead = nth < deaths[arm]
        gone = dead or nth < deaths[arm] + others[arm]
        lines.append(f"p{at:03} {arm} {'.' if gone else at * 7919 % 97} {'yes' if dead else 'no'}")
    return "\n".join(lines)


@pytest.mark.parametrize(("others", "red"), [({0: 3, 1: 3}, False), ({0: 0, 1: 25}, True)])
def test_who_died_is_left_out(tmp_path, others, red):
    """25 deaths beside 5 are an outcome; of 25 lost alive and none each is a red line."""
    death = (
        'death: {label: Death, code: D, kind: event, table: patients, event: {dead: {is: "yes"}}}'
    )
    text = died({0: 25, 1: 5}, others)
    derived(tiny(f"{SCORE}\n{death}"), tmp_path, patients=text)
    made = read_losses(tmp_path / "derived")
    assert made.known["score"][""] == {"new": [55 - others[1], 60], "old": [35 - others[0], 60]}
    lines = [one.text for one in made.warnings if one.kind == "known_unequally"]
    assert bool(lines) is red
    told = "died at any time, which p leaves out: New drug 5 of 30, Old drug 25 of 25."
    assert all(line.endswith(told) for line in lines)


DATED = """
score:
  {label: Score, code: SCORE, kind: repeated, table: visits, column: y, baseline: start, date: seen,
   visit: {column: visit, labels: {"0": start, "1": later}}}
death:
  {label: Death, code: D, kind: time_to_event, table: patients, start: entry, day_of_start: 0,
   event: {dead: {is: "yes"}}, event_date: last, last_contact: last, terminal: true,
   event_label: Death, censored_label: Alive}
"""
VISITS = """
tables:
  patients: {of: raw, key: [id], subject: id, arm: rx}
  visits: {of: raw2, key: [id, visit], subject: id}
subjects: {table: patients, variables: {entry: entry}}
"""


def at_day(day: int) -> str:
    return str(date(2020, 1, 1) + timedelta(days=day))


def seen_later(folder, later: Callable[[int, bool], bool], death: int = 200) -> list[str]:
    """Red lines of 60 patients of each arm, of whom 5 and 25 died at a day; whether the nth of an
    arm was seen at day 100."""
    people, rows = ["id rx dead entry:date last:date"], ["id visit seen:date y:integer"]
    for at in range(120):
        arm, nth = at % 2, at // 2
        dead = nth < (5, 25)[arm]
        last = at_day(death if dead else 300)
        people.append(f"p{at:03} {arm} {'yes' if dead else 'no'} {at_day(0)} {last}")
        for visit, day in enumerate((0, 100)[: 1 + later(arm, dead)]):
            rows.append(f"p{at:03} {visit} {at_day(day)} {at * 7919 % 97}")
    derived(tiny(DATED, VISITS), folder, patients="\n".join(people), visits="\n".join(rows))
    return [one.text for one in read_losses(folder / "derived").warnings]


@pytest.mark.parametrize(("death", "red"), [(20, False), (200, True)])
def test_who_died_after_a_visit_is_counted_at_it(tmp_path, death, red):
    lines = seen_later(tmp_path, lambda arm, dead: not dead, death)
    assert any("is known unequally by arm at later" in text for text in lines) is red


def test_an_arm_that_nobody_saw_at_a_visit(tmp_path):
    lines = seen_later(tmp_path, lambda arm, dead: arm == 1)
    told = "Endpoint score: none of the 60 patients of Old drug has a value at later, others have."
    assert told in lines


def test_an_arm_that_was_seen_at_no_visit_is_not_of_one(tmp_path):
    rows = ["id visit seen:date y:integer"]
    rows += [f"p{at} {v} {at_day(0)} {at}" for at in range(0, 40, 2) for v in (0, 1)]
    people = ["id rx dead entry:date last:date"]
    people += [f"p{at} {at % 2} no {at_day(0)} {at_day(300)}" for at in range(40)]
    derived(tiny(DATED, VISITS), tmp_path, patients="\n".join(people), visits="\n".join(rows))
    lines = [one.text for one in read_losses(tmp_path / "derived").warnings]
    assert not any("has a value at" in text for text in lines)


@pytest.mark.parametrize(("unit", "red"), [("days", False), ("weeks", True)])
def test_days_of_death_are_of_their_unit(tmp_path, unit, red):
    """25 of one arm and 5 of the other died at 20 days, or weeks; the score is of day 100."""
    score = "score: {label: Score, code: S, kind: repeated, baseline: start, table: wide, "
    score += "visits: {p0: start, p1: day 100}}"
    death = "death: {label: Death, code: D, kind: time_to_event, table: patients, time: until, "
    death += f'unit: {unit}, event: {{dead: {{is: "yes"}}}}, event_label: Death, '
    death += "censored_label: Alive}"
    people, rows = ["id rx dead until:integer"], ["id p0:integer p1:integer"]
    for at in range(120):
        dead = at // 2 < (5, 25)[at % 2]
        people.append(f"p{at} {at % 2} {'yes' if dead else 'no'} {20 if dead else 300}")
        rows.append(f"p{at} {at} {'.' if dead else at}")
    trial = tiny(f"{score}\n{death}", TWO)
    derived(trial, tmp_path, patients="\n".join(people), wide="\n".join(rows))
    lines = [one.text for one in read_losses(tmp_path / "derived").warnings]
    assert any("known unequally by arm at day 100" in text for text in lines) is red


def test_of_deaths_without_a_day_it_is_said_what_they_may_hide(tmp_path):
    """As many died of both arms, and those of one alone have no score."""
    lines = ["id rx y:integer dead"]
    for at in range(120):
        gone = at // 2 < 30
        lines.append(
            f"p{at:03} {at % 2} {'.' if gone and at % 2 else at} {'yes' if gone else 'no'}"
        )
    death = (
        'death: {label: Death, code: D, kind: event, table: patients, event: {dead: {is: "yes"}}}'
    )
    derived(tiny(f"{SCORE}\n{death}"), tmp_path, patients="\n".join(lines))
    (note,) = [one.text for one in read_losses(tmp_path / "derived").notes]
    told = "Of those without it died at some time New drug 30 of 30, Old drug 0 of 0; nothing tells"
    assert told in note


IN_PERIODS = """score: {label: Score, code: SCORE, kind: measure, table: periods, column: y,
  location: {column: period, labels: {"1": first, "2": second}}}"""


@pytest.mark.parametrize(("new", "old", "red"), [(12, 0, True), (8, 6, False), (4, 0, False)])
def test_losses_within_patients_are_compared_by_treatment(tmp_path, new, old, red):
    """Rows of 12 of 40 patients are lost with one treatment: p of McNemar's exact test 2/2^12."""
    rows = []
    for at in range(40):
        for period in (1, 2):
            drug = (at + period) % 2
            gone = at < new if drug else new <= at < new + old
            rows += [] if gone else [f"p{at} {period} {drug} {at * 7919 % 97}"]
    lines = losses_within(tmp_path, tiny(IN_PERIODS, CROSSOVER), rows, 40)
    p = 2 * stats.binom.cdf(0, 12, 0.5)
    told = "Endpoint score (Score) is known unequally by treatment within patients: New 28 of 40 "
    told += f"(0 with it alone), Old 40 of 40 (12 with it alone), which has p {p:.2g} by chance"
    assert lines == ([f"{told} among 1 such counts."] if red else [])


def losses_within(root, trial, rows, size) -> list[str]:
    patients = "\n".join(["id", *(f"p{at}" for at in range(size))])
    derived(trial, root, patients=patients, periods="\n".join(["id period drug y:integer", *rows]))
    every = read_losses(root / "derived").warnings
    return [one.text for one in every if one.kind == "known_unequally"]


def test_arms_that_are_hidden_are_not_compared_by_losses(tmp_path):
    rows = [
        f"p{at} {1 + drug} {drug} {at}" for at in range(40) for drug in (0, 1) if drug or at < 9
    ]
    trial = tiny(IN_PERIODS, CROSSOVER)
    assert len(losses_within(tmp_path / "open", trial, rows, 40)) == 1
    trial.at = replace(trial.at, purpose=Purpose("blinded"))
    assert not losses_within(tmp_path / "blinded", trial, rows, 40)


def test_treatments_that_not_all_patients_were_meant_to_have_are_no_losses(tmp_path):
    """All have the control, and one of two drugs."""
    third = CROSSOVER.replace("arms: {", 'arms: {third: {label: Third, code: "2"}, ')
    rows = [f"p{at} {1 + (drug > 0)} {drug} {at}" for at in range(40) for drug in (0, 1 + at % 2)]
    assert not losses_within(tmp_path, tiny(IN_PERIODS, third), rows, 40)


def test_losses_of_clusters_go_together():
    """Two of eight clusters of ten lost nearly all, both of one arm; p of R's
    t.test(c(.1, .1, .9, .9), c(0, .1, .1, 0), var.equal = TRUE) is 0.1013."""
    groups = np.repeat(np.arange(8.0), 10)
    arms = {"a": groups < 4, "b": groups >= 4}
    lost = np.repeat([1, 1, 9, 9, 0, 1, 1, 0], 10) > np.tile(np.arange(10), 8)
    nobody = np.zeros(80, dtype=bool)
    ((p, _, _),) = chances_of([("score", "", ~lost, nobody)], arms, groups)
    assert p == pytest.approx(stats.ttest_ind([0.1, 0.1, 0.9, 0.9], [0, 0.1, 0.1, 0]).pvalue)
    ((patients, _, _),) = chances_of([("score", "", ~lost, nobody)], arms)
    assert patients < 1e-4 < p


def test_of_clusters_that_nothing_names_no_line_is_made(tmp_path):
    design = TRIAL.replace("parallel", "cluster")
    derived(tiny(SCORE, design), tmp_path, patients=people((1, 20)))
    kinds = {one.kind for one in read_losses(tmp_path / "derived").warnings}
    assert "known_unequally" not in kinds


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
        "pain": {"before": {"new": [2, 2], "old": [1, 2]}, "after": {"new": [2, 2], "old": [0, 2]}}
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
