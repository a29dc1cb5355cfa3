"""What a DOCX, which is mailed without its folder, tells of its numbers in place of their pages."""

from collections.abc import Iterable
from typing import TYPE_CHECKING

from trialtrace.report.links import number_anchor
from trialtrace.report.render.house import Chain, Chains
from trialtrace.run.tables.contracts.rows import CheckRow, ResultRow
from trialtrace.run.trace.about import DISPLAYS, plain
from trialtrace.run.trial.plan.references import method_of

if TYPE_CHECKING:
    from trialtrace.report.material import Material


# A tolerance below this is of rounding, whatever the number.
FINE = 1e-4


def chains(material: "Material") -> Chains:
    """The lines of all results, in their order, and the command that tells a number's whole chain.

    Statistics that one method made and the same programs checked stand in one line. No result is
    named: names have arms in them, which a blinded draft does not tell.
    """
    grouped: dict[tuple[str, str, tuple[str, ...]], list[ResultRow]] = {}
    for row in material.results:
        programs = tuple(_program(check) for check in _checks(material, [row]))
        told = _of(material, row["analysis_id"]), _method(row), tuple(dict.fromkeys(programs))
        grouped.setdefault(told, []).append(row)
    rows = [
        Chain(
            of=of,
            method=", ".join(dict.fromkeys(row["stat_label"] for row in found)) + method,
            n=_n(row["n_used"] for row in found),
            check=_check(programs, _checks(material, found)),
            anchors=[number_anchor(row["result_id"]) for row in found],
        )
        for (of, method, programs), found in grouped.items()
    ]
    name = material.trial.name
    return {"command": f"trialtrace results {name}; trialtrace trace {name}/…", "rows": rows}


def _of(material: "Material", analysis: str) -> str:
    """What the plan calls an analysis, its name there, and the line."""
    plan = material.trial.plan.analyses
    if analysis not in plan:
        return DISPLAYS[analysis].capitalize()
    line = material.trial.lines("plan").get(("analyses", analysis), 0)
    return f"{plan[analysis].label} ({analysis}, plan.yaml line {line})"


def _method(row: ResultRow) -> str:
    """The method where the name of the statistic does not say it, and its reference."""
    method = method_of(row["method"])
    title = "" if plain(row) else f", {method.title}"
    reference = f" ({method.reference})" if method.reference else ""
    return f"{title}{reference}"


def _n(used: Iterable[int | None]) -> str:
    """The smallest and the largest number of patients or records."""
    known = sorted({n for n in used if n is not None})
    return f"{known[0]} to {known[-1]}" if len(known) > 1 else "".join(map(str, known))


def _checks(material: "Material", rows: Iterable[ResultRow]) -> list[CheckRow]:
    return [check for row in rows for check in material.tracer.checks.get(row["result_id"], [])]


def _program(check: CheckRow) -> str:
    word = "agrees" if check["agrees"] else "DISAGREES"
    return f"{check['check_by']} {check['version']}: {word}"


def _check(programs: Iterable[str], checks: Iterable[CheckRow]) -> str:
    """Each program that recomputed some numbers, how it went, and the largest tolerance; of drawn
    numbers each has one by what chance leaves."""
    told: dict[str, list[float]] = {program: [] for program in programs}
    for check in checks:
        told[_program(check)].append(check["tolerance"])
    lines = [
        f"{program} to {max(to):g}"
        if max(to) < FINE or min(to) == max(to)
        else f"{program} within the tolerance that each number has on its page"
        for program, to in told.items()
    ]
    return "; ".join(lines) or "no independent check"
