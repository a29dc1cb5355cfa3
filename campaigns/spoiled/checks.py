"""Spoilings that break a check of cleaning.yaml, with values that the dictionary allows."""

import datetime
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from spoiled.choose import few, one
from spoiled.export import Export, NotHereError, Rng

Row = dict[str, str]


@dataclass(frozen=True)
class Break:
    """How a check is broken: rows of a table that meet `where` take `put` in a column."""

    check: str
    table: str
    column: str
    where: Callable[[Row], Any]
    put: Callable[[Export, Row], str]


@dataclass(frozen=True)
class Gone:
    """A row that a check asks for."""

    check: str
    table: str
    where: Callable[[Row], Any]


def says(text: str) -> Callable[[Export, Row], str]:
    return lambda export, row: text


def days(column: str, number: int) -> Callable[[Export, Row], str]:
    """A date so many days from that of a column."""

    def moved(export: Export, row: Row) -> str:
        date = export.date(row[column])
        if date is None:
            raise NotHereError
        return export.day(date + datetime.timedelta(number))

    return moved


def plus(column: str, number: int) -> Callable[[Export, Row], str]:
    def more(export: Export, row: Row) -> str:
        value = export.number(row[column])
        if value is None:
            raise NotHereError
        return export.shown(value + number)

    return more


def other(column: str, first: str, second: str) -> Callable[[Export, Row], str]:
    return lambda export, row: second if row[column] == first else first


BREAKS: dict[str, list[Break]] = {
    "elmunzer2012": [
        Break(
            "risk_score",
            "patients",
            "risk",
            lambda r: float(r["risk"].replace(",", ".")) < 9,
            plus("risk", 1),
        ),
        Break("sod_type", "patients", "type", lambda r: r["sod"] == "0_no", says("1_type 1")),
        Break(
            "stent_placed",
            "patients",
            "pdstent",
            lambda r: r["prophystent"] == "1_yes",
            says("0_no"),
        ),
    ],
    "ruetzler2013": [
        Break(
            "assessed_throughout",
            "patients",
            "pod1am_throatPain",
            lambda r: not r["pacu30min_throatPain"],
            says("3"),
        ),
        Break(
            "assessed_throughout",
            "patients",
            "pacu30min_throatPain",
            lambda r: r["pacu30min_throatPain"] and r["pod1am_throatPain"],
            says(""),
        ),
    ],
    "moertel1990": [
        Break(
            "more_than_four_nodes",
            "outcomes",
            "node4",
            lambda r: r["nodes"] and (int(r["nodes"]) > 4) == (r["node4"] == "1"),
            other("node4", "0", "1"),
        ),
        Break(
            "positive_node",
            "outcomes",
            "nodes",
            lambda r: r["nodes"] not in ("", "0") and r["node4"] == "0",
            says("0"),
        ),
        Break(
            "same_in_both_rows",
            "outcomes",
            "age",
            lambda r: 30 < int(r["age"]) < 80,
            plus("age", 1),
        ),
        Break("same_in_both_rows", "outcomes", "sex", lambda r: True, other("sex", "0", "1")),
        Break("same_in_both_rows", "outcomes", "rx", lambda r: True, other("rx", "Obs", "Lev")),
    ],
    "musaro2019": [
        Break(
            f"real_side_of_{name}",
            table,
            "treatment",
            lambda r: r["treatment"],
            other("treatment", "real", "sham"),
        )
        for name, table in (
            ("strength", "strength"),
            ("handgrip", "handgrip"),
            ("cmap", "cmap"),
            ("currents", "currents"),
            ("genes", "ct"),
            ("fibres", "fibres"),
        )
    ],
    "sprave2019": [
        Break(
            "no_session_after_death",
            "sessions",
            "planned_on",
            lambda r: r["done"] == "1" and r["died_on"],
            days("died_on", 3),
        ),
        Break(
            "no_session_before_randomisation",
            "sessions",
            "planned_on",
            lambda r: r["done"] == "1" and r["randomised_on"],
            days("randomised_on", -2),
        ),
        Break(
            "visit_after_randomisation",
            "pain",
            "visit_on",
            lambda r: r["visit_on"],
            days("randomised_on", -5),
        ),
        Break(
            "start_after_randomisation",
            "patients",
            "rt_start",
            lambda r: r["rt_start"],
            days("randomised_on", -30),
        ),
        Break(
            "no_pain_after_death",
            "pain",
            "visit_on",
            lambda r: r["vas"] and r["died_on"],
            days("died_on", 1),
        ),
        Break(
            "image_before_death",
            "imaging",
            "imaged_on",
            lambda r: r["imaged_on"] and r["died_on"],
            days("died_on", 10),
        ),
        Break(
            "death_after_randomisation",
            "follow_up",
            "died_on",
            lambda r: r["died_on"],
            days("randomised_on", -1),
        ),
        Break("no_dose_of_nothing", "opioids", "dose", lambda r: r["drug"] == "none", says("40")),
        Break(
            "dose_has_a_drug",
            "opioids",
            "drug",
            lambda r: r["dose"] and r["drug"] not in ("", "none"),
            says(""),
        ),
        Break("minutes_of_done_sessions", "sessions", "done", lambda r: r["minutes"], says("0")),
        Break(
            "opioid_has_a_dose",
            "opioids",
            "dose",
            lambda r: r["drug"] not in ("", "none") and r["dose"],
            says("0"),
        ),
        Break("treated_has_a_start", "patients", "rt_start", lambda r: r["rt_start"], says("")),
        Break(
            "untreated_has_a_reason",
            "patients",
            "not_treated_because",
            lambda r: r["treated"] == "0" and r["not_treated_because"],
            says(""),
        ),
        Break("death_has_a_date", "follow_up", "died_on", lambda r: r["died_on"], says("")),
        Break(
            "death_has_a_date",
            "follow_up",
            "died_on",
            lambda r: r["died"] == "0",
            days("last_contact_on", 1),
        ),
        Break(
            "home_phase_of_the_treated",
            "patients",
            "home_phase",
            lambda r: r["treated"] == "0",
            says("1"),
        ),
    ],
    "streckmann2024": [
        Break(
            "examined_after_randomisation",
            "examination",
            "exam_date",
            lambda r: r["exam_date"],
            days("randomised_on", -7),
        ),
        Break(
            "given_after_randomisation",
            "cycles",
            "given_on",
            lambda r: r["given_on"],
            days("randomised_on", -3),
        ),
        Break(
            "dose_with_a_plan",
            "cycles",
            "planned_dose",
            lambda r: r["delivered_dose"] not in ("", "-99"),
            says(""),
        ),
        Break(
            "pain_on_the_scale",
            "vas",
            "vas_unit",
            lambda r: r["vas_unit"] == "mm" and float(r["pain"].replace(",", ".") or 0) > 10,
            says("cm"),
        ),
        Break(
            "dose_within_the_plan",
            "cycles",
            "delivered_dose",
            lambda r: r["delivered_dose"] not in ("", "-99") and r["planned_dose"],
            plus("planned_dose", 10),
        ),
        Break(
            "dose_has_a_date",
            "cycles",
            "given_on",
            lambda r: r["given_on"] and r["delivered_dose"] not in ("", "0", "-99"),
            says(""),
        ),
        Break(
            "given_when_planned",
            "cycles",
            "given_on",
            lambda r: r["given_on"] and r["planned_on"],
            days("planned_on", -1),
        ),
        Break(
            "drug_of_the_stratum",
            "cycles",
            "agent",
            lambda r: r["agent"],
            other("agent", "oxaliplatin", "vincristine"),
        ),
        Break(
            "event_after_randomisation",
            "adverse_events",
            "ae_onset",
            lambda r: r["ae_onset"],
            days("randomised_on", -1),
        ),
        Break(
            "minutes_of_attended_sessions",
            "sessions",
            "attended",
            lambda r: r["minutes"],
            says("0"),
        ),
        Break(
            "attended_after_randomisation",
            "sessions",
            "session_on",
            lambda r: r["session_on"],
            days("randomised_on", -1),
        ),
        Break(
            "death_has_a_date",
            "follow_up",
            "died_on",
            lambda r: r["died"] == "0",
            days("last_contact", 0),
        ),
        Break("death_has_a_date", "follow_up", "died", lambda r: r["died_on"], says("0")),
        Break(
            "contact_after_last_visit",
            "follow_up",
            "last_contact",
            lambda r: r["last_contact"],
            days("randomised_on", -1),
        ),
        Break(
            "no_session_without_training",
            "patients",
            "arm",
            lambda r: r["arm"] == "smt",
            says("tau"),
        ),
        Break("training_has_sessions", "patients", "arm", lambda r: r["arm"] == "tau", says("wbv")),
    ],
}

