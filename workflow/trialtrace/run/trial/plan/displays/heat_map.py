"""Sessions of every patient by day; drawn only where disclosure is full."""

from __future__ import annotations

from trialtrace.base.config.compose import Path_
from trialtrace.base.config.names import Column, Name, Text
from trialtrace.base.config.spec import key, optional, shape
from trialtrace.run.trial.context import NUMERIC, Files, column
from trialtrace.run.trial.plan.displays import names
from trialtrace.run.trial.plan.displays.display import Display
from trialtrace.run.trial.plan.displays.shapes import OfTable


@shape
class HeatMap(OfTable):
    """A map of sessions, a line a patient."""

    endpoint: Name = key("Endpoint of kind attendance: its table is drawn.")
    day: Column = key("Column of its table with the number of the day or of the session.")
    day_label: Text | None = optional("Label of the axis; Day without it.")


def _check(files: Files, place: Path_, heat_map: HeatMap) -> None:
    for columns in names.of_table(files, place, heat_map, "attendance"):
        column(files.plan, (*place, "day"), heat_map.day, columns, (*NUMERIC, "date"))


DISPLAY = Display(
    "heat_map",
    "Sessions of every patient by day; drawn only where disclosure is full.",
    HeatMap,
    _check,
    figure="heat_map",
    single_patients=True,
)
