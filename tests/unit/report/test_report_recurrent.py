"""The curve of a mean number of events: what is drawn, and who is at risk."""

from types import SimpleNamespace as Stub

import numpy as np
import pytest

from trialtrace.report.figures import along
from trialtrace.report.figures import mean_cumulative as drawn
from trialtrace.report.figures.picture import NothingToDraw, Request

# Intervals of an arm: start, stop, event, subject.
ARMS = {
    "drug": ([0, 0, 4], [10, 4, 10], [0, 1, 0], ["a", "b", "b"]),
    "placebo": ([0, 2, 0], [2, 6, 10], [1, 1, 0], ["c", "c", "d"]),
}


def material(monkeypatch, arms):
    design = Stub(arms={name: Stub(label=name.capitalize()) for name in ARMS})
    made = Stub(
        trial=Stub(
            design=design,
            endpoints={"flare": Stub(entry=Stub(start=None, origin="entry", time_of=None))},
            subjects=Stub(described=lambda *_: None),
            dictionary={},
            plan=Stub(confidence=0.95),
        ),
        arm_label=str.capitalize,
        disclosure="full",
    )

    def records(_, endpoint, AVAL, TRTP):
        start, stop, event, subject = arms.get(TRTP["is"], ([], [], [], []))
        columns = {
            "TSTART": np.array(start, dtype=float),
            "TSTOP": np.array(stop, dtype=float),
            "CNSR": 1 - np.array(event, dtype=int),
            "USUBJID": np.array(subject, dtype=object),
        }
        return Stub(column=columns.__getitem__)

    monkeypatch.setattr(Request, "records", records)
    monkeypatch.setattr(Request, "population", "all")
    monkeypatch.setattr(drawn, "results_along", lambda _: along.Along())
    monkeypatch.setattr(along, "name_of", lambda _: "flares")
    return made


GIVEN = {"title": "Flares", "endpoint": "flare", "unit": "days", "at": [0, 5, 10]}


def test_the_mean_steps_at_the_events(monkeypatch):
    """One event of two on the drug; two of two at risk on placebo, of one patient."""
    picture = drawn.draw(material(monkeypatch, ARMS), GIVEN)
    axes = picture.figure.axes[0]
    lines = {line.get_label(): line for line in axes.get_lines()}
    assert lines["Drug"].get_ydata()[-1] == pytest.approx(1 / 2)
    assert lines["Placebo"].get_ydata()[-1] == pytest.approx(1 / 2 + 1 / 2)
    assert lines["Placebo"].get_xdata()[:3] == pytest.approx([0, 2, 6])
    assert picture.alt == "Mean cumulative functions for Drug and Placebo."
    assert "Lawless and Nadeau" in picture.caption
    # Each number at risk leads to the page of the figure.
    urls = [one.get_url() for one in picture.figure.axes[1].patches if one.get_url()]
    assert len(urls) == 6 and all(one.startswith("../at-risk/flares.html#") for one in urls)


def test_who_is_at_risk_counts_patients_and_not_gaps(monkeypatch):
    rows = drawn.intervals(Request(material(monkeypatch, ARMS), GIVEN), "placebo")
    assert drawn.at_risk(rows, [0, 2, 5, 10]).tolist() == [2, 2, 2, 1]


@pytest.mark.parametrize(
    ("arms", "why"),
    [({}, "no patient was at risk"), ({"drug": ([0], [9], [0], ["a"])}, "nobody had an event")],
)
def test_what_cannot_be_drawn_says_why(monkeypatch, arms, why):
    with pytest.raises(NothingToDraw, match=why):
        drawn.draw(material(monkeypatch, arms), GIVEN)
