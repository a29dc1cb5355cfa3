"""Outcomes with printed numbers and an analysis in the supplement are in the report in short."""

from types import SimpleNamespace as Stub

from trialtrace.report.sections import further_outcomes as module


def test_an_outcome_of_a_paper_that_the_report_lacks_is_told_in_short(monkeypatch):
    """Of `a` and `b` the report has analyses, of `c` nobody printed a number."""
    places = {"a": ("main", "secondary"), "b": ("supplement", "sensitivity")}
    places |= {"c": ("supplement", "supportive"), "d": ("supplement", "supportive")}
    places |= {"e": ("supplement", "exploratory")}
    outcomes = {"a": "pain", "b": "pain", "c": "sway", "d": "opioids", "e": "age"}
    analyses = {
        name: Stub(
            name=name,
            label=name.upper(),
            report=where,
            role=role,
            by=None,
            estimand=Stub(population="itt"),
        )
        for name, (where, role) in places.items()
    }
    monkeypatch.setattr(module, "parameters", lambda trial, one: [Stub(name=outcomes[one.name])])
    monkeypatch.setattr(module, "in_order", lambda trial: [*analyses.values()])
    monkeypatch.setattr(module, "results_in_sentences", lambda material, one: ["Found."])
    monkeypatch.setattr(module, "once", lambda material, found: " ".join(found))
    monkeypatch.setattr(module, "of_rows", lambda material, rows: "")
    selections = [{"analysis": name} for name in "abde"]
    material = Stub(
        trial=Stub(populations={"itt": Stub(label="Everybody")}),
        tracer=Stub(declared={"claim": Stub(selections=dict(enumerate(selections)))}),
        of=lambda name: [],
    )
    told = module.further_outcomes(material)
    assert told == f"{module.LEAD}\n\n**[D](#sec-of-d)** (everybody). Found.\n"
    selections.clear()
    material.tracer.declared["claim"].selections.clear()
    assert module.further_outcomes(material) == ""
