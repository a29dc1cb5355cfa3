"""A small run of the campaign on rows, and its section of docs/integrity.md."""

import numpy as np
import pytest

from integrity import (
    HEAD,
    NAMES,
    PAGE,
    area,
    false_ones,
    found_at,
    real_export,
    section,
    true_ones,
    written,
)
from rows.recipes import RECIPES, carried_forward, shuffled_visits, twice
from rows.true_trials import Made, chosen, export_of, true_trial


@pytest.fixture(scope="module")
def outcomes():
    return list(true_ones(4, 0)), list(false_ones(2, (twice, carried_forward, shuffled_visits)))


def test_coarse_fabrications_are_found_and_true_trials_are_not(outcomes):
    true, false = outcomes
    assert not any(one.found for one in true)
    assert all(one.found for one in false)
    assert area(false, true) == 1
    assert found_at(0.05, false, true) == 1
    assert {one.by for one in false if one.kind == "carried_forward"} == {"carried"}


def test_areas_count_ties_half(outcomes):
    true, _ = outcomes
    assert area(true, true) == 0.5


def test_the_section_has_a_row_a_recipe_and_the_page_has_all(outcomes):
    true, false = outcomes
    told = section(true, false)
    assert told.startswith(HEAD)
    assert "| 2 of 2 | 1.00 |" in told
    rows = [line for line in told.splitlines() if line.startswith("| ")]
    assert len(rows) == 2 + 3
    page = PAGE.read_text(encoding="utf-8")
    assert written(page, told).partition(HEAD)[0] == page.partition(HEAD)[0]
    for recipe in NAMES.values():
        assert " ".join(recipe.__doc__.split()).rstrip(".") in page


@pytest.mark.parametrize("recipe", RECIPES, ids=lambda one: one.__name__)
def test_a_recipe_changes_a_copy_and_keeps_its_shape(recipe):
    true, again = true_trial(7), true_trial(7)
    false = recipe(true, np.random.default_rng(1))
    assert _same(true, again)
    assert not _same(true, false)
    assert false.n == true.n and set(false.visits) == set(true.visits)


def _same(one: Made, other: Made) -> bool:
    both = [(one.arm, other.arm), (one.site, other.site)]
    for name in one.patients:
        both.append((one.patients[name][1], other.patients[name][1]))
    for name in one.visits:
        both.append((one.visits[name][1], other.visits[name][1]))
    return all(np.array_equal(a, b, equal_nan=True) for a, b in both)


def test_a_part_of_an_export_has_the_rows_of_its_patients():
    whole = export_of(true_trial(3))
    part = chosen(whole, np.array([2, 5, 9]))
    assert part.n == 3
    assert part.places(np.arange(3)) == (4, 7, 11)
    assert set(part.sheets[1].subject) == {0, 1, 2}
    assert part.arm.tolist() == whole.arm[[2, 5, 9]].tolist()


def test_what_an_export_holds_is_told_by_its_configuration():
    cgd = real_export("cgd1991")
    assert (cgd.n, cgd.entry, cgd.scheme) == (128, ("intervals", "random"), "unknown")
    assert ("intervals", "age") in cgd.baseline
    (rows,) = cgd.sheets
    assert len(rows.rows) == 203 and rows.step.max() > 0
    assert not {"id", "enum", "treat"} & {column.name for column in rows.columns}
    age = cgd.known(("intervals", "age"))
    assert len(age.there) == 128
    assert {column.unit for column in rows.columns if column.name in ("height", "weight")} == {
        "cm",
        "kg",
    }
    # Recurrence and death are two rows of a patient, and no visits.
    colon = real_export("moertel1990")
    (rows,) = colon.sheets
    assert not rows.step.any() and set(rows.part) == {0, 1}
    assert np.bincount(colon.arm).tolist() == [310, 304, 315]
