"""The sections of a trial's report, each as Markdown. reports/trial.qmd sets their order."""

from collections.abc import Iterator
from typing import Any

from trialtrace.analyses.cuts import parameters
from trialtrace.analyses.words import LABELS, lower_first, number
from trialtrace.claims.tally import tally, tally_text
from trialtrace.display.figures.make import Drawn
from trialtrace.display.links import trace_link
from trialtrace.display.material import Material
from trialtrace.display.render.escape import escape_markdown
from trialtrace.display.tables import analysis_tables, captioned, link, pipe_table

Row = dict[str, Any]
VALUE_WORDS = {
    "value": "",
    "change": " (change from baseline)",
    "percent_change": " (change in percent of baseline)",
}
ROLES = {
    "primary": "Primary analysis",
    "secondary": "Secondary analyses",
    "sensitivity": "Sensitivity analyses",
    "subgroup": "Subgroups as published",
    "supportive": "Supportive analyses",
    "exploratory": "Exploratory analyses",
    "descriptive": "Descriptive analyses",
}


def opening(material: Material) -> str:
    """Question, design in a line, the primary result as a sentence, the audit in a line."""
    trial = material.trial
    parts = [escape_markdown(trial.question), design_line(material)]
    if trial.synthetic:
        parts.insert(0, "::: {.synthetic}\nSynthetic data: not evidence of anything.\n:::")
    parts += [f"**{sentence}**" for sentence in primary_sentences(material)]
    parts.append(audit_line(material))
    return "\n\n".join(parts) + "\n"


def design_line(material: Material) -> str:
    """Design, arms, randomisation; registration where it is known; how the trial stopped."""
    design, trial = material.trial.design, material.trial
    arms = ", ".join(
        lower_first(arm.label) + (" (control)" if arm.control else "")
        for arm in design.arms.values()
    )
    scheme = {"unknown": "scheme of randomisation not recorded"}.get(
        design.scheme, f"{design.scheme.replace('_', ' ')} randomisation"
    )
    strata = f" by {', '.join(design.strata)}" if design.strata else ""
    text = f"{design.kind.replace('_', ' ').capitalize()} design; {arms}; {scheme}{strata}."
    if trial.registration:
        text = f"Registered as {trial.registration}. {text}"
    if design.stopped:
        text += f" Stopped: {design.stopped}"
    return escape_markdown(text)


def primary_sentences(material: Material) -> Iterator[str]:
    """For each comparison of a primary analysis: estimate, denominators, decision, as Markdown."""
    for estimate, p, lead in _primary(material):
        shown = escape_markdown(f"{LABELS[estimate['stat_name']]} {estimate['stat_text']}")
        text = f"{escape_markdown(lead)} [{shown}]({trace_link(estimate['result_id'])})"
        text += escape_markdown(_denominators(material, estimate))
        if p is not None:
            text += f"; p {_sign(p)}{link(p)}{escape_markdown(_decision(material, p))}"
        yield text + _stamp(material)


def primary_results(material: Material) -> Iterator[str]:
    """The same as plain text."""
    for estimate, p, lead in _primary(material):
        text = f"{lead} {LABELS[estimate['stat_name']]} {estimate['stat_text']}"
        text += _denominators(material, estimate)
        if p is not None:
            text += f"; p {_sign(p)}{p['stat_text']}{_decision(material, p)}"
        yield text + _stamp(material)


def _primary(material: Material) -> Iterator[tuple[Row, Row | None, str]]:
    """(estimate, its p-value, the words before it) of each comparison of a primary analysis."""
    for analysis in material.trial.plan.analyses.values():
        if analysis.role != "primary":
            continue
        cuts: dict[tuple, list[Row]] = {}
        for row in material.of(analysis.name):
            if row["comparison"] is not None:
                key = (row["comparison"], row["reference"], row["visit"], row["stratum"])
                cuts.setdefault(key, []).append(row)
        several = len({key[2] for key in cuts}) > 1
        for (treated, reference, visit, _), rows in cuts.items():
            estimate = next((row for row in rows if row["ci_level"] is not None), None)
            if estimate is not None:
                arms = " against ".join(material.arm_label(arm) for arm in (treated, reference))
                at = f", {visit}" if several else ""
                yield estimate, _planned_p(analysis, rows), f"{analysis.label}{at}, {arms}:"


def _planned_p(analysis: Any, rows: list[Row]) -> Row | None:
    """The p-value of the first test that the plan names; a correction ends the method's name."""
    for step in analysis.tests:
        for row in rows:
            method = row["method"].removeprefix("p_value.")
            if method == step.method or method.startswith(f"{step.method}_"):
                return row if row["stat_value"] is not None else None
    return None


def _denominators(material: Material, estimate: Row) -> str:
    counts = material.tracer.counted(estimate)
    return f"; {', '.join(counts)}" if counts else ""


def _sign(p: Row) -> str:
    return "" if p["stat_text"].startswith("<") else "= "


def _decision(material: Material, p: Row) -> str:
    level = material.trial.plan.analyses[p["analysis_id"]].decision_level
    side = "below" if p["stat_value"] < level else "not below"
    return f", {side} the decision level of {level:g}"


def _stamp(material: Material) -> str:
    return " (synthetic, not evidence)." if material.trial.synthetic else "."


