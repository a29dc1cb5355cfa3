"""The table of cases: each line of a ledger with the state that a relation has to give it."""

import re
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from trialtrace.audit.files.make import ledger
from trialtrace.audit.relations.tables import RELATIONS, judgements

CASES = Path(__file__).parent / "cases.txt"
GROUPS = {
    "training": {"label": "training", "randomised": "30"},
    "control": {"label": "control", "randomised": "30", "control": True},
}
OTHERS = {
    "other": {"other": {"label": "other"}, "last": {"label": "last"}},
    "smt": {
        "smt": {"label": "sensorimotor training", "randomised": "55"},
        "tau": {"label": "usual care", "randomised": "50", "control": True},
    },
}
POPULATIONS = {
    "itt": {"label": "intention to treat", "everyone": True},
    "treated": {"label": "analysed", "sizes": {"training": "27", "control": "29"}},
    "pp": {"label": "per protocol"},
}
OUTCOMES = {
    "event": {"label": "Event"},
    "age": {"label": "Age"},
    "score": {"label": "Score", "whole": True, "scale": {"from": "1", "to": "9"}},
    "current": {"label": "Current", "visits": ["after stimulation"]},
    "harm": {"label": "Harm"},
    "lost": {"label": "Lost to follow-up"},
    "any": {"label": "Any event"},
    "serious": {"label": "Serious event", "part_of": "any"},
}


@dataclass
class Case:
    line: int
    relation: str
    state: str
    number: str
    exact: bool
    claims: dict = field(default_factory=dict)

    @property
    def ledger(self):
        used = {one["about"].get("group") for one in self.claims.values() if "about" in one}
        groups = next((own for key, own in OTHERS.items() if key in used), GROUPS)
        named = {one["about"].get("population") for one in self.claims.values() if "about" in one}
        names = {name for name in POPULATIONS if name in named}
        if "lost" in str(self.claims):
            names |= {"treated"}
        populations = {name: one for name, one in POPULATIONS.items() if name in names}
        if groups is not GROUPS and "treated" in populations:
            raise AssertionError("those treated are of training and control")
        return ledger(
            {
                "papers": {"main": "A paper"},
                "groups": groups,
                "populations": populations,
                "outcomes": OUTCOMES,
                "claims": self.claims,
            }
        )


def claim(text):
    about, printed = text.split(" | ", 1)
    keys = dict(pair.split("=", 1) for pair in about.split())
    place = keys.pop("place", "table")
    made = {}
    for key, value in keys.items():
        lists = {"compare": value.split(","), "design": [value], "change": True}
        made[key] = lists.get(key, value)
    if "visit" in made:
        made["visit"] = made["visit"].replace("-", " ")
    return {"from": "main", "place": place, "label": "a number", "printed": printed, "about": made}


def cases():
    found = []
    for number, line in enumerate(CASES.read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("  "):
            name, text = line.strip().split(": ", 1)
            found[-1].claims[name] = claim(text)
        elif line and not line.startswith("#"):
            relation, state, on, *exact = line.split()
            found.append(Case(number, relation, state, on, exact == ["exact"]))
    return found


@pytest.mark.parametrize("case", cases(), ids=lambda case: f"{case.line}-{case.relation}")
def test_a_number_has_the_state_that_the_others_give_it(case):
    name, part = case.number.split(".")
    found = [
        one
        for one in judgements(case.ledger)
        if (one.relation, one.claim, one.part) == (case.relation, name, part)
    ]
    assert {one.state for one in found} == {case.state}
    assert not case.exact or all(one.exact for one in found)


def test_what_contradicts_or_is_asked_has_a_question_and_a_sentence():
    for case in cases():
        for one in judgements(case.ledger):
            assert one.sentence.endswith((".", "?"))
            assert bool(one.question) == (one.state in ("contradicts", "question"))


def test_each_relation_has_a_name_of_its_own_and_says_what_it_is_about():
    names = [relation.name for relation in RELATIONS]
    assert len(names) == len(set(names)) > 100
    for relation in RELATIONS:
        assert re.fullmatch(r"[a-z_]+(\.[a-z_]+)?", relation.name)
        assert relation.says.endswith(".") and relation.asks.endswith("?")


def test_ten_baseline_outcomes_that_are_all_equal_are_more_alike_than_random_groups():
    names = [f"outcome_{k}" for k in range(10)]
    claims = {
        f"{name}_{group}": claim(f"outcome={name} group={group} patients=30 | {50 + k}.3 ± 9.{k}")
        for k, name in enumerate(names)
        for group in GROUPS
    }
    for one in claims.values():
        one["printed"] = "mean (SD) " + one["printed"].replace(" ± ", " (") + ")"
    whole = ledger(
        {
            "papers": {"main": "A paper"},
            "groups": GROUPS,
            "outcomes": {name: {"label": name, "baseline": True} for name in names},
            "claims": claims,
        }
    )
    found = [one for one in judgements(whole) if one.relation == "baseline.chance"]
    assert [one.state for one in found] == ["question"]
