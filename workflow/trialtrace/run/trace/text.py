"""A trace for a terminal: aligned, quiet, complete."""

import shlex
from collections.abc import Callable, Container, Iterable, Iterator, Mapping
from typing import Any

from trialtrace.audit.printed.verdicts import COLUMNS, FINDINGS, SHOWN
from trialtrace.base.paths import Project
from trialtrace.base.synthetic import SET_MARK
from trialtrace.base.terminal import without_controls
from trialtrace.run.jobs.run_state import codes_of, outdated_line, read_run, run_line
from trialtrace.run.jobs.stages import STAGES_BEFORE_1
from trialtrace.run.tables.contracts.rows import (
    EQUATIONS,
    FORMULA,
    LIBRARY,
    R_HERE,
    SECOND_FORMULA,
    CheckRow,
)
from trialtrace.run.trace.short_id import short_id

# A trace as JSON has it.
Trace = dict[str, Any]
WIDTH = 10
RANGES_SHOWN = 8
OF_EPSILON = "degrees of freedom beside it are those of F times ε, or times 1 where ε is above 1"
NO_HASH = "no row hash: no key"


def trace_text(trace: Trace, *, colour: bool) -> str:
    """The trace as lines of text; bold headline on a terminal that shows it."""
    headline = f"\x1b[1m{trace['heading']}\x1b[0m" if colour else trace["heading"]
    if trace["synthetic"]:
        headline += "   SYNTHETIC, not evidence"
    headline += f"   {trace['stamp']}" if trace["stamp"] else ""
    lines = [headline, trace["subject"], ""]
    lines += [
        f"{label:<{WIDTH}}{without_controls(text)}".rstrip() for label, text in entries(trace)
    ]
    return "\n".join(lines) + "\n"


def entries(trace: Trace, only: Container[str] | None = None) -> Iterator[tuple[str, str]]:
    """(label, line) of a trace; further lines of the same label have an empty one. With `only`
    those of some labels."""
    for label, told in _LINES.items():
        if only is None or label in only:
            for position, line in enumerate(told(trace)):
                yield (label if position == 0 else "", line)


def _value(trace: Trace) -> str:
    if trace["value"] is None:
        return trace["text"]
    text = f"{trace['value']:.12g}{SET_MARK * trace.get('set_to_published', False)}"
    if trace["ci_level"] is not None:
        bounds = ("none" if b is None else f"{b:.12g}" for b in (trace["ci_low"], trace["ci_high"]))
        text += f"   [{', '.join(bounds)}]"
    return text


def method_lines(trace: Trace) -> list[str]:
    """Statistic, method and reference; then the options of the plan, and of an ε what follows."""
    method = trace["method"]
    reference = f" ({method['reference']})" if method["reference"] else ""
    options = ", ".join(f"{k} {option_text(v)}" for k, v in method["options"].items())
    title = f"{trace['label']}, {method['title']}{reference}"
    used = [OF_EPSILON] if method["name"].startswith("epsilon_") else []
    return [title, *([options] if options else []), *used]


def option_text(value: Any) -> str:
    """A choice of the plan in words: "age, sex", "(margin 0, wins later)", "none", "yes"."""
    if isinstance(value, dict):
        return f"({', '.join(f'{key} {option_text(own)}' for key, own in value.items())})"
    if isinstance(value, list):
        return ", ".join(map(option_text, value)) or "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)


# How a number was computed again, in words.
HOW = {
    LIBRARY: "by a library",
    SECOND_FORMULA: "by a second formula",
    EQUATIONS: "by its equations",
    FORMULA: "by its own formula on rows chosen anew",
    R_HERE: "by R on this machine",
}


