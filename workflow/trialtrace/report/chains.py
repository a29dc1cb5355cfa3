"""What a DOCX, which is mailed without its folder, tells of its numbers in place of their pages."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, TypedDict

from trialtrace.ground.contracts.rows import ResultRow
from trialtrace.report.links import number_anchor
from trialtrace.trace.about import DISPLAYS, plain
from trialtrace.trace.text import check_lines
from trialtrace.trial.plan.references import method_of

if TYPE_CHECKING:
    from trialtrace.report.material import Material


class Chain(TypedDict):
    """Numbers of an analysis, by their anchors, that were made and checked alike."""

    of: str
    method: str
    n: str
    check: str
    anchors: list[str]


def chains(material: "Material") -> dict[str, object]:
    """The lines of all results, in their order, and the command that tells a number's whole chain.

    No result is named: names have arms in them, which a blinded draft does not tell.
    """
    grouped: dict[tuple[str, str, str], list[ResultRow]] = {}
    for row in material.results:
        told = _of(material, row["analysis_id"]), _method(row), _check(material, row)
        grouped.setdefault(told, []).append(row)
    rows = [
        Chain(
            of=of,
            method=method,
            n=_n(row["n_used"] for row in found),
            check=check,
            anchors=[number_anchor(row["result_id"]) for row in found],
        )
        for (of, method, check), found in grouped.items()
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
    """The statistic, its method where the name of the statistic does not say it, and reference."""
    method = method_of(row["method"])
    title = "" if plain(row) else f", {method.title}"
    reference = f" ({method.reference})" if method.reference else ""
    return f"{row['stat_label']}{title}{reference}"


def _n(used: Iterable[int | None]) -> str:
    """The smallest and the largest number of patients or records."""
    known = sorted({n for n in used if n is not None})
    return f"{known[0]} to {known[-1]}" if len(known) > 1 else "".join(map(str, known))


def _check(material: "Material", row: ResultRow) -> str:
    """Each program that recomputed a number, and how it went."""
    lines = check_lines(material.tracer.checks.get(row["result_id"], []))
    return "; ".join(line.rpartition(" (")[0] for line in lines) or "no independent check"
