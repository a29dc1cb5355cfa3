"""The section on a synthetic cohort: what it was drawn to, what came of it, what is assumed.

Each margin that names a `check` is measured on the derived data, so that what mess, cleaning and
derivation do to it is seen; the others are told as they were drawn.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from math import nan
from typing import Any

import numpy as np

from trialtrace.base.words import MINUS
from trialtrace.report.audit.cohort_words import Row, truth_of
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.tables import texts_table, with_names
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trace.put_in import SEXES, as_published, margin_name, statistic_words
from trialtrace.run.trial.cohort.margins import OTHERWISE
from trialtrace.run.trial.model import adsl_code

# A margin of a synthetic cohort as the derived data have it, by the `check` that it names.

DATASETS = ("bds", "adtte", "occds")


@dataclass(frozen=True)
class Measured:
    """A count of `of`, or a moment over `of` values."""

    value: float
    of: int


def measure(material: Material, row: Row) -> Measured | None:
    """A row of the truth manifest on the derived data; None where it has no check, or where its
    group is not one of arms. Within a group that is chosen by more, as by who was treated, the
    population of the check has to be that group."""
    check = row["check"]
    if not check or not _of_arms(row["group"], row["arm"], "population" in check):
        return None
    if "variable" in check:
        values = _of_variable(_kept(material, row, "adsl", {}), check["variable"])
    elif "endpoint" in check:
        values = _of_endpoint(material, row, check["endpoint"])
    else:
        return None
    # What is missing is None, or NaN, which is not itself.
    there = [value for value in values if value is not None and value == value]
    return _statistic(row["what"], check.get("value"), there)


def _of_arms(group: str, arm: str | None, within: bool) -> bool:
    text = f"arm = {arm}"
    return group in ("", text) or (within and group.endswith(f", {text}"))


def _of_variable(kept: Selection, name: str) -> list[object]:
    values = kept.column(adsl_code(name)).tolist()
    return [SEXES.get(value) for value in values] if name == "sex" else values


def _of_endpoint(material: Material, row: Row, name: str) -> list[object]:
    """The value of each record of an endpoint: text, a number, or Y for an event."""
    of_code = {"PARAMCD": {"is": material.trial.endpoints[name].code}}
    for dataset in DATASETS:
        every = material.tracer.frames.select(dataset, of_code)
        if every.n:
            break
    kept = _kept(material, row, dataset, of_code)
    if dataset == "adtte":
        return ["Y" if one == 0 else "N" for one in kept.column("CNSR").tolist()]
    if dataset == "occds":
        return ["Y"] * kept.n
    worded = any(one is not None for one in every.column("AVALC").tolist())
    return kept.column("AVALC" if worded else "AVAL").tolist()


def _kept(material: Material, row: Row, dataset: str, where: Mapping[str, object]) -> Selection:
    """The rows of the margin's arm, population and visit."""
    frames, check = material.tracer.frames, row["check"]
    asked = dict(where)
    if row["arm"] is not None:
        arm = "TRT01P" if "TRT01P" in frames.names(dataset) else "TRTP"
        asked[arm] = {"is": row["arm"]}
    if "population" in check:
        asked[material.trial.populations[check["population"]].flag] = {"is": "Y"}
    if "visit" in check:
        asked["AVISIT"] = {"is": check["visit"]}
    return frames.select(dataset, asked)


def _statistic(what: str, wanted: str | None, values: list[Any]) -> Measured:
    """A share, a count of a category, a total, or a moment of the values that are there."""
    n = len(values)
    if what == "total":
        numeric = all(
            isinstance(value, int | float) and not isinstance(value, bool) for value in values
        )
        return Measured(float(np.sum(values)) if numeric else n, n)
    if what.startswith(("share", "count of ")):
        wanted = wanted or (what.removeprefix("count of ") if "count of" in what else "Y")
        return Measured(sum(str(value).lower() == wanted.lower() for value in values), n)
    if not n:
        return Measured(nan, n)
    if what == "sd":
        return Measured(float(np.std(values, ddof=1)) if n > 1 else nan, n)
    if what == "mean":
        return Measured(float(np.mean(values)), n)
    return Measured(float({"min": min, "max": max}[what](values)), n)


