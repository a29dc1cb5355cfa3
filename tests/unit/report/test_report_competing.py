"""Competing events have a panel of their own, and every curve the name of its arm beside it."""

from types import SimpleNamespace as Stub

import numpy as np
import pytest

from trialtrace.report.figures import cumulative_incidence as drawn
from trialtrace.report.figures.at_risk import named_at_the_end
from trialtrace.report.figures.canvas import drawing
from trialtrace.report.figures.picture import Request

# A record each: time, and 1 the event, 2 the competing one, 0 neither.
ARMS = {"drug": ([10, 20, 30, 40], [1, 2, 2, 0]), "placebo": ([15, 25, 35, 45], [1, 1, 0, 0])}


@pytest.fixture
def material():
    design = Stub(arms={name: Stub(label=name.capitalize()) for name in ARMS})
    return Stub(
        trial=Stub(
            design=design,
            plan=Stub(confidence=0.95),
            endpoints={"time": Stub(entry=Stub(time_of=None))},  # from dates, in days
        ),
        arm_label=str.capitalize,
        disclosure="full",
    )


def shares(material, of):
    """The last height of each arm's curve, as it is drawn."""
    given = {"endpoint": "time", "title": "Fracture", "unit": "days", "at": [0, 45]}
    asked = Request(material, given)
    found = {}
    with drawing(4, 3) as figure:
        axes = figure.subplots()
        for arm, (time, cause) in ARMS.items():
            each = np.array(time, dtype=float), np.array(cause)
            found[arm] = drawn._curve(axes, asked, each, of, {"color": "black"})[1][-1]
        assert [line.get_ydata()[-1] for line in axes.get_lines()] == list(found.values())
    return found


def test_each_event_has_its_share(material):
    """Of four patients on the drug one has the event and two die first; nobody on placebo dies."""
    assert shares(material, drawn.EVENT) == pytest.approx({"drug": 1 / 4, "placebo": 2 / 4})
    assert shares(material, drawn.COMPETING) == pytest.approx({"drug": 2 / 4, "placebo": 0})


def test_names_of_curves_that_end_together_do_not_lie_on_each_other():
    with drawing(4, 3) as figure:
        axes = figure.subplots()
        named_at_the_end(axes, [("One", 1.0, "black"), ("Two", 0.99, "red"), ("Low", 0.1, "b")], 1)
        places = {text.get_text(): text.xy[1] for text in axes.texts}
    assert places["One"] < 1 and places["One"] - places["Two"] > 0.05
    assert places["Low"] == 0.1