GONE: dict[str, list[Gone]] = {
    "musaro2019": [
        Gone("both_sides_graded", "strength", lambda r: r["mrc"]),
        Gone("one_real_side_of_handgrip", "handgrip", lambda r: r["grip"]),
        Gone("one_real_side_of_cmap", "cmap", lambda r: r["amplitude"]),
    ],
}


def rows_of(export: Export, table: str) -> list[Row]:
    """The rows of a table, each beside what tables of one row a subject say of its subject."""
    known: dict[str, Row] = {}
    for other_table, spec in export.tables.items():
        sheet = export.sheet(other_table)
        if spec["key"] == [spec["subject"]] and spec["subject"] != "source_row":
            for row in sheet.rows:
                cells = dict(zip(sheet.header, row, strict=True))
                known.setdefault(cells[spec["subject"]], {}).update(cells)
    sheet, subject = export.sheet(table), export.tables[table]["subject"]
    own = [dict(zip(sheet.header, row, strict=True)) for row in sheet.rows]
    return [{**known.get(row.get(subject, ""), {}), **row} for row in own]


def _broken(export: Export, rng: Rng, severity: str) -> str:
    made = [
        one_break
        for one_break in BREAKS.get(export.name, [])
        if export.cleaning["checks"][one_break.check]["severity"] == severity
    ]
    way = one(rng, made)
    rows = rows_of(export, way.table)
    suited = [number for number, row in enumerate(rows) if way.where(row)]
    chosen = few(rng, suited, rng.choice((1, 1, 3, len(suited) // 5)))
    for number in chosen:
        export.sheet(way.table).put(number, way.column, way.put(export, rows[number]))
    return f"{way.table}.{way.column}: breaks {way.check} in {len(chosen)} rows"


def rejecting(export: Export, rng: Rng) -> str:
    return _broken(export, rng, "reject")


def flagging(export: Export, rng: Rng) -> str:
    return _broken(export, rng, "flag")


def row_asked_for(export: Export, rng: Rng) -> str:
    way = one(rng, GONE.get(export.name, []))
    rows = rows_of(export, way.table)
    number = one(rng, [number for number, row in enumerate(rows) if way.where(row)])
    del export.sheet(way.table).rows[number]
    return f"{way.table}: without the row of line {number + 2}, which {way.check} asks for"


KINDS = {
    "a check that rejects": rejecting,
    "a check that flags": flagging,
    "a row that a check asks for": row_asked_for,
}
