"""What an analysis found, in sentences: estimate, denominators, p-value and decision."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from trialtrace.analyses.references import METHODS, adjustment_of, limits_of, method_of
from trialtrace.analyses.words import LABELS
from trialtrace.display.links import trace_link
from trialtrace.display.material import Material
from trialtrace.display.render.escape import escape_markdown
from trialtrace.display.tables import link

if TYPE_CHECKING:
    from trialtrace.config.model import Analysis

Row = dict[str, Any]
Compared = tuple[Row, Row | None, str]
# An analysis with more comparisons than this is told by how many there are.
MOST_SENTENCES = 4


def primary_sentences(material: Material) -> Iterator[str]:
    """For each comparison of a primary analysis: its finding as Markdown, with its name."""
    for analysis in primary(material):
        yield from sentences(material, analysis, named=True)


def primary_results(material: Material) -> Iterator[str]:
    """The same as plain text."""
    for analysis in primary(material):
        for estimate, p, lead in compared(material, analysis):
            text = f"{analysis.label}{lead} {LABELS[estimate['stat_name']]} {estimate['stat_text']}"
            text += _denominators(material, estimate)
            if p is not None:
                told = [f"{_sign(row)}{row['stat_text']} {how}" for row, how in _tests(material, p)]
                text += f"; p {', adjusted p '.join(told)}{_decision(material, analysis, p)}"
            yield text + ending(material)


def primary(material: Material) -> "list[Analysis]":
    return [a for a in material.trial.plan.analyses.values() if a.role == "primary"]


def sentences(material: Material, analysis: "Analysis", *, named: bool) -> list[str]:
    """The finding of each comparison; where there are many, one sentence of how many."""
    found = list(compared(material, analysis))
    if len(found) > MOST_SENTENCES:
        text = _many(material, analysis, found)
        return [(f"{escape_markdown(analysis.label)}: " if named else "") + text + ending(material)]
    told = []
    for estimate, p, lead in found:
        shown = escape_markdown(f"{LABELS[estimate['stat_name']]} {estimate['stat_text']}")
        start = f"{analysis.label}{lead}" if named else _upper(lead.removeprefix(", "))
        text = f"{escape_markdown(start)} [{shown}]({trace_link(estimate['result_id'])})"
        text += escape_markdown(_denominators(material, estimate))
        if p is not None:
            tests = [
                f"{_sign(row)}{link(row)} {escape_markdown(how)}"
                for row, how in _tests(material, p)
            ]
            text += f"; p {', adjusted p '.join(tests)}"
            text += escape_markdown(_decision(material, analysis, p))
        told.append(text + _verdict(material, estimate) + ending(material))
    return told


def described(material: Material, analysis: "Analysis") -> list[str]:
    """The shares by arm of an analysis without an estimate that compares; none where many."""
    cuts: dict[tuple, list[Row]] = {}
    for row in material.of(analysis.name):
        if row["stat_name"] == "proportion" and row["group1_level"] and not row["group2"]:
            cuts.setdefault(tuple(row[key] for key in ("parameter", "visit", "stratum")), [])
            cuts[row["parameter"], row["visit"], row["stratum"]].append(row)
    if len(cuts) > MOST_SENTENCES:
        return []
    told = []
    for (_, visit, stratum), rows in cuts.items():
        arms = list({row["group1_level"]: row for row in reversed(rows)}.values())[::-1]
        parts = [*material.parameter_words(arms[0])]
        parts += [visit] if visit and len({key[1] for key in cuts}) > 1 else []
        parts += [material.stratum_words(stratum)] if stratum else []
        lead = escape_markdown(f"{', '.join(parts)}:") + " " if parts else ""
        shares = [
            f"{escape_markdown(material.arm_label(row['group1_level']))} {link(row)}"
            for row in arms
        ]
        told.append(f"{lead}{', '.join(shares)}{ending(material)}")
    return told


def _upper(text: str) -> str:
    return text[:1].upper() + text[1:]


def _many(material: Material, analysis: "Analysis", found: list[Compared]) -> str:
    tested = [p for _, p, _ in found if p is not None]
    text = f"{len(found)} estimates, in the tables below"
    if tested:
        level = f"{analysis.decision_level:g}"
        below = sum(p["stat_value"] < analysis.decision_level for p in tested)
        by = ", ".join(dict.fromkeys(_how(p) for p in tested))
        text += f"; p-values below {level}, each taken by itself: {below} of {len(tested)} ({by})"
        adjusted = [row for row in (_adjusted(material, p) for p in tested) if row is not None]
        if adjusted:
            below = sum(row["stat_value"] < analysis.decision_level for row in adjusted)
            text += f"; adjusted for all of them: {below} of {len(adjusted)}"
    return escape_markdown(text)


def compared(material: Material, analysis: "Analysis") -> Iterator[Compared]:
    """(estimate, its p-value, the words before it) of each comparison of an analysis."""
    cuts: dict[tuple, list[Row]] = {}
    for row in material.of(analysis.name):
        if row["comparison"] is not None:
            keys = ("parameter", "comparison", "reference", "visit", "stratum")
            cuts.setdefault(tuple(row[key] for key in keys), []).append(row)
    visits = len({key[3] for key in cuts}) > 1
    for (_, treated, reference, visit, stratum), rows in cuts.items():
        estimate = next((row for row in rows if row["ci_level"] is not None), None)
        if estimate is None:
            continue
        arms = " against ".join(material.arm_label(arm) for arm in (treated, reference))
        parts = [*material.parameter_words(estimate)]
        parts += [visit] if visits and visit else []
        parts += [material.stratum_words(stratum)] if stratum else []
        lead = "".join(f", {part}" for part in [*parts, arms]) + ":"
        yield estimate, planned_p(analysis, rows), lead


def planned_p(analysis: "Analysis", rows: list[Row]) -> Row | None:
    """The p-value of the first test that the plan names; a correction ends the method's name."""
    for step in analysis.tests:
        for row in rows:
            method = row["method"].removeprefix("p_value.")
            if method == step.method or method.startswith(f"{step.method}_"):
                return row if row["stat_value"] is not None else None
    return None


