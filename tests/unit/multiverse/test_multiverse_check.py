"""Mistakes in multiverse.yaml, and names of specifications."""

import re
from pathlib import Path

import pytest
from mini_multiverse import PAIN, RELIEF, RULES, write_multiverse
from mini_trial import told, write_project

from trialtrace.base.errors import UserError
from trialtrace.run.trial.load import load_trial
from trialtrace.run.trial.multiverse import load as specifications
from trialtrace.run.trial.multiverse.load import specified


@pytest.mark.parametrize("text", [RELIEF, PAIN, RULES])
def test_a_sound_file_has_no_mistakes(tmp_path: Path, text: str):
    at = write_project(tmp_path)
    write_multiverse(at, text)
    assert told(at) == ""


def mistake(tmp_path: Path, text: str) -> str:
    at = write_project(tmp_path)
    write_multiverse(at, text)
    return told(at)


CASES = [
    (
        ("of: relief_primary", "of: relief_primry"),
        ("line 1: of", "an analysis of the plan", "did you mean"),
    ),
    (
        ("limit: 50", "limit: 8"),
        ("line 3: limit", "9 combinations of levels (3 × 3)", "8 at most"),
    ),
    (
        ("ratio: {estimate: {risk_ratio: katz_log}}", "ratio: {}"),
        ("line 16: factors.method.levels.ratio", "the same choice as plain", "varies nothing"),
    ),
    (
        ("risk_ratio: katz_log", "risk_ratio: katz"),
        ("line 16: factors.method.levels.ratio.estimate.risk_ratio", "katz"),
    ),
    (
        ("strata: [smoker]", "strata: [smokes]"),
        ("line 14: factors.method.levels.stratified.strata[1]", "a variable of subjects"),
    ),
    (
        ("ratio: {estimate: {risk_ratio: katz_log}}", "ratio: {strata: [smoker]}"),
        ("line 16: factors.method.levels.ratio", "strata, and not when that was known", "known:"),
    ),
    (
        (
            "ratio: {estimate: {risk_ratio: katz_log}}",
            "ratio: {strata: [smoker], known: before_randomisation}",
        ),
        (
            "line 16: factors.method.levels.ratio",
            "strata of risk_difference.newcombe, which takes none",
            "forbid the combination",
        ),
    ),
    (
        ("everybody: {published: true}", "everybody: {}"),
        ("line 17: factors.who", "no level with published: true", "every factor, or of none"),
    ),
    (
        ("ratio: {", "ratio: {published: true, "),
        ("line 16: factors.method.levels.ratio.published", "published: true on plain, ratio"),
    ),
    (
        ("AGE: {at_least: 45}", "AGEE: {at_least: 45}"),
        ("line 22: factors.who.levels.old", "AGEE", "a column of the derived data"),
    ),
    (
        ("ratio: {estimate: {risk_ratio: katz_log}}", "ratio: {variable: first_pain}"),
        (
            "line 16: factors.method.levels.ratio",
            "risk_difference of first_pain, an endpoint of kind measure",
        ),
    ),
    (
        ("factors:", "forbid: [{method: plain, whom: old}]\nfactors:"),
        ("line 6: forbid[1].whom", "a factor above: method, who"),
    ),
    (
        ("factors:", "forbid: [{who: everybody}, {who: old}, {who: late}]\nfactors:"),
        ("line 6: forbid", "all 9 combinations forbidden"),
    ),
    (
        ("factors:", "forbid: [{method: ratio}]\nfactors:"),
        ("factors.method.levels.ratio", "forbidden in every combination"),
    ),
    (
        ("{where: {AGE: {at_least: 45}}, known", "{population: adult, known"),
        ("line 22: factors.who.levels.old.population", "did you mean", "adults"),
    ),
    (
        ("everybody: {published: true}", "everybody: {published: true, known: not_recorded}"),
        ("line 21: factors.who.levels.everybody.known", "nothing that it is of"),
    ),
    (
        (
            "ratio: {estimate: {risk_ratio: katz_log}}",
            "ratio: {estimate: {risk_difference: {method: mantel_haenszel, strata: [smoker], "
            "variance: sato}}}",
        ),
        ("line 16: factors.method.levels.ratio", "estimate, and not when that was known"),
    ),
    (
        (
            "estimate: {risk_difference: newcombe}\nl",
            "estimate: {risk_difference: {method: "
            "mantel_haenszel, strata: [smoker], variance: sato}}\nl",
        ),
        ("line 2: estimate", "smoker in an estimate that no level tells the time of"),
    ),
    (
        (
            "risk_ratio: katz_log",
            "non_inferiority: {method: risk_difference, margin: 0.1, higher: worse, "
            "alpha: 0.025, variance: miettinen_nurminen}",
        ),
        ("line 16: factors.method.levels.ratio.estimate", "a decision and not one number"),
    ),
    (
        ("AGE: {at_least: 45}", "AVAL: {above: 0}"),
        ("line 22: factors.who.levels.old.where", "AVAL, which no patient had before"),
    ),
    (
        ('SMOKER: {is: "Yes"}}, known: after', "TRTP: {is: drug}}, known: after"),
        ("line 23: factors.who.levels.late.where", "no condition is over the arm"),
    ),
    (
        ("risk_ratio: katz_log", "risk_difference: newcombe"),
        ("line 16: factors.method.levels.ratio", "the same choice as plain", "levels that change"),
    ),
    (
        ("draws: 999", "draws: 9"),
        ("line 4: draws", "9"),
    ),
]


