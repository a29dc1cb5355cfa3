"""Mistakes in multiverse.yaml, and names of specifications."""

from pathlib import Path

import pytest
from mini_multiverse import RELIEF, write_multiverse
from mini_trial import told, write_project

from trialtrace.base.errors import UserError
from trialtrace.run.trial.load import load_trial
from trialtrace.run.trial.multiverse import load as specifications
from trialtrace.run.trial.multiverse.load import specified


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