def _tests(material: Material, p: Row) -> list[tuple[Row, str]]:
    """A p-value and, where its family is adjusted, the adjusted one, each with its method."""
    adjusted = _adjusted(material, p)
    told = [(p, f"({_how(p)})")]
    return told if adjusted is None else [*told, (adjusted, f"({_adjustment(adjusted)})")]


def _how(p: Row) -> str:
    return method_of(p["method"]).title


def _adjustment(adjusted: Row) -> str:
    return METHODS[adjustment_of(adjusted["method"].removeprefix("p_adjusted."))].title


def _adjusted(material: Material, p: Row) -> Row | None:
    """The adjusted p-value of a test at the same place; none where it could not be told."""
    keys = ("parameter", "comparison", "reference", "visit", "stratum")
    test = p["method"].removeprefix("p_value.")
    for row in material.of(p["analysis_id"]):
        if row["stat_name"] != "p_adjusted" or any(row[key] != p[key] for key in keys):
            continue
        short = row["method"].removeprefix("p_adjusted.")
        if short == f"{adjustment_of(short)}_{test}" and row["stat_value"] is not None:
            return row
    return None


def _denominators(material: Material, estimate: Row) -> str:
    counts = material.tracer.counted(estimate)
    return f"; {', '.join(counts)}" if counts else ""


def _verdict(material: Material, estimate: Row) -> str:
    """Whether the difference lies within the margins, where the analysis asks that."""
    same = ("parameter", "comparison", "reference", "visit", "stratum")
    for row in material.of(estimate["analysis_id"]):
        if row["stat_name"] == "verdict" and all(row[key] == estimate[key] for key in same):
            margins = escape_markdown(limits_of(row["options"]).removeprefix(", "))
            return f"; held against margins of {margins}: {link(row)}"
    return ""


def _sign(p: Row) -> str:
    return "" if p["stat_text"].startswith("<") else "= "


def _decision(material: Material, analysis: "Analysis", p: Row) -> str:
    """What decides is the adjusted p-value where there is one."""
    value = (_adjusted(material, p) or p)["stat_value"]
    side = "below" if value < analysis.decision_level else "not below"
    return f", {side} the decision level of {analysis.decision_level:g}"


def ending(material: Material) -> str:
    return " (synthetic, not evidence)." if material.trial.synthetic else "."
