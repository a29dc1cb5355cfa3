"""An analysis whose outcome counts as soon as the known parts decide it: whom that lets in."""

from typing import TYPE_CHECKING

from trialtrace.report.material import Material
from trialtrace.run.methods.analysing.cautions import caution
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.tables.contracts.rows import ResultRow, present

if TYPE_CHECKING:
    from trialtrace.run.trial.plan.build import Analysis


def decided_early(material: Material, analysis: "Analysis") -> str:
    """The caution of the endpoint, with whom its rule adds to the analysis this one is made of.

    Empty of other endpoints. Numbers are told where one endpoint at one visit is analysed.
    """
    told = {caution(endpoint): None for endpoint in parameters(material.trial, analysis)}
    texts = [text for text in told if text is not None]
    if not texts:
        return ""
    return " ".join([*texts, *_numbers(material, analysis)])


def _numbers(material: Material, analysis: "Analysis") -> list[str]:
    if analysis.of is None:
        return []
    counts = _counted(material.of(analysis.name))
    before = _counted(material.of(analysis.of))
    if counts is None or before is None or counts[1] <= before[1]:
        return []
    events, n = counts
    whole_events, whole = before
    added, added_events = n - whole, events - whole_events
    everybody = sum(
        present(row["n_used"])
        for row in material.of(analysis.name)
        if row["method"] == "proportion_lowest.best_worst"
    )
    told = [
        f"Of the {added} whom it adds {_share(added_events, added)} had the event, of the {whole} "
        f"of whom each part is known {_share(whole_events, whole)}."
    ]
    if everybody:
        told.append(f"Still undecided: {everybody - n} of {everybody}.")
    return told


def _counted(rows: list[ResultRow]) -> tuple[int, int] | None:
    """Events and patients of all arms; None where arms are counted more than once."""
    found = [row for row in rows if row["method"] == "count.events" and row["stratum"] is None]
    by_arm = {row["group1_level"]: row for row in found if row["group1_level"] is not None}
    if not found or len(by_arm) != len(found) or "all" in by_arm:
        return None
    events = sum(round(present(row["stat_value"])) for row in found)
    return events, sum(present(row["denominator"]) for row in found)


def _share(x: int, n: int) -> str:
    return f"{x} ({100 * x / n:.0f} %)"
