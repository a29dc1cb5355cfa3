"""A value of each patient as dots with median and quartiles."""

from __future__ import annotations

from trialtrace.base.config.names import Name
from trialtrace.base.config.spec import Distinct, key, optional, shape
from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.plan.displays.shapes import OfEndpoint


@shape
class DoseIntensity(OfEndpoint):
    """Dots and boxes by arm; dots only where disclosure is full."""

    endpoint: Name | Distinct[Name] = key(
        "Endpoint with one value a patient, or a list of them: a panel each.",
        expected="an endpoint or a list of endpoints",
    )
    threshold: float | None = optional("Value at which a line is drawn.")


DISPLAY = Display(
    "dose_intensity",
    "A value of each patient as dots with median and quartiles.",
    DoseIntensity,
    names.valued,
    figure="dose_intensity",
)
