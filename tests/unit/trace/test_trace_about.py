"""The heading of a trace says what the number is, its subject what it is about; both together are
those of one result."""

from types import SimpleNamespace as Stub

import pytest

from trialtrace.base.words import LABELS
from trialtrace.run.trace.variables import About, heading


def row(method, text="1", **more):
    stat = method.split(".")[0]
    known = dict.fromkeys(("visit", "stratum", "group2", "group2_level", "comparison", "reference"))
    known |= {"analysis_id": "a", "parameter": "death", "population": "itt", "group1_level": "drug"}
    about = {"method": method, "stat_name": stat, "stat_label": LABELS[stat], "stat_text": text}
    return known | about | more


def about(analyses=(("a", "Death, then pain"),), endpoints=(("death", "Death"),)):
    def labelled(pairs):
        return {name: Stub(label=label, code=name.upper()) for name, label in pairs}

    design = Stub(kind="parallel", arms=labelled([("drug", "Drug"), ("placebo", "Placebo")]))
    trial = Stub(
        design=design,
        endpoints=labelled(endpoints),
        plan=Stub(analyses=labelled(analyses)),
        populations=labelled([("itt", "All randomised")]),
    )
    return About(trial, Stub())


@pytest.mark.parametrize("stat", sorted(LABELS))
def test_every_statistic_is_named_with_its_number_and_its_method(stat):
    told = {heading(row(f"{stat}.{method}", "4.2")) for method in ("fisher", "paired_t", "wilson")}
    assert len(told) == 3
    name = "count" if stat == "count" else LABELS[stat]
    assert all(text.startswith(f"{name} 4.2 (") for text in told)


def test_a_win_statistic_is_of_all_outcomes_not_of_the_first():
    given = {"group1_level": None, "comparison": "drug", "reference": "placebo"}
    text = about().subject(row("win_ratio.all_pairs", **given))
    assert text == "Death, then pain, Drug against Placebo, all randomised"
    one = row("wins.all_pairs", group2="outcome", group2_level="death", **given)
    assert about().subject(one).endswith("all randomised, outcome Death")


def test_no_two_results_of_a_trial_share_heading_and_subject_whatever_their_value(full):
    told = [
        (heading(each | {"stat_text": "#"}), full.about.subject(each))
        for each in full.results.values()
    ]
    assert len(told) > 100
    assert len(set(told)) == len(told)
