"""Adverse events are called in a report as in the export: only words of a list may be."""

import mini_trial
import pytest

from trialtrace.run.trial.check import check_trial

ENDPOINTS = mini_trial.ENDPOINTS.replace("  term: Nausea", "  term_column: what")
PLAN = mini_trial.PLAN + mini_trial.MORE_DISPLAYS
TABLE = "{title: Nausea, endpoint: nausea, population: itt"


def problems(root, plan=PLAN, endpoints=ENDPOINTS, disclosure="by_source", **files):
    at = mini_trial.write_project(root, plan=plan, endpoints=endpoints, **files)
    mini_trial.edit(at, "config.yaml", "by_source", disclosure)
    return [str(one) for one in check_trial(at, "mini")]


@pytest.mark.parametrize("disclosure", ["by_source", "restricted"])
def test_free_text_is_refused_under_restricted_disclosure(tmp_path, disclosure):
    (problem,) = problems(tmp_path, disclosure=disclosure)
    assert "displays.adverse_events[1]" in problem
    assert "what, without choices" in problem
    assert "terms: coded" in problem


def test_a_coding_system_a_closed_list_or_full_disclosure(tmp_path):
    assert not problems(tmp_path / "a", disclosure="full")
    assert not problems(tmp_path / "b", PLAN.replace(TABLE, f"{TABLE}, terms: coded"))
    assert not problems(tmp_path / "c", endpoints=mini_trial.ENDPOINTS)
    listed = mini_trial.DICTIONARY.replace(
        "what,adverse,,notes,What happened,,", 'what,adverse,,radio,What happened,"nausea, Nausea",'
    )
    assert listed != mini_trial.DICTIONARY
    assert not problems(tmp_path / "d", dictionary=listed)
