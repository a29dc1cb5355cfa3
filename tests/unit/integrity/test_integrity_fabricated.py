"""Fabrications that papers describe are found in true trials; what an export holds is told by its
configuration."""

from pathlib import Path

import numpy as np
import pytest
from rows.recipes import (
    RECIPES,
    arms_by_weekday,
    block_of_a_column,
    carried_forward,
    interpolated,
    shuffled_visits,
    twice,
    with_noise,
)
from rows.true_trials import chosen, export_of, true_trial

from trialtrace.base.paths import project
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.integrity.look import judged
from trialtrace.run.integrity.read import read_export
from trialtrace.run.integrity.registry import look_at
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.trial.load import load_trial

# By which check each is found.
COARSE = {
    twice: "records",
    with_noise: "duplicates",
    block_of_a_column: "blocks",
    arms_by_weekday: "allocation",
    interpolated: "carried",
    carried_forward: "carried",
    shuffled_visits: "correlations",
}


@pytest.mark.parametrize("recipe", COARSE, ids=lambda one: one.__name__)
def test_a_coarse_fabrication_is_found_by_its_check(recipe):
    made = recipe(true_trial(6000), np.random.Generator(np.random.PCG64([19, 6000])))
    looks = [one.look.check for one in judged(look_at(export_of(made))) if one.unusual]
    assert COARSE[recipe] in looks


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda one: one.__name__)
def test_a_recipe_changes_a_copy(recipe):
    true, false = true_trial(7), recipe(true_trial(7), np.random.default_rng(1))
    before, after = export_of(true), export_of(false)
    assert repr(export_of(true_trial(7))) == repr(before) != repr(after)
    assert false.n == true.n and set(false.visits) == set(true.visits)


def test_a_part_of_an_export_has_the_rows_of_its_patients():
    whole = export_of(true_trial(3))
    part = chosen(whole, np.array([2, 5, 9]))
    assert part.n == 3
    assert part.places(np.arange(3)) == (4, 7, 11)
    assert set(part.sheets[1].subject) == {0, 1, 2}
    assert part.arm.tolist() == whole.arm[[2, 5, 9]].tolist()


def test_recurrence_and_death_are_two_rows_of_a_patient_and_no_visits(tmp_path: Path):
    trial = load_trial("moertel1990", project())
    ingest_sources(trial, tmp_path / "raw")
    clean_tables(trial, tmp_path / "raw", tmp_path / "clean")
    colon = read_export(trial, tmp_path / "clean")
    (rows,) = colon.sheets
    assert not rows.step.any() and set(rows.part) == {0, 1}
    assert np.bincount(colon.arm).tolist() == [310, 304, 315]
