"""A model of fewer subjects than its section says so, with what is missing."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from trialtrace.report.sections import models
from trialtrace.report.sections.models import (
    estimation_words,
    form_words,
    model_words,
    models_left_out,
    not_for_baseline,
    reference_of,
    unlike_others,
)

ROWS = [
    {"USUBJID": f"s{n}", "AVAL": 1.0, "VILLAGE": None if n < 4 else "v", "AGE": 30.0}
    for n in range(20)
]


def select(dataset, predicate):
    met = [
        row
        for row in ROWS
        if all(test != "present" or row[name] is not None for name, test in predicate.items())
    ]
    return SimpleNamespace(column=lambda name: np.array([row[name] for row in met]))


def material(options, **columns):
    predicate = {"AVAL": "present", **dict.fromkeys(columns, "present")}
    row = {
        "result_id": "toy/visits/mean_difference.clustered@a-b",
        "analysis_id": "visits",
        "parameter": "got",
        "method": "mean_difference.clustered",
        "options": json.dumps(options),
        "n_used": 16,
        "ci_level": 0.95,
        "error": None,
    }
    member = {"role": "analysed", "dataset": "bds", "predicate": json.dumps(predicate)}
    described = SimpleNamespace(label="Village")
    subjects = SimpleNamespace(described=lambda name, dictionary: described)
    return SimpleNamespace(
        trial=SimpleNamespace(subjects=subjects, dictionary=None),
        tracer=SimpleNamespace(
            members={row["result_id"]: [member]}, frames=SimpleNamespace(select=select)
        ),
        of=lambda name: [row],
    )


@pytest.fixture
def visits():
    return SimpleNamespace(name="visits")


def test_a_cluster_that_is_missing_is_told_with_both_numbers(visits):
    own = material({"cluster": "village", "covariates": ["age"]}, VILLAGE="", AGE="")
    (told,) = models_left_out(own, visits)
    assert "[16](" in told and "of 20 subjects; Village is missing in 4." in told


def test_a_model_of_everybody_says_nothing(visits):
    assert not list(models_left_out(material({"covariates": ["age"]}, AGE=""), visits))
    assert not list(models_left_out(material({"confidence": 0.95}), visits))


def over_times(times, **options):
    """What is said of lines over the times of visits, where `month` has measured ones."""

    def endpoint(label, unit, *visits):
        entry = SimpleNamespace(visit_labels=list(visits), unit=unit, follows_visits=False)
        return SimpleNamespace(label=label, entry=entry)

    endpoints = {
        "severe": endpoint("Severe", None, "v1", "v2"),
        "month": endpoint("Month of the visit", "months", "v1", "v2", "v3"),
        "weight": endpoint("Weight", "kg", "v1", "v2"),
    }
    row = {"options": json.dumps({"times": times} | options), "parameter": "severe"}
    row["stat_name"] = "slope_odds_ratio"
    return model_words(SimpleNamespace(trial=SimpleNamespace(endpoints=endpoints)), row)


def test_the_times_of_lines_are_told():
    assert over_times("month") == ["over the actual times of visits (month of the visit)"]
    planned = "over the planned times of visits, not the measured ones (month of the visit)"
    assert over_times({"v1": 0, "v2": 1}) == [planned]


@pytest.mark.parametrize(
    ("method", "options", "told"),
    [
        (
            "p_value.cmh_row_mean_scores",
            {"scores": "modified_ridit"},
            ["scores modified ridits within strata"],
        ),
        ("p_value.jonckheere", {"scores": {"low": 0, "high": 1}}, []),
        ("p_value.rerandomisation", {"scores": "ranks", "draws": 9}, []),
        ("p_value.mixed_anova", {"sums_of_squares": "III"}, ["type III sums of squares"]),
        (
            "mean_difference.mmrm",
            {"slopes": "each_visit", "covariates": ["baseline"]},
            ["fixed effects of arm × visit and baseline × visit with their main effects"],
        ),
        (
            "mean_difference.mmrm",
            {"slopes": "common", "covariates": ["baseline"]},
            ["fixed effects of arm × visit with their main effects, and of baseline"],
        ),
        (
            "mean_difference.mmrm",
            {"slopes": "common"},
            ["fixed effects of arm × visit with their main effects"],
        ),
        ("mean_difference.ancova", {"covariates": ["baseline"]}, []),
    ],
)
def test_what_makes_a_method_another_is_told(method, options, told):
    assert form_words(None, {"method": method, "options": json.dumps(options)}) == told


def test_of_which_statistic_draws_are_made_is_told():
    """Row mean scores have scores too, and nothing is drawn."""
    row = {"options": json.dumps({"scores": "log_rank", "draws": 100}), "stat_name": "p_value"}
    assert model_words(None, row) == ["of the sums of log-rank scores over the arms"]
    assert model_words(None, row | {"options": json.dumps({"scores": "modified_ridit"})}) == []


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (
            {"covariance": "unstructured", "estimation": "REML", "df": "satterthwaite"},
            ["an unstructured covariance of visits", "REML", "by Satterthwaite's approximation"],
        ),
        ({"estimation": "ML", "df": "kenward_roger"}, ["ML", "Kenward and Roger (1997)"]),
        ({"confidence": 0.95}, []),
        (
            {"working": "independence", "variance": "mancl_derouen", "reference": "t"},
            ["independence", "Mancl and DeRouen (2001)", "as units less coefficients"],
        ),
        ({"variance": "HC3", "covariates": ["baseline"]}, ["HC3"]),
        ({"working": "pairwise", "covariates": ["before"]}, ["pairwise"]),
    ],
)
def test_how_a_model_was_fitted(options, words):
    found = estimation_words({"options": json.dumps(options)})
    assert len(found) == len(words)
    assert all(word in text for word, text in zip(words, found, strict=True))


def differences(name, parameter, *covariates, population="alive", value="value"):
    """An analysis of differences at a visit, of an endpoint with a baseline, and its result."""
    analysis = SimpleNamespace(
        name=name,
        label=name.capitalize(),
        value=value,
        by=None,
        role="secondary",
        report="main",
        estimand=SimpleNamespace(population=population),
    )
    row = {
        "analysis_id": name,
        "stat_name": "mean_difference",
        "parameter": parameter,
        "visit": "later",
        "ci_level": 0.95,
        "options": json.dumps({"covariates": covariates}),
    }
    return analysis, row


def beside(*found):
    entry = SimpleNamespace(baseline="start", parents=())
    endpoints = {row["parameter"]: SimpleNamespace(entry=entry) for _, row in found}
    plan = SimpleNamespace(analyses={analysis.name: analysis for analysis, _ in found})
    return SimpleNamespace(
        trial=SimpleNamespace(plan=plan, endpoints=endpoints),
        of=lambda name: [row for _, row in found if row["analysis_id"] == name],
    )


SCALES = differences("scales", "mood")


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ([differences("pain", "pain", "baseline")], "Pain"),
        # The same endpoint is nearer than another of the same patients.
        (
            [differences("pain", "pain", "baseline"), differences("mood", "mood", "baseline")],
            "Mood",
        ),
        ([differences("pain", "pain")], ""),
        ([differences("pain", "pain", "baseline", population="itt")], ""),
        ([differences("pain", "pain", "baseline", value="change")], ""),
    ],
)
def test_a_difference_that_is_not_adjusted_for_baseline_says_so_beside_those_that_are(others, told):
    material = beside(SCALES, *others)
    text = f"Not adjusted for baseline, though “{told}” is, of the same patients" * bool(told)
    assert unlike_others(material, SCALES[0]) == text
    assert not_for_baseline(material, ["scales"]) == " Not adjusted for baseline." * bool(told)
    assert not any(unlike_others(material, other) for other, _ in others if told)


def test_a_test_of_interaction_has_a_modifier_and_no_strata(monkeypatch):
    monkeypatch.setattr(models, "listed", lambda _, names: " and ".join(names))
    row = {"stat_name": "p_value", "options": json.dumps({"strata": ["drug"]})}
    for method, words in (
        ("p_value.logistic_interaction", "effect modifier drug"),
        ("p_value.breslow_day_tarone", "effect modifier drug"),
        ("p_value.cochran_mantel_haenszel", "stratified by drug"),
    ):
        assert model_words(None, row | {"method": method}) == [words]


def test_what_a_model_is_fitted_by_is_cited_beside_it():
    """Kenward and Roger's degrees of freedom of a mixed model, and not those of values."""
    row = {"method": "mean_difference.mmrm", "options": json.dumps({"df": "kenward_roger"})}
    alone = reference_of(row | {"options": "{}"})
    assert reference_of(row) == f"{alone}; Kenward and Roger 1997, Biometrics 53:983"
    assert alone.startswith("Mallinckrodt")
