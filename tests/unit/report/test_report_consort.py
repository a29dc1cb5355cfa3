"""Which items of CONSORT 2025 a report answers: by hand from the made trial's configuration."""

import mini_run
import mini_trial
import pytest
from test_report_wording import words

from trialtrace.report.material import Material
from trialtrace.report.sections.consort import ITEMS, OPEN, _of_design, consort_section
from trialtrace.run.trial.load import load_settings, load_trial

AUTHORS = ("5", "6", "8", "10", "11", "12", "13", "18", "19", "20b", "23a", "24", "29", "30")


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    run = mini_run.run_mini(tmp_path_factory.mktemp("consort"))
    return Material(run.trial, load_settings(run.at), run.folder, {})


def lines(text):
    rows = [line.strip("| ").split(" | ") for line in words(text).splitlines() if " | " in line]
    return {row[0].strip().removeprefix("Item "): row[-1].strip() for row in rows}


def test_every_item_has_a_line_and_what_only_authors_know_is_left_to_them(mini):
    told = lines(consort_section(mini))
    assert set(ITEMS) <= set(told)
    assert {told[item] for item in AUTHORS} == {OPEN}
    assert told["27"] == "Harms: deaths alone" and told["26"] == "Primary and secondary analyses"
    assert told["17b"] == "Summary: type and strata"
    # Neither a registration nor who was blinded is in its configuration.
    assert told["2"] == told["20a"] == OPEN


def test_what_the_configuration_gains_the_table_answers(tmp_path):
    at = mini_trial.write_project(tmp_path)
    edit = ("  randomisation:", "  blinding: nobody\n  stopped: Early.\n  randomisation:")
    mini_trial.edit(at, "trial.yaml", *edit)
    material = Material(load_trial("mini", at), load_settings(at), tmp_path, {})
    assert {"20a", "23b"} <= dict(_of_design(material)).keys()


def test_how_many_are_answered_is_counted(mini):
    text = consort_section(mini)
    answered = sum(place != OPEN for item, place in lines(text).items() if item in ITEMS)
    assert words(text).startswith(f"{answered} of {len(ITEMS)} items are answered")
