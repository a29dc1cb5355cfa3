"""What README promises, sentence by sentence, and the tests that hold it to that.

A sentence that is changed there fails here until its tests are looked at again; so does a test that
is renamed or removed.
"""

import re

import pytest
from doc_blocks import ROOT, page

WORKFLOW, RESULTS = "tests/workflow/", "tests/results/"
INGEST = "tests/spec/ingest_clean/"
HELD = {
    "lists every value not accepted, with place and reason": [
        f"{INGEST}test_own_files.py::test_everything_that_was_not_accepted_is_listed",
        f"{INGEST}test_bad_values.py::test_a_bad_value_is_listed_with_its_rule_and_counted",
    ],
    "a large loss stops the run, with what fits": [
        f"{INGEST}test_losses_columns.py::test_a_fifth_is_a_red_line_and_more_a_stop",
        f"{INGEST}test_losses_columns.py::test_what_would_fit_is_told",
    ],
    "keeping for every derived value the raw cells it was made from": [
        f"{RESULTS}test_random_numbers.py::test_numbers_of_reports_reach_raw_cells",
    ],
    "other code recomputes every statistic on rows selected anew, and a disagreement stops the "
    "run": [
        "tests/spec/checks/test_whole_trials.py::test_every_result_is_checked_and_agrees",
        "tests/spec/checks/test_whole_trials.py::"
        "test_a_disagreement_stops_the_run_names_the_result_and_leaves_no_file",
    ],
    "every number of a result in a table is a link to its trace": [
        f"{RESULTS}test_real_site.py::test_every_number_of_a_table_of_results_is_a_link",
        "tests/unit/report/test_report_links.py::test_every_number_of_a_result_is_a_link",
    ],
    "The same input gives the same bytes, whatever the time, the folder or the number of cores.": [
        f"{WORKFLOW}test_same_bytes.py::test_two_runs_make_the_same_bytes",
    ],
    "a second one does only what changed, which is decided by content": [
        f"{WORKFLOW}test_run.py::test_a_second_run_has_nothing_to_do",
        f"{WORKFLOW}test_run.py::test_a_touch_reruns_nothing",
        f"{WORKFLOW}test_fresh.py::test_every_job_that_used_a_file_is_scheduled_when_it_changes",
    ],
    "a file of the results that something else has changed stops the run by its name": [
        f"{WORKFLOW}test_whole.py::test_an_edited_file_stops_the_run_by_its_name",
    ],
    "A run ends with a line a trial": [
        "tests/unit/report/test_report_lost.py::test_the_last_lines_of_a_run",
        f"{RESULTS}test_readme_examples.py::test_the_last_line_of_a_run",
    ],
    "The report's numbers link to the same content as pages.": [
        f"{RESULTS}test_real_site.py::test_a_link_shows_the_number_of_the_page_it_leads_to",
        f"{RESULTS}test_readme_examples.py::test_results_and_trace_are_those_of_a_run",
    ],
    "lists all 34 claims with both verdicts": [
        f"{RESULTS}test_readme_examples.py::test_the_number_of_claims",
    ],
    "where cells may be shown": [
        "tests/spec/cli/test_cli.py::test_cells_are_listed_under_full_disclosure_only",
    ],
    "`make run` ends with what changed since the one before": [
        f"{WORKFLOW}test_run.py::test_a_correction_of_the_data_is_told_with_what_it_changed",
    ],
    "and names what was altered, with both values": [
        "tests/spec/verify/test_random_changes.py::"
        "test_each_of_four_hundred_is_named_or_without_effect",
        "tests/spec/verify/test_forged.py::test_a_number_is_told_with_its_result_and_both_values",
    ],
    "Every report ends with one hash over its data, configuration, code and results.": [
        "tests/spec/verify/test_verify_command.py::"
        "test_the_hash_is_over_data_configuration_code_and_results",
    ],
    "drafts a trial from its files, that runs": [
        "tests/spec/drafting/test_new.py::",
    ],
    "tells all mistakes at once": [
        "tests/spec/cli/test_check_data.py::",
    ],
    "Page 1 of a report begins with what the export lost on the way, in red": [
        "tests/unit/report/test_report_lost.py::"
        "test_red_lines_stand_before_everything_else_on_page_1",
    ],
    "The same sentences end a run, each time, until they are mended.": [
        "tests/unit/report/test_report_lost.py::test_the_last_lines_of_a_run",
        f"{WORKFLOW}test_run.py::test_an_error_is_told_until_it_is_mended",
    ],
    "Counts that must add up are verified in every run": [
        "tests/unit/cleaning/test_cleaning_conservation.py::"
        "test_a_law_that_does_not_hold_is_a_fault_of_the_program",
        "tests/spec/checks/test_laws.py::",
    ],
    "no row of the data and no cell of it": [
        "tests/spec/disclosure/test_sentinels.py::test_no_cell_is_in_a_report_a_site_or_an_answer",
        "tests/unit/report/test_report_site.py::"
        "test_restricted_pages_have_no_value_no_line_and_no_subject",
    ],
    "hashes over rows and files only with a key of your own": [
        "tests/spec/disclosure/test_sentinels.py::test_no_patient_is_found_by_trying_hashes",
        "tests/spec/verify/test_verify_command.py::test_under_restricted_disclosure",
    ],
    "not where the export lies, nor how its files are called": [
        "tests/spec/disclosure/test_places.py::test_no_mailed_file_says_where_the_export_lies",
    ],
    "in folders that only their owner can enter": [
        "tests/spec/disclosure/test_rights.py::test_tables_of_patients_are_their_owner_s",
    ],
    "Messages and logs name no cell either, but for common words in place of a code": [
        "tests/spec/disclosure/test_sentinels.py::test_a_spoilt_export_lets_no_cell_out",
        f"{INGEST}test_losses_columns.py::test_values_of_a_patient_are_never_told_as_common_words",
    ],
}


@pytest.mark.parametrize("sentence", HELD)
def test_a_sentence_of_readme_is_held_by_tests(sentence: str):
    assert sentence in re.sub(r"\s+", " ", page("README.md"))
    for test in HELD[sentence]:
        path, _, name = test.partition("::")
        text = (ROOT / path).read_text(encoding="utf-8")
        assert f"def {name}(" in text if name else "def test_" in text, test


def test_the_six_trials_and_the_examples_are_those_of_the_configuration():
    import yaml

    configured = yaml.safe_load(page("config/config.yaml"))
    text = page("README.md")
    assert re.findall(r"^\| \[(\w+)\]\(config/trials/\1\)", text, re.M) == configured["trials"]
    after = text[text.index("`examples` in the same file") :]
    named = re.findall(r"(?:TRIAL=|`)([a-z]+_?[a-z]*\d*)`", after[: after.index("\n\n")])
    assert set(configured["examples"]) <= set(named)
