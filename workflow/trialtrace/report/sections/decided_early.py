"""An analysis whose outcome counts as soon as the known parts decide it: whom that lets in."""

from dataclasses import dataclass

from trialtrace.report.material import Material
from trialtrace.run.methods.analysing.cautions import caution
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trial.plan.build import Analysis


def decided_early(material: Material, analysis: Analysis) -> str:
    """The caution of the endpoint, with whom its rule adds to the analysis this one is made of.

    Empty of other endpoints. Numbers are told where one endpoint at one visit is analysed.
    """
    texts = _cautions(material, analysis)
    return " ".join([*texts, *_numbers(material, analysis)]) if texts else ""


def _cautions(material: Material, analysis: Analysis) -> list[str]:
    told = {caution(endpoint): None for endpoint in parameters(material.trial, analysis)}
    return [text for text in told if text is not None]


def _numbers(material: Material, analysis: Analysis) -> list[str]:
    added = whom_it_adds(material, analysis)
    if added is None:
        return []
    numbers = [
        f"Of the {added.n} whom it adds {_share(added.events, added.n)} had the event, of the "
        f"{added.whole} of whom each part is known {_share(added.whole_events, added.whole)}."
    ]
    if added.undecided is not None:
        everybody = added.whole + added.n + added.undecided
        numbers.append(f"Still undecided: {added.undecided} of {everybody}.")
    return numbers


@dataclass(frozen=True)
class Added:
    """Whom the known parts decide beside those of whom each is known; patients and events."""

    n: int
    events: int
    whole: int
    whole_events: int
    undecided: int | None


def whom_it_adds(material: Material, analysis: Analysis) -> Added | None:
    """Beside the analysis that this one is made of; None where no known parts decide more.

    `undecided` is None where no bounds are of all of them."""
    if analysis.of is None or not _cautions(material, analysis):
        return None
    counts = _counted(material.of(analysis.name))
    before = _counted(material.of(analysis.of))
    if counts is None or before is None or counts[1] <= before[1]:
        return None
    (events, n), (whole_events, whole) = counts, before
    everybody = sum(
        present(row["n_used"])
        for row in material.of(analysis.name)
        if row["method"] == "proportion_lowest.best_worst"
    )
    undecided = everybody - n if everybody else None
    return Added(n - whole, events - whole_events, whole, whole_events, undecided)


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
