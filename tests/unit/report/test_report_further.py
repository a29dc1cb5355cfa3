"""Outcomes with an analysis in the supplement alone are in the report in short."""

from types import SimpleNamespace as Stub

from trialtrace.report.sections import further_outcomes as module
from trialtrace.report.sections import results_in_short as short


def test_an_outcome_of_a_paper_that_the_report_lacks_is_told_in_short(monkeypatch):
    """Of `a` and `b` the report has analyses; of `c` and `f` nobody printed a number, and `f` is
    secondary; `before` has the outcome of `d` too, as it was before treatment."""
    places = {"a": ("main", "secondary"), "b": ("supplement", "sensitivity")}
    places |= {"c": ("supplement", "supportive"), "d": ("supplement", "supportive")}
    places |= {"e": ("supplement", "exploratory"), "f": ("supplement", "secondary")}
    places |= {"before": ("main", "exploratory")}
    outcomes = {"a": "pain", "b": "pain", "c": "sway", "d": "opioids", "e": "age", "f": "gait"}
    outcomes |= {"before": "opioids"}
    analyses = {
        name: Stub(
            name=name,
            label=name.upper(),
            report=where,
            role=role,
            by=None,
            of=None,
            note="As “G” has it." if name == "a" else None,
            estimand=Stub(population="itt"),
        )
        for name, (where, role) in places.items()
    }
    monkeypatch.setattr(module, "parameters", lambda trial, one: [Stub(name=outcomes[one.name])])
    monkeypatch.setattr(module, "in_order", lambda trial: [*analyses.values()])
    monkeypatch.setattr(module, "at_baseline", lambda trial: [analyses["before"]])
    monkeypatch.setattr(module, "analysed", lambda *_: "Everybody: 9 of 10 drug.")
    monkeypatch.setattr(module, "results_in_sentences", lambda material, one: ["Found."])
    monkeypatch.setattr(module, "made_up_by_arm", lambda material, rows: " (split assumed)")
    ends = {"stat_name": "risk_difference", "ci_high": 9.0, "stat_text": "5"}
    estimates = [
        ends | {"result_id": at, "parameter": "gait", "visit": at, "ci_low": low, "ci_level": 0.95}
        for at, low in (("week 1", 1.0), ("week 2", -1.0))
    ]
    monkeypatch.setattr(
        module,
        "compared",
        lambda material, one: [
            Stub(estimate=row, further=(), lead=f", {row['visit']}:") for row in estimates
        ],
    )
    monkeypatch.setattr(module, "by_methods", lambda *_: " (by t)")
    monkeypatch.setattr(
        module, "exceptions", lambda rows, where: f" of {'; '.join(map(where, rows))}"
    )
    monkeypatch.setattr(module, "sizes", lambda material, one, found: f"of {len(found)}")
    selections = [{"analysis": name} for name in "abde"]
    material = Stub(
        trial=Stub(populations={"itt": Stub(label="Everybody")}, synthetic=False),
        tracer=Stub(declared={"claim": Stub(selections=dict(enumerate(selections)))}),
        of=lambda name: [],
    )
    told = module.further_outcomes(material)
    printed, others = (
        "**[D](#sec-of-d)** (everybody: 9 of 10 drug). Found.",
        f"{module.OTHERS}[F](#sec-of-f)",
    )
    counted = ": 2 comparisons (by t); 1 of 2 intervals is incompatible with no effect"
    assert (
        told
        == f"{module.LEAD}\n\n{printed}\n\n{others}{counted} of week 1; week 2 (split assumed).\n"
    )
    # Of one outcome at one visit the estimate is told.
    estimates.pop()
    assert module.further_outcomes(material).endswith(f"{others}: of 1 (by t) (split assumed).\n")
    selections.clear()
    material.tracer.declared["claim"].selections.clear()
    assert (
        module.further_outcomes(material)
        == f"{module.LEAD}\n\n{others}: of 1 (by t) (split assumed).\n"
    )
    analyses.pop("f")
    assert module.further_outcomes(material) == ""


def test_an_estimate_told_in_short_has_its_patients(monkeypatch):
    """By arm of one outcome at one visit; of several how many each is of."""
    rows = [
        dict.fromkeys(short.PLACE) | {"n_used": n, "visit": visit} for n, visit in ((9, 1), (8, 2))
    ]
    of = Stub(trial=Stub(design=Stub(arms=["drug", "placebo"])))
    monkeypatch.setattr(short, "of_arms", lambda *_: {"placebo": "1/4", "drug": "4/5"})
    monkeypatch.setattr(short, "arm_in_text", lambda _, arm: arm)
    assert short._of_whom(of, rows[:1]) == "drug 4/5, placebo 1/4"
    assert short._of_whom(of, rows) == "8 to 9 patients"
    monkeypatch.setattr(short, "of_arms", lambda *_: {None: "9 in all"})
    assert short._of_whom(of, rows[:1]) == "9 in all"
