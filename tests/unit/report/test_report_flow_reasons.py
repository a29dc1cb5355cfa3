"""The flow by reason: who did not receive the treatment or was not analysed, and why."""

import mini_run
import mini_trial
import pytest

from trialtrace.report.figures.flow import boxes, counts, draw
from trialtrace.report.material import Material
from trialtrace.report.sections.flow_table import flow_table
from trialtrace.report.tables import NO_BREAK
from trialtrace.run.methods.analysing.planned import planned_results
from trialtrace.run.methods.checking.data import Data
from trialtrace.run.methods.checking.run import counts_of, flow_balances
from trialtrace.run.trace.words import in_words
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_settings

WHY = "1, Withdrew consent | 2, Not eligible | 3, None of these"
DICTIONARY = mini_trial.DICTIONARY.replace(
    "days,patients", f'why,patients,,radio,Why,"{WHY}",,,,,,,,,,,,\ndays,patients', 1
)
TRIAL = mini_trial.TRIAL.replace("    smoker: smoker\n", "    smoker: smoker\n    why: why\n")
# Adults is a population of everybody here whose age is above 44, to be narrower than all.
TRIAL = TRIAL.replace("age: {at_least: 18}", "age: {above: 44}")
FLOW = """  flow:
    analysed: [relief_primary, relief_old]
    received: {AGE: {above: 41}}
    not_received: {variable: why}
    not_analysed:
      relief_primary: {variable: why, no_reason: [None of these]}
      relief_old:
        reasons:
          - {label: Aged 41 or younger, where: {AGE: {at_most: 41}}}
          - {label: Withdrew, where: {WHY: {is: Withdrew consent}}}
          - {label: Younger than 44, where: {AGE: {below: 44}}}
"""
OLD = """  relief_old:
    label: Relief of the older
    role: supportive
    estimand: relief_old
    describe: [{proportion: wilson}]
multiplicity:"""
ESTIMAND = """estimands:
  relief_old:
    treatment: {of: drug, to: placebo}
    population: adults
    variable: relief
    intercurrent: []
    summary: difference in risk
"""
PLAN = mini_trial.PLAN.replace("  flow: {analysed: [relief_primary]}\n", FLOW)
PLAN = PLAN.replace("multiplicity:", OLD).replace("estimands:\n", ESTIMAND)
OUTSIDE = "not in the population, reason not reported"
NO_VALUE = "no value, reason not reported"


def run(folder, trial=TRIAL, plan=PLAN):
    """Ages are 39 + number, odd numbers have the drug; 1 and 5 withdrew, 18 was not eligible; of
    18, 19 and 20 relief is missing."""
    why = {1: 1, 5: 1, 18: 2, 19: 3}
    rows = [row | {"why": why.get(row["id"], "")} for row in mini_run.patients()]
    for row in rows:
        row["relief"] = "9" if row["id"] in (18, 19, 20) else row["relief"]
    made = mini_run.run_mini(
        folder,
        rows,
        more=["why"],
        trial=trial,
        dictionary=DICTIONARY,
        plan=plan,
        claims="papers: {}\nclaims: {}\n",
    )
    return Material(made.trial, load_settings(made.at), made.folder, {})


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    return run(tmp_path_factory.mktemp("reasons"))


def of(mini, stat, name, group):
    found = counts(mini).items()
    return {key[3]: n for key, n in found if key[:3] == (stat, name, group)}


def test_who_did_not_receive_the_treatment_by_reason(mini):
    assert of(mini, "not_received", None, "drug") == {
        "Withdrew consent": 1,
        "Not eligible": 0,
        "None of these": 0,
        "reason not reported": 0,
    }
    assert of(mini, "not_received", None, "placebo")["reason not reported"] == 1


def test_who_was_not_analysed_by_a_variable(mini):
    """19 has a value that is no reason, 20 none: neither is counted as a reason, nor lost."""
    assert of(mini, "not_analysed", "relief_primary", "all") == {
        "Withdrew consent": 0,
        "Not eligible": 1,
        OUTSIDE: 0,
        NO_VALUE: 2,
    }


def test_who_was_not_analysed_by_conditions(mini):
    """1 and 2 are 41 or younger, though 1 withdrew too; 3 and 4 younger than 44; 5 withdrew."""
    assert of(mini, "not_analysed", "relief_old", "all") == {
        "Aged 41 or younger": 2,
        "Withdrew": 1,
        "Younger than 44": 2,
        OUTSIDE: 0,
        NO_VALUE: 3,
    }
    assert of(mini, "not_analysed", "relief_old", "drug")["Younger than 44"] == 1


