"""Identifiers of results: what stands in them, and that they tell results apart."""

import dataclasses
import math
import re
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialtrace.run.methods.analysing.registry import method
from trialtrace.run.methods.analysing.rows import Place, Result, result_id, slug
from trialtrace.run.tables.frames import canonical
from trialtrace.run.trial.plan.options import NoOptions
from trialtrace.run.trial.plan.references import ADJUSTMENTS, method_of
from trialtrace.run.trial.plan.registry import cards, title_of
from trialtrace.run.trial.plan.steps import Step

ANALYSIS = Place("mini", "relief", "itt")


def at(**place):
    return dataclasses.replace(ANALYSIS, **place)


@pytest.mark.parametrize(
    ("place", "stat", "how", "expected"),
    [
        (at(group="drug"), "proportion", "wilson", "mini/relief/proportion.wilson@drug"),
        (at(), "p_value", "log_rank", "mini/relief/p_value.log_rank@all"),
        (
            at(pair=("drug", "sham")),
            "risk_ratio",
            "katz_log",
            "mini/relief/risk_ratio.katz_log@drug-sham",
        ),
        (
            at(group="drug", visit="30 min", stratum="sex=F"),
            "mean",
            "t_interval",
            "mini/relief/mean.t_interval@drug;visit=30_min;stratum=sex=F",
        ),
        (
            at(second=("effect", "arm_visit")),
            "f",
            "mixed_anova",
            "mini/relief/f.mixed_anova@all;effect=arm_visit",
        ),
        (
            at(group="drug", parameter="age", lists_parameters=True, second=("level", "Yes")),
            "count",
            "descriptive",
            "mini/relief/count.descriptive@drug;parameter=age;level=Yes",
        ),
        # An analysis of one endpoint does not name it.
        (at(group="drug", parameter="relief"), "count", "events", "mini/relief/count.events@drug"),
    ],
)
def test_identifiers(place, stat, how, expected):
    assert result_id(place, stat, how) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("30 min", "30_min"),
        ("University of Michigan", "University_of_Michigan"),
        ("Type 1 (definite), both", "Type_1_definite_both"),
        ("2.5", "2.5"),
        ("sod=Yes", "sod=Yes"),
        ("  ", "_"),
    ],
)
def test_separators_of_words_become_underscores(text, expected):
    assert slug(text) == expected


@pytest.mark.parametrize("pair", [("< 65", "≥ 65"), ("Köln", "Kiln"), ("50 %", "50"), ("α", "β")])
def test_levels_that_differ_in_a_sign_have_different_slugs(pair):
    one, other = map(slug, pair)
    assert one != other
    assert slug(pair[0]) == one


def test_six_digits_of_a_hash_tell_signs_apart():
    # printf '≥ 65' | sha256sum
    assert slug("≥ 65") == "65.a9a71a"


@given(st.text(max_size=30))
def test_a_slug_is_safe_in_a_file_name_and_an_address(text):
    assert re.fullmatch(r"[A-Za-z0-9.+=_-]+", slug(text))


@pytest.mark.parametrize("key", [card.step for card in cards()])
def test_every_method_of_the_registry_has_its_function_and_its_words(key):
    assert callable(method(Step(*key.split("."), NoOptions())))
    assert method_of(key) == title_of(key.split(".")[1])


def test_words_of_an_adjusted_test_name_both():
    told = method_of("p_adjusted.holm_fisher")
    assert told.title == "Holm's step-down adjustment of Fisher's exact test"
    assert told.reference == ADJUSTMENTS["holm"].reference


def test_a_corrected_test_has_words_of_its_own():
    plain, corrected = (method_of(f"p_value.chi_squared{end}") for end in ("", "_continuity"))
    assert plain.title != corrected.title


ROW = Result(at(), "risk_ratio", "katz_log", 0.5, {}, {})


def test_the_row_of_a_result_without_interval_group_or_comparison():
    row = dataclasses.replace(ROW, level=0.95).row()
    given = {name: value for name, value in row.items() if value is not None}
    assert given == {
        "result_id": "mini/relief/risk_ratio.katz_log@all",
        "analysis_id": "relief",
        "method": "risk_ratio.katz_log",
        "options": "{}",
        "population": "itt",
        "stat_name": "risk_ratio",
        "stat_label": "risk ratio",
        "stat_value": 0.5,
        "stat_text": "0.50",
        "synthetic": False,
    }


def test_the_row_of_a_comparison_with_an_interval():
    place = at(pair=("drug", "sham"), second=("level", "Yes"))
    row = dataclasses.replace(ROW, place=place, interval=(0.3, 0.8), level=0.95, text="x").row()
    assert (row["comparison"], row["reference"]) == ("drug", "sham")
    assert (row["group1"], row["group2"], row["group2_level"]) == (None, "level", "Yes")
    assert (row["ci_low"], row["ci_high"], row["ci_level"]) == (0.3, 0.8, 0.95)
    assert row["stat_text"] == "x"


def test_the_row_of_a_group_whose_statistic_does_not_exist():
    row = dataclasses.replace(ROW, place=at(group="drug"), value=math.nan, text="–").row()
    assert (row["group1"], row["group1_level"], row["stat_value"]) == ("TRT01P", "drug", None)


def test_options_keep_their_letters_and_have_one_order():
    row = dataclasses.replace(ROW, options={"b": "≥", "a": 1}).row()
    assert row["options"] == '{"a": 1, "b": "≥"}'


def test_each_role_has_its_row_of_members():
    drug = SimpleNamespace(dataset="bds", predicate={"ITTFL": {"is": "Y"}}, n=3, sha256="ab")
    (row,) = dataclasses.replace(ROW, members={"numerator": drug}).member_rows()
    assert row == {
        "result_id": ROW.result_id,
        "role": "numerator",
        "dataset": "bds",
        "predicate": canonical(drug.predicate),
        "n": 3,
        "sha256": "ab",
    }
