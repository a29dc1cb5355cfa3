"""What limits a re-analysis, of the small trial: one of 20 has no outcome."""

from dataclasses import replace
from types import SimpleNamespace

import mini_run
import mini_trial
import pytest
from test_report_key_sentences import words

from trialtrace.report.material import Material
from trialtrace.report.page_one.page import further_cautions, page_one
from trialtrace.report.sections.limits import limits
from trialtrace.report.sections.registered import registered_unread
from trialtrace.run.trial.load import load_settings
from trialtrace.run.trial.outcomes import CHOSEN
from trialtrace.run.trial.reported import in_main_report


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    run = mini_run.run_mini(tmp_path_factory.mktemp("limits"))
    return Material(run.trial, load_settings(run.at), run.folder, {})


def test_each_limit_is_a_line(mini):
    lines = words(limits(mini)).splitlines()
    assert all(line.startswith("- ") for line in lines)
    # What page 1 has no room for stands here, and nothing that stands there.
    more = [f"- {words(one.text)}" for one in further_cautions(mini)]
    assert {*more} <= {*lines}
    page = words(page_one(mini, {}))
    assert not any(line.removeprefix("- ") in page for line in lines)


def test_analyses_of_patients_chosen_after_randomisation_are_counted(mini, monkeypatch):
    whole = mini.trial.populations["itt"]
    monkeypatch.setitem(mini.trial.populations, "itt", replace(whole, label=f"Some{CHOSEN}"))
    n = sum(in_main_report(mini.trial, one) for one in mini.trial.plan.analyses.values())
    assert f"- {n} of the {n} analyses of this report are of patients chosen" in limits(mini)


def test_an_early_end_and_a_plan_written_late_are_limits(tmp_path):
    declared = "reanalysis: By others, after the results.\ndesign:\n  stopped: For benefit.\n"
    run = mini_run.run_mini(tmp_path, trial=mini_trial.TRIAL.replace("design:\n", declared, 1))
    of = Material(run.trial, load_settings(run.at), run.folder, {})
    assert "- By others, after the results.\n" in words(limits(of))
    assert (words(limits(of)) + words(page_one(of, {}))).count("Ended early: for benefit.") == 1


def test_interim_analyses_and_what_the_data_lack_are_limits(tmp_path):
    declared = (
        "limitations: [No severity was kept.]\ndesign:\n  interim: One, in May; by the board.\n"
    )
    trial = mini_trial.TRIAL.replace("design:\n", declared, 1)
    role = "    role: primary\n"
    plan = mini_trial.PLAN.replace(role, f"{role}    note: As asked.\n", 1)
    run = mini_run.run_mini(tmp_path, trial=trial, plan=plan)
    of = Material(run.trial, load_settings(run.at), run.folder, {})
    text = words(limits(of))
    assert (text + words(page_one(of, {}))).count("No severity was kept.") == 1
    assert "- Interim analyses: one, in May. Intervals and p-values allow" in text
    # What an outcome is limits nothing.
    assert "note: As asked" in plan and "As asked" not in text


@pytest.mark.parametrize(
    ("number", "checks", "said"),
    [
        (None, [], False),
        ("NCT1", [], True),
        ("NCT1", [("registered.first", "late"), ("registered.outcome", "not_checked")], True),
        ("NCT1", [("registered.measure", "changed")], False),
        ("NCT1", [("registered.outcome", "holds")], False),
        # A protocol that was compared is no registration.
        (
            "NCT1",
            [("registered.outcome", "not_checked"), ("registered.measure", "changed", "plan")],
            True,
        ),
    ],
)
def test_a_registration_that_nobody_compared_is_a_limit(number, checks, said):
    names = ("check", "verdict", "source")
    rows = [dict(zip(names, (*each, "registry")[:3], strict=True)) for each in checks]
    of = SimpleNamespace(trial=SimpleNamespace(registration=number), printed={"registration": rows})
    told = [*registered_unread(of)]
    assert bool(told) == said and all("entry NCT1 was not available" in text for text in told)
    assert any("; those of the plan are." in text for text in told) == any(c[2:] for c in checks)