def check_lines(checks: list[CheckRow]) -> list[str]:
    """One line for each checker: which components it recomputed, to which tolerance: a relative
    one, or of simulations what chance may part them by, in the unit of the value."""
    by: dict[str, dict[str, dict[str, list[str]]]] = {}
    for check in checks:
        name = f"{check['check_by']} {check['version']}, {HOW[check['how']]}"
        words = by.setdefault(name, {})
        tolerances = words.setdefault("agrees" if check["agrees"] else "DISAGREES", {})
        to = f"within ±{check['chance']:.2g}, which is chance," if check["chance"] else ""
        to = to or f"to a relative {check['tolerance']:g}"
        tolerances.setdefault(to, []).append(check["component"])
    return [
        f"{name}: "
        + "; ".join(
            f"{word} " + ", ".join(f"{to} ({', '.join(names)})" for to, names in tolerances.items())
            for word, tolerances in words.items()
        )
        for name, words in by.items()
    ]


def row_line(rows: dict[str, Any]) -> str:
    text = f"{rows['role']}: {rows['n']} records of {rows['dataset']} where {rows['where']}"
    changed = "" if rows["unchanged"] else "   THE DATA NOW SELECTS OTHER ROWS"
    digest = shown_hash(rows)
    shown = f"{digest[:4]}…{digest[-2:]}" if digest else NO_HASH
    return f"{text}   {shown}{changed}"


def shown_hash(of: dict[str, Any]) -> str | None:
    """The hash over rows or of a file, as disclosure allows: plain, with a key, or none."""
    return of["sha256"] if "sha256" in of else of["hmac_sha256"]


def raw_lines(members: list[dict[str, Any]]) -> Iterator[str]:
    for member in members:
        for part in member["raw"]:
            lines = f"{part['n_lines']} lines"
            if "lines" in part:
                lines = f"lines {shortened(part['lines'])}"
            digest = shown_hash(part)
            digest = f"   {digest[:4]}…{digest[-2:]}" if digest else ""
            columns = ", ".join(part["columns"])
            yield f"{member['role']}: {part['source_file']}, {lines}, columns {columns}{digest}"


def shortened(lines: str) -> str:
    """A list of line ranges, cut where it would fill the screen."""
    ranges = lines.split(", ")
    if len(ranges) <= RANGES_SHOWN:
        return lines
    return f"{', '.join(ranges[:RANGES_SHOWN])}, … ({len(ranges)} ranges; all with --rows)"


def rejected_lines(rejected: list[dict[str, Any]]) -> list[str]:
    """Rejects and flags by rule; a sentence where there is none."""
    if not rejected:
        return ["nothing that would have belonged here"]
    return [
        f"{each['count']} {'flagged' if each['severity'] == 'flag' else 'rejected'} "
        f"{each['level']}{'s' if each['count'] != 1 else ''} of {each['table']}"
        f"{'.' + each['column'] if each['column'] else ''} by {each['rule']}: {each['reason']}"
        f" (lines {shortened(each['lines'])})"
        for each in rejected
    ]


def variable_line(entry: Mapping[str, object]) -> str:
    """What was computed of, its rule, and where the rule stands."""
    return f"{entry['label']} ({entry['code']}): {entry['rule']}   {place_words(entry)}"


def function_line(entry: Mapping[str, object]) -> str:
    """ "newcombe   workflow/trialtrace/stats/categorical/proportions.py, line 120"."""
    return f"{entry['name']}   {place_words(entry)}"


def place_words(entry: Mapping[str, object]) -> str:
    """File and line; the file alone where no line is known."""
    return f"{entry['file']}, line {entry['line']}" if entry["line"] else str(entry["file"])


def plan_lines(trace: Trace) -> list[str]:
    """Where the plan has the result, and what it estimates."""
    line = f"{place_words(trace['plan'])}, {trace['plan']['key']}"
    return [line + (f", estimand {trace['estimand']}" if trace["estimand"] else "")]


def constant_line(constant: Mapping[str, object]) -> str:
    """A declared constant with its place (of a table, its hash) and its source."""
    digest = str(constant["sha256"])
    where = f", {digest[:4]}…{digest[-2:]}" if digest else f", line {constant['line']}"
    place = f"{constant['file']}{where}, {constant['key']}"
    return f"{constant['what']}: {constant['value']}   {place}; {constant['source']}"


def claim_line(claim: dict[str, Any]) -> str:
    about = f"{claim['component']}, printed {claim['printed']}{step_words(claim)}"
    return f"{claim['claim_id']} ({about}): {verdict_words(claim)}"


