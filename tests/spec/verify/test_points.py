"""A point of a figure that is of one patient, or of one arm, leads to their rows and no others."""

import csv
import json
from pathlib import Path

import mini_trial
import pytest
from mini_run import run_mini

from trialtrace.base.errors import UserError
from trialtrace.report.commands.point import tell_point
from trialtrace.report.figures.make import draw_figures
from trialtrace.report.material import Material
from trialtrace.run.trial.load import load_settings

OTHER = """\
healed:
  label: Healed
  code: HEALED
  kind: time_to_event
  table: patients
  time: days
  origin: randomisation
  event: {relief: {is: "1"}, died: {is: "0"}}
  event_label: Healed
  censored_label: Not healed
  competing: [death]
"""
PLAN = mini_trial.PLAN + mini_trial.MORE_DISPLAYS.replace(
    "{title: Death, endpoint: death,", "{title: Healed, endpoint: healed,"
)


def drawn(root: Path, disclosure: str) -> Material:
    endpoints = mini_trial.ENDPOINTS + OTHER
    run = run_mini(root, plan=PLAN, endpoints=endpoints)
    text = mini_trial.CONFIG.replace("by_source", disclosure)
    run.at.config.joinpath("config.yaml").write_text(text)
    made = Material(run.trial, load_settings(run.at), run.folder, {})
    draw_figures(made, run.folder / "report" / "figures")
    return made


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    return drawn(tmp_path_factory.mktemp("points"), "full")


def lines(material: Material, name: str) -> list[dict[str, str]]:
    file = material.folder / "report" / "figures" / f"{name}.csv"
    with file.open(encoding="utf-8", newline="") as text:
        return list(csv.DictReader(text))


def told(
    material: Material, capsys, name: str, at: int, *, rows: bool = False
) -> dict[str, list[str]]:
    """What is said of a line of a figure, by its label."""
    text = f"mini/figure/{name}:{at + 2}"
    tell_point(material, text, lines(material, name)[at], "json", rows=rows)
    found: dict[str, list[str]] = {}
    for label, words in json.loads(capsys.readouterr().out)["lines"]:
        found.setdefault(label, []).append(words)
    return found


@pytest.mark.parametrize(
    "name, what, columns",
    [
        ("spaghetti_1", {"visit": "after"}, "pain1"),
        ("dose_intensity_1", {"what": "a patient", "endpoint": "Pain before"}, "pain0"),
    ],
)
def test_a_point_of_a_patient_leads_to_the_patient(
    material: Material, capsys, name: str, what: dict[str, str], columns: str
):
    """Patient n stands in line n + 1 of the export."""
    of_patients = [
        (at, row) for at, row in enumerate(lines(material, name)) if what.items() <= row.items()
    ]
    assert {row["subject"] for _, row in of_patients} == {f"mini-{n}" for n in range(1, 21)}
    for at, row in of_patients:
        number = int(row["subject"].partition("-")[2])
        said = told(material, capsys, name, at)
        (raw,) = said["raw"]
        assert raw.startswith(f"export.csv, lines {number + 1}, ")
        assert {*columns.split(", ")} == {*raw.partition("columns ")[2].split(", ")} - {"id", "arm"}


def test_a_step_of_what_competes_is_of_its_arm_and_of_who_had_it(material: Material, capsys):
    """Who died of those with the drug within the 30 days of the axis: patient 3, on day 30."""
    rows = lines(material, "cumulative_incidence_1")
    steps = [at for at, row in enumerate(rows) if row["line"] == "Death, Drug"]
    assert {rows[at]["subjects"] for at in steps} - {""} == {"mini-3"}
    for at in steps:
        (records,) = told(material, capsys, "cumulative_incidence_1", at)["records"]
        assert records.startswith("10 of adtte") and "TRTP = drug" in records


def test_all_cells_behind_a_point_are_listed_where_they_may_be(
    material: Material, capsys, tmp_path: Path
):
    at = next(
        at
        for at, row in enumerate(lines(material, "spaghetti_1"))
        if (row["subject"], row["visit"]) == ("mini-3", "after")
    )
    cells = told(material, capsys, "spaghetti_1", at, rows=True)["cells"]
    assert "mini-3 AVAL from export.csv, line 4, pain1 = '3'" in cells
    restricted = drawn(tmp_path, "restricted")
    with pytest.raises(UserError, match="disclosure: restricted"):
        told(restricted, capsys, "kaplan_meier_1", 0, rows=True)
    assert "subject" not in lines(restricted, "dose_intensity_1")[0]
    assert "cells" not in told(restricted, capsys, "kaplan_meier_1", 0)
