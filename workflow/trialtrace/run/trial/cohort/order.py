"""In which order the levels and quantities of a cohort are made.

A step is ("level", name), its rows; ("kept", name), those of them that `keep` leaves; or
("quantity", name). Quantities that `keep` names are drawn on all rows of their level, every other
one on the rows that are kept.
"""

from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.cohort.file import CohortFile
from trialtrace.run.trial.cohort.levels import Level

Step = tuple[str, str]


class CycleError(Exception):
    """Quantities or levels that need each other; `steps` begins and ends with the same one."""

    def __init__(self, steps: list[Step]):
        super().__init__(" -> ".join(name for _, name in steps))
        self.steps = steps


def in_order(cohort: CohortFile) -> list[Step]:
    """Every step after those that it needs, otherwise as the file has them. Raises CycleError."""
    wanted = steps(cohort)
    done: dict[Step, None] = {}
    for step in wanted:
        _visit(step, wanted, done, [])
    return list(done)


def _visit(
    step: Step, wanted: dict[Step, list[Step]], done: dict[Step, None], path: list[Step]
) -> None:
    if step in done:
        return
    if step in path:
        raise CycleError([*path[path.index(step) :], step])
    for before in wanted.get(step, ()):
        _visit(before, wanted, done, [*path, step])
    done[step] = None


def steps(cohort: CohortFile) -> dict[Step, list[Step]]:
    """Every step with those that it needs."""
    made = makers(cohort)
    early = {name: before_keep(cohort, level) for name, level in cohort.levels.items()}
    wanted: dict[Step, list[Step]] = {}
    for name, level in cohort.levels.items():
        wanted["level", name] = _needs_of_level(level, made)
        kept = [made[column] for column in columns_of(level.keep or {}) if column in made]
        wanted["kept", name] = [("level", name), *kept]
    for name, quantity in cohort.quantities.items():
        start = "level" if name in early.get(quantity.level, ()) else "kept"
        needed = [(start, quantity.level)]
        needed += [made[need] for _, need in quantity.needs() if need in made]
        if (below := quantity.level_below) is not None:
            needed.append(("kept", below))
            needed += [made[need] for need in quantity.gathers if need in made]
        wanted["quantity", name] = needed
    return wanted


def makers(cohort: CohortFile) -> dict[str, Step]:
    """Column -> the quantity that makes it; the columns of levels are not among them."""
    return {
        column: ("quantity", name)
        for name, quantity in cohort.quantities.items()
        for column in quantity.columns
    }


def before_keep(cohort: CohortFile, level: Level) -> set[str]:
    """The quantities of a level that `keep` uses, also through others of the level."""
    steps = makers(cohort)
    texts: set[str] = set()
    ahead = columns_of(level.keep or {})
    while ahead:
        name = steps.get(ahead.pop(), ("", ""))[1]
        quantity = cohort.quantities.get(name)
        if quantity is not None and quantity.level == level.name and name not in texts:
            texts.add(name)
            ahead += [need for _, need in quantity.needs()]
    return texts


def _needs_of_level(level: Level, steps: dict[str, Step]) -> list[Step]:
    found: list[Step] = [("kept", level.of)] if level.of else []
    if isinstance(level.count, str) and level.count in steps:
        found.append(steps[level.count])
    return found