def assert_told(said: str, wanted: tuple[str, ...]) -> None:
    """ "line 3: limit" is a place, with any column; the others are texts."""
    for text in wanted:
        place = re.fullmatch(r"line (\d+): (.*)", text)
        pattern = rf"multiverse\.yaml:{place[1]}:\d+: {re.escape(place[2])}" if place else None
        assert re.search(pattern, said) if pattern else text in said, said


@pytest.mark.parametrize(("change", "wanted"), CASES, ids=[each[1][-1] for each in CASES])
def test_a_mistake_is_told_where_it_stands(
    tmp_path: Path, change: tuple[str, str], wanted: tuple[str, ...]
):
    assert RELIEF.count(change[0]) == 1
    said = mistake(tmp_path, RELIEF.replace(*change))
    assert said.count("multiverse.yaml:") == 1, said
    assert_told(said, wanted)


OF_ENDPOINTS = [
    (
        ("{pain_any: {event", "{pain_ny: {event"),
        ("line 15: factors.threshold.levels.treated.endpoints.pain_ny", "did you mean", "pain_any"),
    ),
    (
        ("at_least: 3", "at_lest: 3"),
        ("line 12: factors.threshold.levels.treated", "pain_any.event.at_lest", "at_least"),
    ),
    (
        ("pain1: {", "pain9: {"),
        ("line 22: factors.outlier.levels.left_out", "pain.where.pain9", "a column"),
    ),
    (
        ("{at_least: 3}", "{above: 0}"),
        ("endpoints.pain_any", "what endpoints.yaml says of pain_any already"),
    ),
    (
        ("{at_least: 3}", "{at_least: 99}"),
        (
            "line 12: factors.threshold.levels.treated",
            "pain_any.event: ≥ 99, which no value of pain is, 0 to 10",
        ),
    ),
    (
        # Of whole numbers, at least one and more than none are the same.
        ("{at_least: 3}", "{at_least: 1}"),
        ("endpoints.pain_any", "what endpoints.yaml says of pain_any already"),
    ),
    (
        (
            "        asks: another\n",
            "        asks: another\n      again: {variable: pain_any, visits: [after], "
            "asks: another, endpoints: {pain_any: {event: {above: 2}}}}\n",
        ),
        ("line 17: factors.threshold.levels.again", "the same choice as treated"),
    ),
    (
        ("{event: {at_least: 3}}", "{kind: measure}"),
        ("endpoints.pain_any.kind", "is and not its rule", "which `variable` names"),
    ),
    (
        ("asks: the_same", "why: Some do"),
        ("line 22: factors.outlier.levels.left_out", "endpoints, and not what that asks"),
    ),
    (
        ("{pain: {where: {pain1: {at_most: 3}}}}", "{pain_any: {event: {above: 1}}}"),
        ("line 6: factors", "pain_any.event of both threshold and outlier, in 1 of 4"),
    ),
    (
        ("{where: {pain1: {at_most: 3}}}", "{visits: {pain0: before, pain1: later}}"),
        ("line 22: factors.outlier.levels.left_out", "after"),
    ),
]


@pytest.mark.parametrize(
    ("change", "wanted"), OF_ENDPOINTS, ids=[each[0][1] for each in OF_ENDPOINTS]
)
def test_a_mistake_in_a_rule_of_endpoints_is_told_at_its_level(
    tmp_path: Path, change: tuple[str, str], wanted: tuple[str, ...]
):
    assert RULES.count(change[0]) == 1
    assert_told(mistake(tmp_path, RULES.replace(*change)), wanted)


def test_a_mistake_of_the_randomisation_is_told_alone(tmp_path: Path):
    at = write_project(tmp_path)
    write_multiverse(at, RELIEF)
    path = at.trial_config("mini") / "trial.yaml"
    path.write_text(path.read_text().replace("scheme: stratified,", "schme: stratified,"))
    problems = told(at)
    assert "schme" in problems and "multiverse.yaml" not in problems


def test_names_do_not_depend_on_other_levels(tmp_path: Path):
    at = write_project(tmp_path)
    write_multiverse(at, RELIEF)
    before = {
        name: each.name for name, each in specified(load_trial("mini", at)).specifications.items()
    }
    more = "      young: {where: {AGE: {below: 50}}, known: before_randomisation}\n"
    write_multiverse(at, RELIEF + more)
    after = {
        name: each.name for name, each in specified(load_trial("mini", at)).specifications.items()
    }
    assert before.items() <= after.items() and len(after) == 12
    assert next(iter(before.values())) == "method=plain;who=everybody"
    assert all(name.startswith("mv_") and len(name) == 13 for name in after)


def test_two_specifications_of_one_name_are_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Of a digit there are 16, and of specifications 9: at this file two share one."""
    at = write_project(tmp_path)
    write_multiverse(at, RELIEF)
    monkeypatch.setattr(specifications, "DIGITS", 1)
    with pytest.raises(UserError, match="whose hashes begin alike"):
        _ = specified(load_trial("mini", at)).specifications


def test_what_is_forbidden_is_left_out(tmp_path: Path):
    at = write_project(tmp_path)
    write_multiverse(
        at, RELIEF + "forbid: [{method: ratio, who: old}, {who: late, method: plain}]\n"
    )
    assert told(at) == ""
    names = {each.name for each in specified(load_trial("mini", at)).specifications.values()}
    assert len(names) == 7
    assert not names & {"method=ratio;who=old", "method=plain;who=late"}
