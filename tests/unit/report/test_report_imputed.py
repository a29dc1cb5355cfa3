"""What is told of outcomes that are missing, and of results that are held against a simulation."""

import json
from types import SimpleNamespace as Stub

import numpy as np
import pytest
from test_report_decided import DECIDED, WHOLE, counts
from test_report_wording import row, words

from trialtrace.report.figures import rows_shown
from trialtrace.report.sections import imputed, losses
from trialtrace.report.sections.absolute import denominators
from trialtrace.report.sections.decided_early import Added, OfArm
from trialtrace.run.integrity.identifiers import NOT_THERE
from trialtrace.stats.missing.pooling import pool

GIVEN = {"covariates": [], "arms": "in_model", "cycles": 10, "components": ["nerve", "worse"]}
METHOD = "risk_difference.multiple_imputation"


def drawn(value, error, share, comparison):
    place = {"analysis_id": "a", "comparison": comparison, "reference": "none", "stratum": None}
    place |= {"parameter": "p", "visit": None, "unit": None, "options": json.dumps(GIVEN)}
    share_text = f"{100 * share:.1f} %"
    share_row = row("fraction_missing.multiple_imputation", share, **place, n_draws=None)
    yield row(METHOD, value, **place, n_draws=50, mc_se=error)
    yield share_row | {"stat_text": share_text, "mc_se": None}


def shares(arms):
    place = {"analysis_id": "a", "stratum": None, "parameter": "p", "visit": None, "unit": None}
    for arm, value in arms.items():
        more = {"options": json.dumps(GIVEN), "n_draws": 50, "mc_se": 0.003, "n_used": 20}
        more |= {
            "group1_level": arm,
            "group2": None,
            "comparison": None,
            "error": None,
            "result_id": f"t/a/{arm}",
        }
        yield row("proportion.multiple_imputation", value, **place, **more, stat_text=f"{value}")


def test_shares_that_count_nobody_stand_beside_their_difference():
    rows = [*shares({"high": 0.3, "none": 0.7}), *drawn(-0.4, 0.004, 0.25, "high")]
    material = Stub(of=lambda name: rows, tracer=Stub(counts=lambda row: [], set_to_published=()))
    assert words(denominators(material, rows[2])) == "; 30.0 % against 70.0 %"
    assert denominators(Stub(of=lambda name: rows[1:], tracer=material.tracer), rows[2]) == ""
    material.arm_label, material.trial = (
        str,
        Stub(plan=Stub(analyses={"a": Stub(of=None)}), tells_cohort=False),
    )
    assert rows_shown.counted(material, rows[2:3])[1] == [["30.0% of 20", "70.0% of 20"]]


def test_an_imputation_is_told_with_its_models_what_is_missing_and_its_error():
    rows = [*shares({"high": 0.3}), *drawn(-0.4, 0.004, 0.25, "high")]
    rows += drawn(-0.1, 0.012, 0.125, "low")
    endpoints = {"nerve": Stub(label="Nerve lost"), "worse": Stub(label="Symptoms worse")}
    material = Stub(of=lambda name: rows, trial=Stub(endpoints=endpoints))
    (told,) = imputed.imputations(material, Stub(name="a"))
    assert words(told) == (
        "Multiple imputation of the components, Rubin's rules, Wald's interval: 50 imputations of "
        "10 cycles; the models have the arm, and of each other what is drawn (nerve lost; symptoms "
        "worse). Fraction of the information missing: 12.5 % to 25.0 %. Monte Carlo error of the "
        "estimate: at most 1.2 percentage points."
    )


def test_the_error_of_the_limit_that_decides_is_told():
    """That which lies nearest to no effect by its own error, of both limits of all comparisons."""
    rows = [one | {"ci_level": 0.95} for one in drawn(-0.4, 0.004, 0.25, "high")][:1]
    rows += [one | {"ci_level": 0.95} for one in drawn(-0.19, 0.0046, 0.25, "low")][:1]
    rows[0] |= {"ci_low": -0.6, "ci_high": -0.2}
    rows[1] |= {"ci_low": -0.39, "ci_high": 0.01}
    endpoints = {"nerve": Stub(label="Nerve lost"), "worse": Stub(label="Symptoms worse")}
    material = Stub(
        of=lambda _: rows, trial=Stub(endpoints=endpoints, design=Stub(kind="parallel"))
    )
    material.parameter_words, material.arm_label = lambda _: [], str
    (told,) = imputed.imputations(material, Stub(name="a"))
    assert words(told).endswith(
        "Monte Carlo error of the estimate: at most 0.5 percentage points; of 1.0 percentage "
        "points, the limit nearest to no effect (low against none), 0.5 percentage points."
    )
    # A ratio is pooled as a logarithm, and a row without an interval has no limit.
    assert imputed._of_limit(material, [rows[0] | {"stat_name": "odds_ratio"}]) == ""
    assert imputed._of_limit(material, [rows[0] | {"ci_level": None}]) == ""