def step_words(claim: dict[str, Any]) -> str:
    """ "; shown is 1 − 0.54", where a claim shows a number made from this one."""
    shown = f"; shown is {claim['step']}" if claim["step"] else ""
    return f"; read as {claim['reading']}{shown}" if claim["reading"] else shown


def verdict_words(claim: dict[str, Any]) -> str:
    """Both verdicts on a number of a claim, each with its sentence."""
    return " ".join(
        f"{name[0].upper()}{name[1:]}: {SHOWN[claim[column]]}. {claim[FINDINGS[column]]}"
        for column, name in COLUMNS.items()
    )


def script_lines(trace: Trace) -> list[str]:
    """The command that writes a result in R; of what no plan asks for there is none."""
    return [f"trialtrace r-script {shlex.quote(trace['result_id'])}"] * trace.get("planned", True)


def code_lines(codes: dict[str, str]) -> list[str]:
    """The hash of each stage's code, in the order of the stages."""
    order = sorted(codes, key=STAGES_BEFORE_1.index)
    return [f"{stage:<16}{codes[stage][:16]}" for stage in order]


def cell_lines(members: list[dict[str, Any]]) -> Iterator[str]:
    for member in members:
        yield from (f"{member['role']}: {cell_line(cell)}" for cell in member.get("cells", ()))


def cell_line(cell: Mapping[str, object]) -> str:
    """ "T-03 AVAL from export.csv, line 4, pain1 = '3'"."""
    return (
        f"{cell['USUBJID']} {cell['variable']} from {cell['source_file']}, "
        f"line {cell['source_row']}, {cell['column']} = {cell['value']!r}"
    )


def _function_lines(trace: Trace) -> list[str]:
    return [*map(function_line, trace["functions"]), *code_lines(trace.get("code", {}))]


def _text(value: object) -> list[str]:
    return [] if value is None else [str(value)]


# What is said under each label, in their order.
_LINES: dict[str, Callable[[Trace], Iterable[str]]] = {
    "value": lambda trace: [_value(trace)],
    "from": lambda trace: [", ".join(trace["from"])] if trace["from"] else [],
    "n": lambda trace: _text(trace["n_used"]),
    "out of": lambda trace: _text(trace["denominator"]),
    "drawn": lambda trace: trace["drawn"],
    "method": method_lines,
    "family": lambda trace: [f"{one['result_id']}   {one['text']}" for one in trace["family"]],
    "error": lambda trace: [trace["error"]] if trace["error"] else [],
    "warning": lambda trace: [trace["warning"]] if trace["warning"] else [],
    "check": lambda trace: check_lines(trace["checks"]) or ["no independent check"],
    "rows": lambda trace: map(row_line, trace["rows"]),
    "variable": lambda trace: map(variable_line, trace["variables"]),
    "raw": lambda trace: raw_lines(trace["rows"]),
    "cleaning": lambda trace: [f"{place_words(one)}, {one['key']}" for one in trace["cleaning"]],
    "rejected": lambda trace: rejected_lines(trace["rejected"]),
    "constants": lambda trace: map(constant_line, trace["constants"]),
    "plan": plan_lines,
    "id": lambda trace: [f"{short_id(trace['result_id'])}   {trace['result_id']}"],
    "script": lambda trace: script_lines(trace),
    "code": _function_lines,
    "run": lambda trace: [run_line(trace["run"])] if "run" in trace else [],
    "outdated": lambda trace: [outdated_line(trace["changed"])] if trace.get("changed") else [],
    "claims": lambda trace: map(claim_line, trace["claims"]),
    "cells": lambda trace: cell_lines(trace["rows"]),
}


# What the last run left beside the results: hashes of the code, when and where it ran.


def with_record(
    trace: dict[str, Any], at: Project, trial: str, changed: Mapping[str, str]
) -> dict[str, Any]:
    """The trace with hashes of the stages' code, the run, and what `changed` since, by stage."""
    found = dict(trace)
    folder = at.results / trial
    if codes := codes_of(folder):
        found["code"] = codes
    run = read_run(folder)
    if run:
        found["run"] = run
        found["changed"] = changed
    return found
