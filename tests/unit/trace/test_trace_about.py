"""The heading of a trace says what the number is, its subject what it is about; both together are
those of one result."""

from types import SimpleNamespace as Stub

import pytest

from trialtrace.base.words import LABELS
from trialtrace.run.trace.variables import About, heading
from trialtrace.run.trial.plan.registry import cards, title_of


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


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (row("p_value.fisher", "0.005"), "p 0.005 (Fisher's exact test)"),
        (
            row("partial_eta_squared.mixed_anova", "0.152"),
            "partial η² 0.152 (mixed analysis of variance, sphericity corrected by ε)",
        ),
        (row("count.descriptive", "53"), "count 53"),
        (row("count.events", "27"), "events 27"),
        (row("events.count", "27"), "events 27"),
        (
            row("risk_ratio.katz_log", "0.54 (95 % CI 0.35 to 0.84)"),
            "risk ratio 0.54 (95 % CI 0.35 to 0.84), log interval",
        ),
        (row("p_value.fisher", "not estimable"), "p not estimable (Fisher's exact test)"),
    ],
)
def test_the_heading_says_what_the_number_is(given, told):
    assert heading(given) == told


@pytest.mark.parametrize("stat", sorted(LABELS))
def test_every_statistic_is_named_with_its_number_and_its_method(stat):
    told = {heading(row(f"{stat}.{method}", "4.2")) for method in ("fisher", "paired_t", "wilson")}
    assert len(told) == 3
    name = "count" if stat == "count" else LABELS[stat]
    assert all(text.startswith(f"{name} 4.2 (") for text in told)


def test_no_two_methods_have_the_same_words():
    names = {name for card in cards() for name in (card.method, *card.also)}
    titles = [title for name in names if (title := title_of(name))]
    assert len({method.title for method in titles}) == len(titles) > 100


def test_a_win_statistic_is_of_all_outcomes_not_of_the_first():
    given = {"group1_level": None, "comparison": "drug", "reference": "placebo"}
    text = about().subject(row("win_ratio.all_pairs", **given))
    assert text == "Death, then pain, Drug against Placebo, all randomised"
    one = row("wins.all_pairs", group2="outcome", group2_level="death", **given)
    assert about().subject(one).endswith("all randomised, outcome Death")


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"visit": "after"}, "Death, Drug, all randomised, visit after, Death, then pain"),
        (
            {"group2": "effect", "group2_level": "arm_visit"},
            "Death, Drug, all randomised, effect arm × visit, Death, then pain",
        ),
        (
            {"analysis_id": "adverse_events", "group2": "level", "group2_level": "related=Yes"},
            "Death, Drug, all randomised, related Yes, adverse events",
        ),
        (
            {"analysis_id": "adverse_events", "group2": "level", "group2_level": "any"},
            "Death, Drug, all randomised, any term, adverse events",
        ),
        (
            {"analysis_id": "flow", "parameter": None, "group2": "level", "group2_level": "Moved"},
            "Subjects, Drug, all randomised, reason Moved, patient flow",
        ),
    ],
)
def test_what_tells_a_result_apart_stands_in_its_subject(more, told):
    assert about().subject(row("count.events", **more)) == told


def test_labels_that_are_shared_have_the_name_beside_them():
    made = about([("a", "Death"), ("b", "Death")], [("death", "Death"), ("other", "Death")])
    told = [
        made.subject(row("count.events", analysis_id=analysis, parameter=endpoint))
        for analysis in "ab"
        for endpoint in ("death", "other")
    ]
    assert told[0] == "Death (death), Drug, all randomised, Death (a)"
    assert len(set(told)) == 4


def test_no_two_results_of_a_trial_share_heading_and_subject_whatever_their_value(full):
    told = [
        (heading(each | {"stat_text": "#"}), full.about.subject(each))
        for each in full.results.values()
    ]
    assert len(told) > 100
    assert len(set(told)) == len(told)
