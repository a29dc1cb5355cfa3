"""Which arms enter each model and test is told for a trial of more than two arms."""

import json
from types import SimpleNamespace as Stub

import numpy as np
import pytest

from trialtrace.report.sections import clusters
from trialtrace.report.sections.models import arms_used

SIZES = {"high": 80, "low": 75, "placebo": 78}


def material(*made, arms=("high", "low", "placebo"), kind="parallel"):
    """`made`: (method, arms that its rows are of)."""
    rows, members = [], {}
    for number, (method, used) in enumerate(made):
        stat = method.split(".")[0]
        rows.append(
            {
                "result_id": f"r{number}",
                "method": method,
                "stat_name": stat,
                "group1_level": None,
                "options": '{"sums_of_squares": "III"}' if "anova" in method else "{}",
            }
        )
        where = json.dumps({"TRTP": {"in": list(used)}})
        members[f"r{number}"] = [
            {"role": "analysed", "dataset": "bds", "predicate": where},
            {"role": "numerator", "dataset": "bds", "predicate": json.dumps({"TRTP": {"is": "x"}})},
        ]
    # One of a single arm, which compares nothing.
    rows.append(
        {
            "result_id": "one",
            "method": "mean.t_interval",
            "stat_name": "mean",
            "group1_level": "high",
        }
    )
    design = Stub(arms=dict.fromkeys(arms), kind=kind)

    def select(_, predicate):
        # Two records a patient: patients are counted, not records.
        ids = [f"{arm}{n}" for arm in predicate["TRTP"]["in"] for n in range(SIZES[arm])]
        return Stub(column=lambda _: ids * 2)

    return Stub(
        printable=lambda _: rows,
        trial=Stub(design=design),
        tracer=Stub(members=members, frames=Stub(select=select)),
        arm_label=str.capitalize,
    )


ANALYSIS = Stub(name="a")


def test_a_model_is_told_with_the_type_of_its_sums_of_squares():
    every = ("high", "low", "placebo")
    told = arms_used(material(("p_value.mixed_anova", every)), ANALYSIS)
    assert told.endswith(", sums of squares III.")


def test_a_model_of_two_of_three_arms_says_so():
    told = arms_used(material(("mean_difference.ancova", ("high", "low"))), ANALYSIS)
    assert told == (
        "Patients of the arms High and Low (155): analysis of covariance. "
        "No patient of the arm Placebo enters."
    )


def test_a_model_of_all_arms_says_so_and_tests_of_pairs_stand_apart():
    told = arms_used(
        material(
            ("mean_difference.ancova", ("high", "low", "placebo")),
            ("p_value.welch_t", ("high", "placebo")),
            ("p_value.welch_t", ("low", "placebo")),
        ),
        ANALYSIS,
    )
    assert told == (
        "Patients of all arms (233): analysis of covariance. "
        "Patients of the arms High and Placebo (158), of the arms Low and Placebo (153): "
        "Welch's t test."
    )


@pytest.mark.parametrize(
    "more", [{"arms": ("high", "low")}, {"kind": "within_subject"}, {"kind": "crossover"}]
)
def test_of_two_arms_nothing_needs_to_be_told(more):
    assert arms_used(material(("p_value.fisher", ("high", "low")), **more), ANALYSIS) == ""


def test_who_has_no_outcome_counts_where_it_is_drawn():
    made = material(("risk_difference.multiple_imputation", ("high", "low")))
    made.tracer.members["r0"].append(
        {
            "role": "denominator",
            "dataset": "adsl",
            "predicate": json.dumps({"TRT01P": {"in": ["high", "low", "placebo"]}}),
        }
    )
    made.tracer.frames.select = lambda dataset, predicate: Stub(
        column=lambda _: range(240 if dataset == "adsl" else 155)
    )
    told = arms_used(made, ANALYSIS)
    assert told.startswith("Patients of all arms (240): multiple imputation")


def test_an_analysis_that_compares_nothing_has_no_such_sentence():
    assert arms_used(material(), ANALYSIS) == ""


def _analysis(by=None, **options):
    steps = (Stub(options=Stub(**options)),) if options else ()
    return Stub(by=by, label="Pain", describe=(), estimates=steps, tests=())


def test_clusters_and_patients_by_arm(monkeypatch):
    monkeypatch.setattr(clusters, "items_of", vars)
    monkeypatch.setattr(clusters, "variable_label", lambda *_: "Practice")
    of = {"real": ["a", "a", "b"], "sham": []}
    select = lambda _, where: Stub(  # noqa: E731
        n=len(of[where["TRT01P"]["is"]]), column=lambda _: np.array(of[where["TRT01P"]["is"]])
    )
    arms = {"real": Stub(label="Real"), "sham": Stub(label="Sham")}
    plan = Stub(analyses={"pain": _analysis(cluster="practice")})
    trial = Stub(synthetic=False, stamp=None, design=Stub(arms=arms), plan=plan)
    tracer = Stub(frames=Stub(select=select))
    material = Stub(trial=trial, tracer=tracer)
    text = clusters.clusters_table(material)
    assert "| Real | 2 | 3 | 1.5 | 1 to 2 |" in text
    assert "| Sham | 0 | 0 | – | – |" in text
    plan.analyses = {"pain": _analysis()}
    assert clusters.clusters_table(material) == ""