def audit_line(material: Material) -> str:
    """How many printed numbers hold, as a sentence with a link to each kind."""
    if not material.claims:
        return "No published numbers are configured for this trial."
    return f"[{escape_markdown(tally_text(tally(material.claims)))}](#sec-published)"


def first_figures(drawn: list[Drawn]) -> str:
    """The first forest plot of the plan and the flow."""
    forests = [each for each in drawn if each.kind == "forest"][:1]
    return _images([*forests, *(each for each in drawn if each.kind == "flow")])


def _beside(drawn: list[Drawn], analysis: str) -> str:
    """The figures that stand beside an analysis; "" for those that stand beside none."""
    first = first_figures(drawn)
    own = [each for each in drawn if each.analysis == analysis and f"#{each.label} " not in first]
    return _images(own)


def other_figures(drawn: list[Drawn]) -> str:
    """Figures of what no analysis is about: treatment as given, attendance."""
    text = _beside(drawn, "")
    return f"## Treatment and course {{#sec-course}}\n\n{text}\n" if text else ""


def _images(drawn: list[Drawn]) -> str:
    """Images with label, caption and alternative text; a sentence where there is none."""
    return "\n\n".join(
        escape_markdown(f.why)
        if f.why
        else f"![{escape_markdown(f.caption)}](figures/{f.file})"
        f'{{#{f.label} fig-alt="{escape_markdown(f.alt)}"}}'
        for f in drawn
    )


def populations(material: Material) -> str:
    """Each population: its flag, its rule and its size."""
    sizes = {
        row["parameter"]: row
        for row in material.of("flow")
        if row["stat_name"] == "in_population" and row["group1_level"] == "all"
    }
    from trialtrace.conditions import describe

    body = [
        [
            escape_markdown(p.label),
            escape_markdown(p.flag),
            escape_markdown(describe(p.where)),
            link(sizes[p.name]),
        ]
        for p in material.trial.populations.values()
    ]
    table = pipe_table(["Population", "Flag", "Rule", "Subjects"], body, numbers_from=3)
    return captioned(table, "populations", "Analysis populations.")


def analyses(material: Material, role: str, drawn: list[Drawn]) -> str:
    """Every analysis of a role: estimand, note, tables, figures."""
    chosen = [a for a in material.trial.plan.analyses.values() if a.role == role]
    if not chosen:
        return ""
    parts = [f"## {ROLES[role]}"]
    for analysis in chosen:
        parts += [f"### {escape_markdown(analysis.label)}", estimand_line(material, analysis)]
        if analysis.note:
            parts.append(escape_markdown(analysis.note))
        parts.append(analysis_tables(material, analysis.name))
        parts += remarks(material, analysis.name)
        parts.append(_beside(drawn, analysis.name))
    return "\n\n".join(parts) + "\n"


def estimand_line(material: Material, analysis: Any) -> str:
    """The estimand in the terms of ICH E9(R1), and the decision level."""
    trial, estimand = material.trial, analysis.estimand
    events = "; ".join(f"{e['event']} ({e['strategy']})" for e in estimand.intercurrent) or "none"
    text = (
        f"Estimand {estimand.name}: {estimand.summary}; "
        f"{', '.join(lower_first(one.label) for one in parameters(trial, analysis))}"
        f"{VALUE_WORDS[analysis.value]}; "
        f"{lower_first(trial.populations[estimand.population].label)}; "
        f"intercurrent events: {events}. "
        f"Decision level {analysis.decision_level:g}, confidence {analysis.confidence:g}."
    )
    return escape_markdown(text)


def remarks(material: Material, name: str) -> list[str]:
    """What could not be estimated, and why; each reason once."""
    found: dict[str, list[Row]] = {}
    for row in material.of(name):
        for text in (row["error"], row["warning"]):
            if text:
                found.setdefault(text, []).append(row)
    lines = []
    for text, rows in found.items():
        where = ", ".join(link(row, _where(material, row)) for row in rows)
        lines.append(f"{escape_markdown(text[0].upper() + text[1:])} ({where})")
    return lines


def _where(material: Material, row: Row) -> str:
    who = material.arm_label(row["group1_level"] or row["comparison"])
    parts = [LABELS[row["stat_name"]], row["stratum"], row["visit"], lower_first(who)]
    if ";parameter=" in row["result_id"]:
        parts.insert(1, lower_first(material.trial.endpoints[row["parameter"]].label))
    return ", ".join(part for part in parts if part)


def made_by(material: Material) -> str:
    """The share of checked results, and the hash of the code of each stage."""
    tracer = material.tracer
    checked = sum(1 for row in material.results if row["result_id"] in tracer.checks)
    total = len(material.results)
    lines = [
        f"{checked} of {total} results ({number(100 * checked / total)} %) were recomputed by an "
        "independent path; a disagreement would have stopped the run.",
        "",
    ]
    stages = [[f"`{stage}`", f"`{digest[:16]}`"] for stage, digest in material.codes.items()]
    table = pipe_table(["Stage", "Hash of its code"], stages, numbers_from=99)
    files = [
        [
            escape_markdown(part["source_file"]),
            str(part["rows"]),
            f"`{part['file']['sha256'][:16]}`",
        ]
        for part in tracer.manifest["tables"].values()
    ]
    sources = pipe_table(["Source", "Rows", "Hash"], files, numbers_from=99)
    lines += [
        captioned(table, "code", "What made these numbers."),
        captioned(sources, "sources", "What they were made from."),
    ]
    return "\n".join(lines)