COUNTED = ("share", "total", "count of")


def targets(material: Material) -> str:
    """The section as Markdown; empty for a trial whose data are not drawn here."""
    if not material.trial.tells_cohort:
        return ""
    truth = truth_of(material)
    display = truth["mode"] == "display"
    rows = [row for row in truth["parameters"] if row["margin"]]
    parts = [_lead(display, truth)]
    if rows:
        parts.append(margins_table(material, rows, display))
    assumed = [row for row in truth["parameters"] if not row["margin"]]
    if assumed:
        parts.append(assumptions_table(material, assumed))
    if truth["mess"]:
        parts.append(mess_table(material, truth["mess"]))
    return "\n\n".join(parts) + "\n"


def targets_title(material: Material) -> str:
    """The heading over it."""
    display = truth_of(material)["mode"] == "display"
    return "Target against drawn" if display else "Truth against drawn"


def _lead(display: bool, truth: Row) -> str:
    told = (
        "This cohort was drawn by a program so that its margins are those below. It says nothing "
        "of how they would vary: no interval and no p-value of it is evidence. "
        if display
        else "This cohort was drawn from the truth below. It is not evidence of anything. "
    )
    return (
        told
        + "A margin with a check is measured on the derived data; the others are given as they "
        f"were drawn. Nothing was fitted to a p-value, a statistic or an interval. Seed "
        f"{truth['seed']}."
    )


def margins_table(material: Material, rows: list[Row], display: bool) -> str:
    """A line a margin: printed text, set of counts and its rivals, target, what was drawn."""
    body = []
    for row in rows:
        found = measure(material, row)
        wrong = display and found is not None and not _met(row, found)
        told = with_names(_measurement(row, found or Measured(row["drawn"], row["drawn_of"])))
        where = "derived data" if found is not None else "the draw"
        body.append(
            [
                with_names(what_words(material, row)),
                escape_markdown(row["printed"] or ""),
                row["tag"],
                with_names(_set_words(row)),
                with_names(_target(row)),
                f"**{told}, which differs**" if wrong else told,
                where,
            ]
        )
    header = ["Margin", "Printed", "Tag", "Set of counts", "Target", "Drawn", "Measured on"]
    caption = (
        "Margins of the synthetic cohort: target against drawn. Sets of counts are of any number "
        "of patients up to those of the group."
    )
    return texts_table(material, header, body, "targets", caption)


def what_words(material: Material, row: Row) -> str:
    """A margin in words: its endpoint or quantity, the statistic, the group."""
    check = row["check"] or {}
    trial = material.trial
    parts = [*filter(None, [margin_name(trial, row), statistic_words(trial, row)])]
    if check.get("visit"):
        parts.append(check["visit"])
    if check.get("population") in trial.populations:
        parts.append(trial.populations[check["population"]].label)
    group = row["group"]
    for arm in trial.design.arms.values():
        text = f"arm = {arm.name}"
        if group == text or (check.get("population") and group.endswith(f", {text}")):
            group = arm.label
        elif group.endswith(f", {text}"):
            group = group.removesuffix(text) + arm.label
    return ": ".join([", ".join(parts), *([group] if group else [])])


def _set_words(row: Row) -> str:
    if row["rivals"] is None:
        return row["set"] or ""
    name = f"{row['set']}, " if row["set"] else ""
    sets = f", {row['rival_sets']} over all groups" if row["rival_sets"] else ""
    return f"{name}one of {row['rivals']} that print so{sets}"


def _target(row: Row) -> str:
    if row["count"] is not None:
        return f"{row['count']} of {row['of']}" if row["of"] is not None else str(row["count"])
    return row["printed"] or f"{row['value']:g}"


def _measurement(row: Row, measured: Measured) -> str:
    if row["what"].startswith(COUNTED):
        if row["of"] is None:
            return f"{measured.value:g}"
        return f"{measured.value:g} of {measured.of}"
    return f"{as_published(row['printed'], measured.value)} (n {measured.of})"