def test_every_count_is_recomputed_and_was_planned(mini):
    rows = [row["result_id"] for row in mini.of("flow")]
    assert all(mini.tracer.checks.get(row) for row in rows)
    planned = {one.pattern for one in planned_results(mini.trial)}
    assert set(rows) <= planned


def test_randomised_is_analysed_and_not_analysed(mini):
    data = Data(mini.trial, mini.folder / "derived")
    flow = counts_of(mini.results, "flow")
    assert list(flow_balances(data, flow)) == []
    flow["not_analysed", "relief_primary", "drug", NO_VALUE] -= 1
    told = list(flow_balances(data, flow))
    assert any(
        "randomised, drug: 10, and its parts are 9 analysed relief_primary" in t for t in told
    )
    flow["not_analysed", "relief_primary", "drug", NO_VALUE] += 1
    flow["not_received", None, "drug", "Withdrew consent"] -= 1
    assert any(
        "randomised, drug: 10, and its parts are 9 received" in t for t in flow_balances(data, flow)
    )


def test_a_count_is_traced_to_the_rows_and_to_what_lacks(mini):
    name = "mini/flow/not_analysed.count@all;parameter=relief_primary;level=Not_eligible"
    (part,) = mini.tracer.trace(name)["rows"]
    assert part["n"] == 1
    words = in_words(part["predicate"])
    assert "WHY = Not eligible" in words and "no row of bds where" in words
    assert "why" in {column for raw in part["raw"] for column in raw["columns"]}


def test_the_boxes_and_the_table(mini):
    given = mini.trial.plan.displays["flow"]
    first, received, gone, last = (
        " ".join(text.replace(NO_BREAK, " ").strip() for text, _ in box.texts)
        for box in boxes(mini, given, "drug")
    )
    assert first == "Drug Allocated: 10 Received the treatment: 9"
    assert received == "Did not receive it: 1 Withdrew consent: 1"
    assert gone == f"Not analysed: 1 {NO_VALUE}: 1"
    assert last == "Relief Analysed: 9 of 10"
    older = boxes(mini, given | {"analysed": ["relief_old"]}, "drug")
    assert older[-2].texts[0][0] == "Not analysed, of all 10: 4"
    assert older[-1].texts[1][0] == f"Analysed: 6{NO_BREAK}of{NO_BREAK}7"
    draw(mini, given)
    table = flow_table(mini)
    assert "**Did not complete** | not reported | not reported | not reported |" in table
    assert "**Assessed for eligibility** | not reported | not reported |" in table
    assert "Withdrew consent" in table and "**Analysed: Relief of the older**" in table


def test_without_reasons_nobody_is_lost(tmp_path):
    """No key declares a reason: who is left out is counted by what lacks."""
    bare = "  flow: {analysed: [relief_primary, relief_old]}\n"
    mini = run(tmp_path, plan=PLAN.replace(FLOW, bare))
    assert of(mini, "not_analysed", "relief_primary", "all") == {OUTSIDE: 0, NO_VALUE: 3}
    assert of(mini, "not_analysed", "relief_old", "all") == {OUTSIDE: 5, NO_VALUE: 3}
    assert "**Received the treatment** | not reported" in flow_table(mini)


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("not_received: {variable: why}", "not_received: {variable: wy}", 'did you mean "why"?'),
        ("[None of these]", "[None]", "a label of why"),
        ("      relief_old:\n", "      pain_each:\n", "an analysis of `analysed`"),
        ("    received: {AGE: {above: 41}}\n", "", "who received the treatment"),
        ("{AGE: {below: 44}}", "{AGED: {below: 44}}", "a column of ADSL"),
        ("label: Withdrew,", "label: Aged 41 or younger,", "a label of its own"),
        ("label: Withdrew,", 'label: "no value, reason not reported",', "a label of its own"),
        ("{variable: why}", "{reason: why}", "{variable: NAME}, or {reasons:"),
    ],
)
def test_a_flow_that_names_what_is_not_there_is_refused(tmp_path, old, new, told):
    assert old in PLAN
    at = mini_trial.write_project(
        tmp_path, trial=TRIAL, dictionary=DICTIONARY, plan=PLAN.replace(old, new)
    )
    problems = "\n".join(map(str, check_trial(at, "mini")))
    assert told in problems and "plan.yaml:" in problems