def test_the_error_of_a_limit_is_that_of_many_sets_of_imputations():
    """20,000 sets of 20 imputations, of a variance between that is half that within."""
    m, within, between = 20, 1.0, 0.5
    q = np.random.default_rng(7).normal(0.0, np.sqrt(between), (m, 20_000))
    spread = {"df_complete": np.inf, "null": 0.0, "sides": "two_sided", "confidence": 0.95}
    pooled = pool(q, np.full(q.shape, within), **spread, scale="identity")
    total = np.sqrt(within + (1 + 1 / m) * between)
    half = 1.96 * total
    given = {"n_draws": m, "mc_se": np.sqrt(between / m), "ci_level": 0.95}
    given |= {"ci_low": -half, "ci_high": half}
    assert imputed.limit_error(given) == pytest.approx(np.std(pooled.high), rel=0.1)
    # By more than the error of the estimate alone.
    assert imputed.limit_error(given) > 1.15 * given["mc_se"]


def test_values_of_several_visits_are_drawn_with_the_other_visits():
    given = {"covariates": [], "arms": "in_model", "cycles": 10}
    place = {"analysis_id": "a", "options": json.dumps(given), "unit": "points", "n_draws": 50}
    place |= {"mc_se": 0.04, "parameter": "p", "comparison": "high", "ci_level": None}
    of = [row("mean_difference.chained_imputation", 1.0, **place, visit=f"day {n}") for n in (1, 2)]
    both, one = (
        " ".join(imputed.imputations(Stub(of=lambda name, rows=rows: rows), Stub(name="a")))
        for rows in (of, of[:1])
    )
    assert "the models have the arm, the other visits&#46;" in both
    assert "the models have the arm&#46;" in one


@pytest.mark.parametrize(
    ("verdict", "told"),
    [
        ("equals", "The data have as many patients as were published as randomised."),
        ("differs", "Published as randomised: 604."),
        (None, "Whether patients are lacking the numbers do not tell."),
    ],
)
def test_gaps_in_numbers_are_held_against_how_many_were_published(monkeypatch, verdict, told):
    monkeypatch.setattr(losses, "about_export", lambda _, text: text)
    gaps = f"p.id: 2 numbers are {NOT_THERE} 602 patients."
    count = row("count.n", 602.0, stat_name="randomised", group1_level="all")
    claim = {"result_id": count["result_id"], "against_data": verdict, "quote": "604"}
    material = Stub(
        declared_lines=[gaps, "Other."],
        of=lambda _: [count],
        claims=[claim] if verdict else [],
    )
    first, other = losses.left_out(material)
    assert words(first) == f"{gaps} {told}" and other == "Other."


def test_a_flow_says_which_primary_analysis_draws_the_outcomes_that_are_lacking(monkeypatch):
    other = Stub(name="drawn", label="CIPN of all", estimand=Stub(population="itt"))
    material = Stub(trial=Stub(plan=Stub(analyses={"main": Stub(name="main")})))
    monkeypatch.setattr(imputed, "alongside", lambda *_: [other])
    monkeypatch.setattr(
        imputed, "population_sizes", lambda *_: [row("count.n", 55), row("count.n", 53)]
    )
    material.of = lambda name: []
    assert imputed.drawn_beside(material, "main") == ""
    monkeypatch.setattr(imputed, "imputations", lambda *_: ["50 imputations"])
    assert imputed.drawn_beside(material, "main") == (
        " “CIPN of all”, primary too, is of all 108 of that population: the outcomes that are "
        "lacking are drawn."
    )


@pytest.mark.parametrize("randomised", [4, 10])
def test_those_without_an_outcome_are_taken_for_like_those_with_one(monkeypatch, randomised):
    """By hand: 4 more are decided, 2 of 4 and 9 of 10 with the event, and 2 and 1 are not. Pooled
    that would be 11 of 14 and hide in which arm it is."""
    sizes = [row("in_population.", randomised, group1_level=arm) for arm in ("drug", "placebo")]
    added = Added({"drug": OfArm(4, 2, 4, 2, 2), "placebo": OfArm(10, 9, 4, 3, 1)})
    monkeypatch.setattr(imputed, "population_sizes", lambda material, name: sizes)
    monkeypatch.setattr(imputed, "children", lambda material, name: [Stub(name="decided")])
    monkeypatch.setattr(imputed, "whom_it_adds", lambda material, one: added)
    rows = {"whole": counts(WHOLE), "decided": counts(DECIDED)}
    analysis = Stub(name="whole", estimand=Stub(population="itt"))
    material = Stub(of=rows.__getitem__, arm_label=str.capitalize)
    told = words(imputed.available_cases(material, analysis))
    if randomised == WHOLE[0][2]:
        assert told == ""
    else:
        assert told.startswith(
            "Patients without an outcome are left out, as if they were like the "
        )
        assert told.endswith(
            "In 14 of them the known parts decide the outcome: with the event, Drug 2 of 4 and "
            "Placebo 9 of 10; of those analysed, 2 of 4 and 3 of 4. Known parts decide one answer "
            "sooner than the other, so this shows neither a bias nor its absence; of all left "
            "out, 2 to 4 of 6 and 9 to 10 of 11 had it."
        )
