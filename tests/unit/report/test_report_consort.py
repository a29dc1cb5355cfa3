"""Which items of CONSORT 2025 a report answers: by hand from the made trial's configuration."""

from dataclasses import replace

import mini_run
import mini_trial
import pytest
from test_report_wording import words

from trialtrace.report.material import Material
from trialtrace.report.sections.consort import ITEMS, OPEN, _answers, _of_design, consort_section
from trialtrace.run.trial.load import load_settings, load_trial

AUTHORS = (
    *(
        "5a",
        "5b",
        "6",
        "8",
        "10",
        "12a",
        "12b",
        "13",
        "16b",
        "18",
        "19",
        "20b",
        "23a",
        "24a",
        "24b",
    ),
    "29",
)


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
    assert told["11"] == "Patients: baseline, the sites alone"
    # The list of 2025 has 30 items, 42 with their parts.
    assert len(ITEMS) == 42
    # Neither a registration nor who was blinded is in its configuration.
    assert told["2"] == told["20a"] == OPEN


def test_what_the_configuration_gains_the_table_answers(tmp_path, mini):
    at = mini_trial.write_project(tmp_path)
    stopped = "  blinding: nobody\n  stopped: At the interim analysis, in May 2014.\n"
    mini_trial.edit(at, "trial.yaml", "  randomisation:", f"{stopped}  randomisation:")
    material = Material(load_trial("mini", at), load_settings(at), mini.folder, {})
    told = dict(_of_design(material))
    assert {"20a", "23a", "23b"} <= told.keys()
    assert told["16b"] == "What is known of them: Summary"


@pytest.mark.parametrize("kind", ["attendance", "dose_change", "dose_intensity"])
def test_treatment_as_delivered_is_answered_by_the_analyses_of_it(kind, tmp_path, mini):
    """A share of the sessions, or of the dose, is the treatment as delivered."""
    at = mini_trial.write_project(tmp_path)
    trial = load_trial("mini", at)
    trial.endpoints["pain"] = replace(trial.endpoints["pain"], kind=kind)
    material = Material(trial, load_settings(at), mini.folder, {})
    assert dict(_answers(material))["24a"] == "Analyses: Pain"


def test_how_many_are_answered_is_counted(mini):
    text = consort_section(mini)
    answered = sum(place != OPEN for item, place in lines(text).items() if item in ITEMS)
    assert words(text).startswith(f"{answered} of {len(ITEMS)} items are answered")
