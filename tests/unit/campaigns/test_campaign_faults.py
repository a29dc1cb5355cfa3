"""How the campaign of faults judges a case: on a ground that does what it is told."""

import json
import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "workflow"))

from faulted.ground import Case, Ended, Ground, Outcome, tried
from faults import earlier, report

WELL = Ended(0, "all is there")


class Told(Ground):
    """A ground whose next run and whose files after each run are given."""

    def __init__(self, again: Ended = WELL, faults: tuple[str, ...] = ()):
        super().__init__(Path("nowhere"), Path("nowhere"))
        self.again, self.faults = again, list(faults)

    def set_back(self, *, run: bool) -> None:
        pass

    def run(self, *_, **__) -> Ended:
        return self.again

    def fault(self) -> str:
        return self.faults.pop(0) if self.faults else ""


def judged(ground: Ground, first: Ended, **more) -> tuple[str, str]:
    outcome = tried(ground, Case("disk", "full", act=lambda _: first, cause="No space", **more))
    return outcome.first, outcome.fault


def test_what_ends_well_with_all_its_files_is_complete():
    assert judged(Told(), WELL) == ("complete", "")


def test_what_ends_well_with_other_files_is_silent():
    assert judged(Told(faults=("1 differ",)), WELL) == ("ended as if well", "SILENT: 1 differ")


def test_what_stops_has_to_name_the_cause():
    assert judged(Told(), Ended(1, "bds\n  No space left")) == ("stopped, cause told", "")
    assert judged(Told(), Ended(1, "it failed"))[1].startswith("stopped without the cause")
    raised = Ended(1, "Traceback (most recent call last)\nOSError: No space left")
    assert judged(Told(), raised) == ("stopped, cause in a traceback", "")


@pytest.mark.parametrize(
    ("ground", "more"),
    [
        (Told(again=Ended(1, "it failed")), {}),
        (Told(faults=("1 differ",)), {}),
        (Told(), {"check": lambda _: "of the archive: an object is gone"}),
    ],
)
def test_what_the_next_run_does_not_mend_is_lost(ground, more):
    assert judged(ground, Ended(-9, ""), killed=True, **more)[1].startswith("LOST: ")


def test_the_page_counts_kinds_and_names_what_is_wrong():
    case = Case("disk", "full")
    made = [Outcome(case, "complete", "", ""), Outcome(case, "ended as if well", "SILENT: x", "")]
    text = report(made, "")
    assert "| disk | 2 | 0 | 1 | 0 | 0 | 1 |" in text and "SILENT: x" in text
    assert text.endswith("2 cases: 0 lost, 1 silent, 1 wrong.")


def test_a_campaign_that_was_stopped_goes_on_with_what_it_has_seen(tmp_path):
    file = tmp_path / "outcomes"
    assert earlier(file) == earlier(None) == []
    seen = Outcome(Case("disk", "full"), "complete", "", "all is there")
    file.write_text(json.dumps(seen.line) + "\n")
    assert [each.line for each in earlier(file)] == [seen.line]
