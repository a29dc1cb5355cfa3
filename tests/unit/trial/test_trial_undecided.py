"""A composite that is known as soon as the known parts decide it, beside the complete cases."""

import pytest
from mini_trial import ENDPOINTS, PLAN, edit, write_project

from trialtrace.run.trial.check import check_trial

RULE = """\
  kind: composite_event
  findings: [sore, worse]
  event: {findings: {at_least: 1}}
  counted: at_visit
  visits: after_baseline
"""
MADE = f"""\
sore: {{label: Sore, code: SORE, kind: finding, of: pain, abnormal: {{at_least: 4}}, new: true}}
worse: {{label: Worse, code: WORSE, kind: finding, of: pain, abnormal: {{at_least: 6}}, new: true}}
whole:
  label: Syndrome
  code: WHOLE
  missing: any_missing
{RULE}decided:
  label: Syndrome where decided
  code: DECIDED
  missing: undecided
{RULE}"""
ESTIMAND = """\
  {name}:
    treatment: {{of: drug, to: placebo}}
    population: itt
    variable: {name}
    intercurrent: []
    summary: difference in risk
"""
IMPUTED = (
    "{risk_difference: {method: multiple_imputation, components: [sore, worse], covariates: [], "
    "arms: in_model, imputations: 5, cycles: 2, seed: 1}}"
)
ANALYSES = f"""\
  syndrome:
    label: Syndrome
    role: secondary
    estimand: whole
    visits: [after]
    describe: [{{proportion: wilson}}]
  syndrome_decided:
    label: Syndrome where decided
    role: sensitivity
    of: syndrome
    estimand: decided
    estimates: [{{risk_difference: newcombe}}, {{risk_difference_bounds: best_worst}}]
  syndrome_imputed:
    label: Syndrome, imputed
    role: sensitivity
    of: syndrome
    estimates: [{IMPUTED}]
"""


@pytest.fixture
def at(tmp_path):
    estimands = ESTIMAND.format(name="whole") + ESTIMAND.format(name="decided")
    plan = PLAN.replace("analyses:\n", f"{estimands}analyses:\n", 1)
    plan = plan.replace("multiplicity:\n", f"{ANALYSES}multiplicity:\n", 1)
    return write_project(tmp_path, endpoints=ENDPOINTS + MADE, plan=plan)


def told(at) -> str:
    return "\n\n".join(str(problem) for problem in check_trial(at, "mini"))


def test_beside_imputation_and_with_bounds_it_is_accepted(at):
    assert told(at) == ""


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        (", {risk_difference_bounds: best_worst}", "", "no bounds for those still undecided"),
        (f"[{IMPUTED}]", "[{risk_difference: newcombe}]", "no multiple imputation"),
        ("role: sensitivity\n    of: syndrome\n    estimand", "role: supportive\n    of: syndrome\n"
         "    estimand", "lets a patient in by what it is"),
    ],
)  # fmt: skip
def test_without_what_it_takes_it_is_refused(at, old, new, words):
    edit(at, "plan.yaml", old, new)
    assert words in told(at)


@pytest.mark.parametrize(
    "open_", ["{risk_difference_bounds: best_worst}", "{tipping: fisher}", "{title: T}"]
)
def test_what_known_parts_decide_is_not_open(at, open_):
    """Neither for bounds nor for the map of all outcomes."""
    if open_ == "{title: T}":
        entry = "{title: T, analysis: syndrome, of: drug, to: placebo, test: fisher}"
        edit(at, "plan.yaml", "  forest:\n", f"  tipping:\n    - {entry}\n  forest:\n")
    else:
        edit(at, "plan.yaml", f"estimates: [{IMPUTED}]", f"estimates: [{IMPUTED}, {open_}]")
    assert "outcomes of syndrome" in told(at) and "also where the known parts decide" in told(at)


def test_another_rule_is_no_comparison_of_what_is_missing(at):
    path = at.trial_config("mini") / "endpoints.yaml"
    text = path.read_text()
    head, _, tail = text.rpartition("at_least: 1")
    path.write_text(f"{head}at_least: 2{tail}")
    assert "differs from that of syndrome in event" in told(at)


def test_a_primary_rule_of_its_own_is_the_protocols_choice(at):
    edit(
        at,
        "plan.yaml",
        "of: syndrome\n    estimand: decided\n",
        "visits: [after]\n    estimand: decided\n",
    )
    assert told(at) == ""
