"""How long the reports of the shipped trials are, by the Markdown that their chunks give."""

import re

import pytest
from baseline_trials import baseline_project, run_to_report

from trialtrace.report.cells import last_run
from trialtrace.report.own_documents import FOLDER
from trialtrace.report.page_one.page import count_words
from trialtrace.run.trial.reported import REPORT

MOST = {"streckmann2024": 6000, "sprave2019": 6000, "musaro2019": 6000}
OTHERS = 3000
CALL = re.compile(r'^(section|sentences|table|figure)\("(\w+)"\)$', re.MULTILINE)
REFERENCE = re.compile(r"^\d+\. \[\]\{#ref-.*$", re.MULTILINE)
SECTION = re.compile(r"\*\*(\w+)\.\*\*")


@pytest.mark.full
@pytest.mark.parametrize("name", [*MOST, "elmunzer2012", "moertel1990", "ruetzler2013"])
def test_a_report_is_read_to_its_end(name, tmp_path):
    """At most 6,000 words where a trial has many arms or analyses, 3,000 of others; references
    are not counted."""
    at = baseline_project(tmp_path, [name])
    folder = run_to_report(at, name)
    cells = last_run(at, name)
    calls = CALL.findall((folder / FOLDER / f"{REPORT}.qmd").read_text(encoding="utf-8"))
    words = sum(count_words(REFERENCE.sub("", cells.text(*call))) for call in calls)
    assert 500 < words <= MOST.get(name, OTHERS)
    for function, analysis in calls:
        if function == "sentences":
            assert len(SECTION.findall(cells.text(function, analysis))) <= 5
