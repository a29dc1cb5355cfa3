"""What a primary outcome is made of, and of whom an estimate over visits is."""

import html
from math import inf
from pathlib import Path
from types import SimpleNamespace as Stub

from trialtrace.base.paths import Project
from trialtrace.report.sections import analysed
from trialtrace.report.sections.endpoints_section import _bands, norms
from trialtrace.run.trial.load import load_trial

REPOSITORY = Path(__file__).parents[3]


def test_an_outcome_by_norms_has_their_limits_and_whether_they_are_verified():
    """4.5 of 8 at the leg up to 40 years, as config/norms/tuning_fork.csv has it; half a point
    higher where the finding shifts them."""
    trial = load_trial("streckmann2024", Project(REPOSITORY))
    (told,) = map(html.unescape, norms(Stub(trial=trial), trial.endpoints["cipn"]))
    named = "Normal for new loss of vibration sensitivity at any site, on a scale of 0 to 8: "
    assert told.startswith(named)
    assert "lower limb 4.5 or more up to 40 years, 4 or more up to 60 years, 3.5 or more" in told
    unseen = "these limits are not verified: their source was not at hand."
    assert told.endswith(f"3 or more above; {unseen}")
    (shifted,) = norms(Stub(trial=trial), trial.endpoints["cipn_vibration_high"])
    assert "lower limb 5 or more up to 40 years, 4.5 or" in html.unescape(shifted)
    assert [*norms(Stub(trial=trial), trial.endpoints["ntx"])] == []


def test_norms_may_have_two_ends_and_no_age():
    assert [*_bands([(inf, 2.0, 7.0)], 0)] == ["2 or more and 7 or less"]
    assert [*_bands([(50.0, -inf, 7.0), (inf, -inf, 8.0)], 0.5)] == [
        "7.5 or less up to 50 years",
        "8.5 or less above",
    ]


def test_an_estimate_over_visits_tells_how_many_are_known_at_one_at_least():
    """Two of the drug are known at one visit each, one at both; of placebo one."""
    row = {"result_id": "r", "comparison": "drug", "group2_level": "over_visits"}
    row |= {"denominator": None, "n_used": 4}
    arms = ["drug", "drug", "drug", "drug", "placebo"]
    columns = {"TRTP": arms, "USUBJID": ["1", "2", "3", "3", "4"]}
    chosen = Stub(column=lambda name: Stub(tolist=lambda: columns[name]))
    member = {"role": "analysed", "dataset": "bds", "predicate": "{}"}
    rows = [row]
    material = Stub(
        of=lambda name: rows,
        tracer=Stub(members={"r": [member]}, frames=Stub(select=lambda *_: chosen)),
        trial=Stub(design=Stub(arms=["drug", "placebo"])),
    )
    told = analysed._over_visits(material, Stub(name="a"))
    assert told.startswith("; at one visit at least in 3 and 1, [4](") and told.endswith(
        " in the arms together"
    )
    rows[:] = [row | {"group2_level": None}]
    assert analysed._over_visits(material, Stub(name="a")) == ""
