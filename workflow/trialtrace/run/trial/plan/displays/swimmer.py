"""Cycles of every patient; drawn only where disclosure is full."""

from __future__ import annotations

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.names import Name
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.run.trial.context import Files, column
from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.plan.displays.shapes import OfTable


@shape
class Swimmer(OfTable):
    """Cycles on a line a patient, by whether the dose was full, reduced or left out."""

    endpoint: Name = key("Endpoint of kind dose_intensity: its table is drawn.")
    planned_date: Name | None = optional(
        "Column of the planned date, at which a cycle without a date that was not given is drawn."
    )


def _check(files: Files, place: Path_, swimmer: Swimmer) -> None:
    for columns in names.of_table(files, place, swimmer, "dose_intensity"):
        if swimmer.planned_date is not None:
            column(files.plan, (*place, "planned_date"), swimmer.planned_date, columns, ("date",))


DISPLAY = Display(
    "swimmer",
    "Cycles of every patient; drawn only where disclosure is full.",
    Swimmer,
    _check,
    figure="swimmer",
    single_patients=True,
)