def _met(row: Row, measured: Measured) -> bool:
    if row["what"].startswith(COUNTED):
        whole = row["of"] is None or row["what"] == "total" or measured.of == row["of"]
        return measured.value == row["count"] and whole
    return row["printed"] is None or as_published(row["printed"], measured.value) == row["printed"]


def assumptions_table(material: Material, rows: list[Row]) -> str:
    """A line a quantity: every parameter that is no margin, with its tag."""
    by: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        by.setdefault((row["quantity"], row["tag"]), []).append(row)
    body = [
        [
            escape_markdown(words(name)),
            tag,
            with_names(sentence(own, partial(_group_words, material))),
            with_names(own[0]["note"] or ""),
        ]
        for (name, tag), own in by.items()
    ]
    header = ["Quantity", "Tag", "Drawn from", "Why"]
    caption = (
        "What the cohort was drawn from beside its margins. Assumed numbers were printed nowhere. "
        "The name of a quantity inside another stands for its value; a loading is the weight of a "
        "shared normal score; `where` and `when` are conditions."
    )
    return texts_table(material, header, body, "assumptions", caption)


def sentence(rows: list[Row], label: Callable[[str], str]) -> str:
    """The parameters of one quantity and tag as cohort.yaml has them, each by the groups whose
    value is another; `label` gives a group ("arm = smt") its words."""
    inputs: dict[str, dict[str, object]] = {}
    for row in rows:
        group = label(row["group"]) if row["group"] else ""
        inputs.setdefault(row["what"], {})[group] = _decoded(row["value"])
    return "; ".join(f"{words(what.replace('.', ' '))} {_each(by)}" for what, by in inputs.items())


def _decoded(value: object) -> object:
    """A parameter as the manifest holds it: lists, mappings and truth values are JSON text."""
    if isinstance(value, str) and (value[:1] in "[{" or value in ("true", "false")):
        return json.loads(value)
    return value


def words(value: object) -> str:
    """A number, a level or the name of another quantity; of a list or a mapping those in it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int | float):
        return f"{value:g}".replace("-", MINUS)
    if isinstance(value, dict):
        if set(value) == {"column"}:
            return words(value["column"])
        return ", ".join(f"{words(name)} {words(inner)}" for name, inner in value.items())
    if isinstance(value, list):
        return ", ".join(words(each) for each in value)
    return str(value).replace("_", " ")


def _each(by: dict[str, object]) -> str:
    """ "9 (drug vinca), 12 (else)"."""
    values = {group or level: each for group, value in by.items() for level, each in _table(value)}
    return ", ".join(
        f"{words(value)} ({group})" if group else words(value) for group, value in values.items()
    )


def _table(value: object) -> Iterator[tuple[str, object]]:
    """(group, value) of a parameter that is a table by the values of one quantity, or as it is."""
    if not isinstance(value, dict) or set(value) - {"by", "is", OTHERWISE} or "is" not in value:
        yield "", value
        return
    for level, own in value["is"].items():
        yield f"{words(value['by'])} {words(level)}", own
    if OTHERWISE in value:
        yield "else", value[OTHERWISE]


def _group_words(material: Material, group: str) -> str:
    """ "arm = smt, visit = week_12" with the arm's label; what stands for all others is "else"."""
    told = []
    for word in group.split(", "):
        by, _, value = word.partition(" = ")
        if by == "arm":
            told.append(material.arm_label(value))
        else:
            told.append("else" if value == OTHERWISE else f"{words(by)} {words(value)}")
    return ", ".join(told)


def mess_table(material: Material, mess: list[Row]) -> str:
    """Defects that were put into the export, and the rejects that they must make."""
    body = []
    for done in mess:
        rules = [f"{one['rejects']} × {one['rule'].replace('_', ' ')}" for one in done["expected"]]
        where = ".".join(filter(None, [done["form"], done.get("column")]))
        body.append(
            [
                f"`{where}`",
                escape_markdown(done["defect"].replace("_", " ")),
                str(done["rows"]),
                with_names(", ".join(rules) or "none: taken back by cleaning"),
            ]
        )
    header = ["Where", "Defect", "Rows", "Expected of cleaning"]
    caption = "Defects of a real export, put in on purpose where they touch no margin."
    return texts_table(material, header, body, "mess", caption)
