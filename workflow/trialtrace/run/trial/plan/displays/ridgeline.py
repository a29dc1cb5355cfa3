"""Distributions of many values a patient; drawn only where disclosure is full."""

from __future__ import annotations

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.names import Name
from trialtrace.base.config.spec import key, shape
from trialtrace.run.trial.context import Files
from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.plan.displays.shapes import OfTable


@shape
class Ridgeline(OfTable):
    """Ridges, one a patient, the arms laid over each other."""

    endpoint: Name = key("Endpoint of kind aggregate: the column that it summarises is drawn.")


def _check(files: Files, place: Path_, ridgeline: Ridgeline) -> None:
    names.of_table(files, place, ridgeline, "aggregate")


DISPLAY = Display(
    "ridgeline",
    "Distributions of many values a patient; drawn only where disclosure is full.",
    Ridgeline,
    _check,
    figure="ridgeline",
    single_patients=True,
)
