"""Every patient's course with means; drawn only where disclosure is full."""

from __future__ import annotations

from trialtrace.base.config.names import Name
from trialtrace.base.config.spec import Distinct, key, shape
from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.plan.displays.shapes import OfEndpoint


@shape
class Spaghetti(OfEndpoint):
    """Courses, a panel an arm."""

    endpoint: Name | Distinct[Name] = key(
        "Endpoint with visits, or a list of them: a row of panels each.",
        expected="an endpoint or a list of endpoints",
    )


DISPLAY = Display(
    "spaghetti",
    "Every patient's course with means; drawn only where disclosure is full.",
    Spaghetti,
    names.repeated,
    figure="spaghetti",
    single_patients=True,
)
