"""Each name in the files of the small trial that stands for something else of it: where it is none,
`check` reports it at its place."""

import copy
from pathlib import Path
from typing import Any

import pytest
import yaml
from mini_trial import write_project

from trialtrace.base.config.compose import key_path
from trialtrace.base.config.references import Reference, references
from trialtrace.run.trial.check import check_all
from trialtrace.run.trial.claims.file import ClaimsFile
from trialtrace.run.trial.cleaning import Cleaning
from trialtrace.run.trial.endpoints.registry import every_entry
from trialtrace.run.trial.plan.file import PlanFile
from trialtrace.run.trial.study.file import TrialFile

SHAPES = {
    "trial": TrialFile,
    "cleaning": Cleaning,
    "endpoints": every_entry(),
    "plan": PlanFile,
    "claims": ClaimsFile,
}
NO_NAME = "zz_none"


def is_doubled(data: Any, each: Reference) -> bool:
    for key in each.path:
        data = data[key]
    return data == each.path[-1]


def changed(data: Any, each: Reference) -> Any:
    """The data with a name that nothing has, as the key or the value at a place."""
    made = copy.deepcopy(data)
    holder = made
    for key in each.path[:-1]:
        holder = holder[key]
    last = each.path[-1]
    if holder[last] == each.value:
        holder[last] = NO_NAME
    else:
        holder[NO_NAME] = holder.pop(last)
    return made


@pytest.mark.parametrize("file", SHAPES)
def test_a_name_that_is_none_is_reported_once_at_its_place(tmp_path: Path, file: str):
    at = write_project(tmp_path)
    path = at.trial_config("mini") / f"{file}.yaml"
    text = path.read_text("utf-8")
    data = yaml.safe_load(text)
    named = [
        each
        for each in references(SHAPES[file], data)
        # A key that is its own value, as `age: age`, is left alone.
        if isinstance(each.value, str) and not is_doubled(data, each)
    ]
    assert len(named) > 2
    for each in named:
        path.write_text(yaml.safe_dump(changed(data, each), sort_keys=False), "utf-8")
        where = [*each.path[:-1], NO_NAME if each.path[-1] == each.value else each.path[-1]]
        told = [
            one for one in check_all(at=at) if one.place.endswith(f": {key_path(tuple(where))}")
        ]
        assert len(told) == 1, (each, told)
        assert NO_NAME in told[0].found
    path.write_text(text, "utf-8")
    assert check_all(at=at) == []


def test_names_are_found_in_choices_lists_keys_and_steps():
    analysis = {
        "by": "sex",
        "estimates": [{"risk_ratio": {"method": "mantel_haenszel", "strata": ["site"]}}, "odd"],
        "tests": [{"breslow_day": {"strata": ["age"]}}, {"none_such": {"strata": ["age"]}}],
    }
    plan = {
        "estimands": {"one": {"treatment": {"of": ["a", "b"], "to": 3}, "variable": "pain"}},
        "analyses": {"first": analysis, "second": None},
        "displays": {"forest": [{"of": ["first"]}], "none": []},
    }
    found = {key_path(each.path): each.mark.to for each in references(PlanFile, plan)}
    assert found == {
        "estimands.one.treatment.of[1]": "arm",
        "estimands.one.treatment.of[2]": "arm",
        "estimands.one.treatment.to": "arm",
        "estimands.one.variable": "endpoints",
        "analyses.first.by": "subject variable",
        "analyses.first.estimates[1].risk_ratio.strata[1]": "subject variable",
        "analyses.first.tests[1].breslow_day.strata[1]": "subject variable",
        "displays.forest[1].of[1]": "analysis",
    }
    below = references(PlanFile, plan, ("analyses", "first", "tests"))
    assert [key_path(each.path) for each in below] == [
        "analyses.first.tests[1].breslow_day.strata[1]"
    ]
    keys = references(TrialFile, {"tables": {"visits": {"later": {"seen": {"grade": "1"}}}}})
    assert [(each.value, each.mark.to) for each in keys] == [
        ("seen", "column"),
        ("grade", "column"),
    ]
