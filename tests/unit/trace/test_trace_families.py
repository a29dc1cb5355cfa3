"""An adjusted p-value leads to every p-value that it was adjusted with."""

import json
from types import SimpleNamespace as Stub

from trialtrace.run.trace.words import PLACE, family_of, members
from trialtrace.run.trial.plan.multiplicity import Closed, Global, Holm, HolmTest, InPlace

EMPTY = dict.fromkeys(PLACE)


def row(analysis, method, treated=None, **more):
    place = EMPTY | {"analysis_id": analysis, "comparison": treated}
    known = {"method": method, "stat_name": method.split(".")[0], "options": json.dumps(more)}
    return place | known | {"result_id": f"t/{analysis}/{method}@{treated}"}


def results(adjust):
    rows = [
        row("main", "p_value.cmh"),
        row("main", "p_value.fisher", "high"),
        row("main", "p_value.fisher", "low"),
        row("other", "p_value.fisher", "high"),
        row("main", f"p_adjusted.{adjust}_fisher", "high", family="f"),
        row("main", f"p_adjusted.{adjust}_fisher", "low", family="f"),
        row("other", "p_adjusted.holm_fisher", "high", family="g"),
    ]
    return {one["result_id"]: one for one in rows}


TESTS = (HolmTest(analysis="main", test="fisher"),)


def told(family, adjust):
    plan = Stub(multiplicity={"f": family})
    return [one["result_id"] for one in members(plan, results(adjust), "f")]


def test_the_members_are_the_tests_that_were_adjusted():
    family = Holm(name="f", label="F", adjust="holm", tests=TESTS)
    assert told(family, "holm") == ["t/main/p_value.fisher@high", "t/main/p_value.fisher@low"]


def test_of_a_test_in_the_place_of_another_the_rest_of_that_family_are_members():
    whole = Holm(name="f", label="F", adjust="holm", tests=TESTS)
    place = InPlace(family="f", of="main")
    own = (HolmTest(analysis="other", test="fisher"),)
    family = Holm(name="g", label="G", adjust="holm", tests=own, in_place=place)
    plan = Stub(multiplicity={"f": whole, "g": family})
    found = results("holm")
    rest = row("rest", "p_value.fisher", "high")
    rest_adjusted = row("rest", "p_adjusted.holm_fisher", "high", family="f")
    found |= {one["result_id"]: one for one in (rest, rest_adjusted)}
    told = [one["result_id"] for one in members(plan, found, "g")]
    assert told == ["t/other/p_value.fisher@high", "t/rest/p_value.fisher@high"]


def test_of_a_closed_test_the_test_of_all_arms_is_one():
    of_all = Global(analysis="main", test="cmh")
    family = Closed(name="f", label="F", adjust="closed", tests=TESTS, global_=of_all)
    assert told(family, "closed")[0] == "t/main/p_value.cmh@None"
    assert len(told(family, "closed")) == 3


def test_a_p_value_that_is_not_adjusted_has_no_family():
    found = results("holm")
    assert family_of(found["t/main/p_value.fisher@high"]) is None
    assert family_of(found["t/main/p_adjusted.holm_fisher@high"]) == "f"
