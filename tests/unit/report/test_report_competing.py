"""Every line of a picture of competing events is named, those that fall from the top too."""

from types import SimpleNamespace as Stub

import numpy as np
import pytest

from trialtrace.report.figures import cumulative_incidence as drawn
from trialtrace.report.figures.canvas import drawing

# A record each: time, and 1 the event, 2 the competing one, 0 neither.
ARMS = {"drug": ([10, 20, 30, 40], [1, 2, 2, 0]), "placebo": ([15, 25, 35, 45], [1, 1, 0, 0])}


@pytest.fixture
def legend():
    design = Stub(arms={name: Stub(label=name.capitalize()) for name in ARMS})
    endpoints = {"time": Stub(entry=Stub(competing=("death",))), "death": Stub(label="Death")}
    material = Stub(
        trial=Stub(design=design, endpoints=endpoints, plan=Stub(confidence=0.95)),
        arm_label=str.capitalize,
        disclosure="full",
    )
    given = {"endpoint": "time", "title": "Fracture", "unit": "days", "at": [0, 45]}
    with drawing(4, 3) as figure:
        axes = figure.subplots()
        for line in (drawn._arm, drawn._competing):
            for arm, (time, cause) in ARMS.items():
                each = np.array(time, dtype=float), np.array(cause)
                line(axes, material, given, each, {"color": "black"}, arm.capitalize())
        lines = axes.get_lines()
        return [(line.get_label(), line.get_ydata()[[0, -1]].tolist()) for line in lines]


def test_every_line_has_its_name_and_the_other_event_says_that_it_falls(legend):
    assert [label for label, _ in legend] == [
        "Drug",
        "Placebo",
        "From the top: death, Drug",
    ]


def test_the_line_from_the_top_is_one_less_the_share_with_the_other_event(legend):
    """Of four patients on the drug two die first: 1/4 at day 20 and 1/4 at day 30."""
    ends = dict(legend)["From the top: death, Drug"]
    assert ends == pytest.approx([1, 1 - 2 / 4])
    assert dict(legend)["Drug"] == pytest.approx([0, 1 / 4])
