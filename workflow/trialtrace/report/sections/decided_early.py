"""An analysis whose outcome counts as soon as the known parts decide it: whom that lets in."""

from dataclasses import dataclass

from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.material import Material
from trialtrace.report.sections.deaths import population_rows
from trialtrace.run.methods.analysing.cautions import caution
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trial.plan.build import Analysis


def decided_early(material: Material, analysis: Analysis) -> str:
    """The caution of the endpoint, with whom its rule adds to the analysis this one is made of.

    Empty of other endpoints, and where everybody has an outcome. Numbers are told where one
    endpoint at one visit is analysed.
    """
    sizes = population_rows(material, analysis.estimand.population)
    counts = _counted(material.of(analysis.name))
    known = {arm: n for arm, (_, n) in counts.items()}
    if known and known == {arm: sizes[arm]["stat_value"] for arm in known if arm in sizes}:
        return ""
    texts = _cautions(material, analysis)
    return " ".join([*texts, *_numbers(material, analysis)]) if texts else ""


def known_of_all(material: Material, analysis: Analysis) -> list[str]:
    """The cautions of which nothing is to be said, as everybody has an outcome."""
    texts = _cautions(material, analysis)
    return [] if decided_early(material, analysis) else texts


def _cautions(material: Material, analysis: Analysis) -> list[str]:
    told = {caution(endpoint): None for endpoint in parameters(material.trial, analysis)}
    return [text for text in told if text is not None]


def _numbers(material: Material, analysis: Analysis) -> list[str]:
    added = whom_it_adds(material, analysis)
    if added is None:
        return []
    arms = [(material.arm_label(arm), each) for arm, each in added.arms.items()]
    new = in_a_row([f"{label} {each.events} of {each.n}" for label, each in arms])
    whole = in_a_row([f"{each.whole_events} of {each.whole}" for _, each in arms])
    numbers = [f"Events in the patients added: {new}; in those with every part known: {whole}."]
    if added.undecided is not None:
        numbers.append(f"Still undecided: {added.undecided} of {added.everybody}.")
    return numbers


@dataclass(frozen=True)
class OfArm:
    """Whom of an arm the known parts decide beside those of whom each is known; patients and
    events. `undecided` is None where no bounds are of all of them."""

    n: int
    events: int
    whole: int
    whole_events: int
    undecided: int | None


@dataclass(frozen=True)
class Added:
    """Whom the known parts decide, by arm: arms that differ in it cannot be told together."""

    arms: dict[str, OfArm]

    @property
    def n(self) -> int:
        """All whom they decide."""
        return sum(arm.n for arm in self.arms.values())

    @property
    def undecided(self) -> int | None:
        """All whom they do not."""
        found = [arm.undecided for arm in self.arms.values()]
        return None if None in found else sum(each or 0 for each in found)

    @property
    def everybody(self) -> int:
        """All of all arms."""
        return sum(arm.whole for arm in self.arms.values()) + self.n + (self.undecided or 0)


def whom_it_adds(material: Material, analysis: Analysis) -> Added | None:
    """Beside the analysis that this one is made of; None where no known parts decide more."""
    if analysis.of is None or not _cautions(material, analysis):
        return None
    counts = _counted(material.of(analysis.name))
    before = _counted(material.of(analysis.of))
    if counts.keys() != before.keys():
        return None
    everybody = {
        row["group1_level"]: present(row["n_used"])
        for row in material.of(analysis.name)
        if row["method"] == "proportion_lowest.best_worst"
    }
    arms = {}
    for arm, (events, n) in counts.items():
        whole_events, whole = before[arm]
        undecided = everybody[arm] - n if arm in everybody else None
        arms[arm] = OfArm(n - whole, events - whole_events, whole, whole_events, undecided)
    added = Added(arms)
    return added if added.n > 0 else None


def _counted(rows: list[ResultRow]) -> dict[str, tuple[int, int]]:
    """Events and patients of each arm; nothing where arms are counted more than once."""
    found = [row for row in rows if row["method"] == "count.events" and row["stratum"] is None]
    by_arm = {row["group1_level"]: row for row in found if row["group1_level"] is not None}
    if len(by_arm) != len(found) or "all" in by_arm:
        return {}
    return {
        arm: (round(present(row["stat_value"])), present(row["denominator"]))
        for arm, row in by_arm.items()
    }
