"""A model of fewer subjects than its section says so, with what is missing."""

import json
from types import SimpleNamespace

import numpy as np
import pytest

from trialtrace.report.sections import models
from trialtrace.report.sections.models import (
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


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"covariance": "unstructured", "df": "kenward_roger"}, ["unstructured", "kenward roger"]),
        ({"scores": "modified_ridit", "draws": 10000}, ["modified ridit", "10,000"]),
        ({"covariates": ["baseline"], "strata": []}, ["baseline"]),
        ({"times": "month"}, ["month of the visit"]),
        ({"sides": "two_sided", "confidence": 0.95, "times": [180, 365]}, []),
        ({"sides": "greater"}, ["greater"]),
    ],
)
def test_what_makes_a_model_another_is_told(options, told):
    endpoints = {"month": SimpleNamespace(label="Month of the visit")}
    of = SimpleNamespace(trial=SimpleNamespace(endpoints=endpoints))
    words = model_words(of, {"options": json.dumps(options)})
    keys = [key for key in models.OF_MODEL if key in options]
    assert [word.partition(" ")[2] for word in words] == told
    assert {word.partition(" ")[0] for word in words} <= {*keys}


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


def test_what_a_model_is_fitted_by_is_cited_beside_it():
    """Kenward and Roger's degrees of freedom of a mixed model, and not those of values."""
    row = {"method": "mean_difference.mmrm", "options": json.dumps({"df": "kenward_roger"})}
    alone = reference_of(row | {"options": "{}"})
    assert reference_of(row) == f"{alone}; Kenward and Roger 1997, Biometrics 53:983"
    assert alone.startswith("Mallinckrodt")
