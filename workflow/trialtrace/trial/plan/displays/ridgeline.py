"""Distributions of many values a patient; drawn only where disclosure is full."""

from __future__ import annotations

from trialtrace.config.compose import Path_
from trialtrace.config.spec import key, shape
from trialtrace.trial.context import Files
from trialtrace.trial.plan.displays import names
from trialtrace.trial.plan.displays.display import Display
from trialtrace.trial.plan.displays.shapes import OfTable
from trialtrace.trial.words import Name


@shape
class Ridgeline(OfTable):
    """Ridges, one a patient, the arms laid over each other."""

    endpoint: Name = key("Endpoint of kind aggregate: the column that it summarises is drawn.")


def _check(files: Files, place: Path_, given: Ridgeline) -> None:
    names.of_table(files, place, given, "aggregate")


DISPLAY = Display(
    "ridgeline",
    "Distributions of many values a patient; drawn only where disclosure is full.",
    Ridgeline,
    _check,
    figure="ridgeline",
    single_patients=True,
)
