"""cohort.yaml: its levels and quantities, and what they say of each other and of the trial."""

from trialtrace.base.config.compose import Document
from trialtrace.base.config.spec import structure
from trialtrace.base.errors import did_you_mean, one_of
from trialtrace.run.trial.check_conditions import check_condition
from trialtrace.run.trial.cohort.check_kinds import check_kind
from trialtrace.run.trial.cohort.check_margins import check_margins
from trialtrace.run.trial.cohort.check_tables import check_tables
from trialtrace.run.trial.cohort.file import CohortFile, Levels, Quantities
from trialtrace.run.trial.cohort.levels import MOST_ROWS, Level
from trialtrace.run.trial.cohort.order import CycleError, before_keep, in_order
from trialtrace.run.trial.cohort.quantities.pattern import Pattern
from trialtrace.run.trial.cohort.quantities.quantity import Place, Quantity
from trialtrace.run.trial.cohort.quantities.registry import MODULES, OPTIONS, kinds_of, options_of
from trialtrace.run.trial.cohort.quantities.rule import RuleQuantity
from trialtrace.run.trial.cohort.types import Types
from trialtrace.run.trial.context import Files, known


def check(files: Files) -> None:
    document = files.cohort
    if document is None or not document.sound("levels"):
        return
    levels: dict[str, Level] = structure(Levels, dict(document.entries("levels")))
    if not _levels(files, document, levels):
        return
    entries = {
        name: entry
        for name, entry in document.entries("quantities")
        if _one_kind(document, name, entry) and _on_level(document, name, entry, levels)
    }
    quantities: dict[str, Quantity] = structure(Quantities, entries)
    cohort = CohortFile(levels=levels, quantities=quantities, forms=None, mess=None)
    _names(document, cohort)
    types = Types(cohort)
    whole = len(quantities) == len(document.names("quantities") or ())
    for quantity in quantities.values():
        if _uses(document, types, quantity, whole):
            check_tables(document, types, quantity, _arms(types, files.arms))
            check_kind(document, types, quantity)
            check_margins(files, types, quantity)
    for level in levels.values():
        _rows_of(document, types, level, whole)
    _cycles(document, cohort)


def _arms(types: Types, arms: list[str] | None) -> set[str]:
    """The quantities that tell an arm: `arm`, and those whose values are the arms of the trial."""
    told = {"arm"}
    for name, held in types.columns.items():
        if arms and held.values is not None and set(held.values) == set(arms):
            told.add(name)
    return told


def _levels(files: Files, document: Document, levels: dict[str, Level]) -> bool:
    """Whether the levels make a tree: the patients, and each other one below an earlier one."""
    before = len(document.problems)
    roots = [name for name, level in levels.items() if level.of is None]
    first = next(iter(levels))
    for name, level in levels.items():
        path = ("levels", name)
        if level.of is None:
            _root(files, document, level, roots)
            continue
        earlier = list(levels)[: list(levels).index(name)]
        known(document, (*path, "of"), level.of, earlier, "a level that stands before")
        ways = [key for key, value in (("labels", level.labels), ("count", level.count)) if value]
        if level.count == 0 or len(ways) != 1 or level.as_ is None:
            document.add(
                path,
                found=f"the keys {one_of(document.names('levels', name) or ())}",
                expected="of, as, and either labels or count",
            )
        if level.arms or level.size:
            document.add(path, found="arms or size", expected=f"them at the level {first} alone")
    if len(document.problems) == before:
        _sizes(document, levels)
    return len(document.problems) == before


def _sizes(document: Document, levels: dict[str, Level]) -> None:
    """Levels of more rows than can be held, where the file tells their number."""
    rows: dict[str, int | None] = {}
    for name, level in levels.items():
        above = rows[level.of] if level.of else 1
        if level.of is None:
            each: int | None = sum((level.arms or {}).values()) or level.size
        else:
            each = len(level.days) or (level.count if isinstance(level.count, int) else None)
        rows[name] = None if above is None or each is None else above * each
        if (rows[name] or 0) > MOST_ROWS:
            document.add(
                ("levels", name), found=f"{rows[name]} rows", expected=f"at most {MOST_ROWS} rows"
            )
            return


def _root(files: Files, document: Document, level: Level, roots: list[str]) -> None:
    path = ("levels", level.name)
    if roots[0] != level.name or level.as_ or level.labels or level.count or level.keep:
        document.add(
            path,
            found="a level without `of`",
            expected=f"one such level, {roots[0]}, with arms or size and nothing else",
        )
        return
    if bool(level.arms) == bool(level.size):
        document.add(
            path,
            found="both arms and size" if level.arms else "neither arms nor size",
            expected="arms, or size where a patient is not in one arm",
        )
    arms = files.arms
    for name in level.arms or ():
        known(document, (*path, "arms", name), name, arms, "an arm of trial.yaml")
    left = [arm for arm in arms or () if level.arms and arm not in level.arms]
    if left:
        document.add(
            (*path, "arms"), found=f"no {one_of(left)}", expected="every arm of trial.yaml"
        )


def _one_kind(document: Document, name: str, entry: dict[str, object]) -> bool:
    """Whether a quantity is of one kind, with options that this kind has."""
    path = ("quantities", name)
    kinds = kinds_of(entry)
    if len(kinds) != 1:
        document.add(
            path,
            found=f"the kinds {one_of(kinds)}" if kinds else "no kind",
            expected=f"exactly one of {one_of(MODULES, 30)}",
        )
        return False
    (kind,) = kinds
    options = options_of(kind)
    wrong = [key for key in entry if key in OPTIONS and key not in (*options, "printed")]
    for key in wrong:
        document.add(
            (*path, key),
            found=f"{key}, which {kind} does not have",
            expected=f"options of {kind}: {one_of(options)}" if options else f"{kind} without it",
        )
    return not wrong


def _on_level(
    document: Document, name: str, entry: dict[str, str], levels: dict[str, Level]
) -> bool:
    return known(document, ("quantities", name, "level"), entry["level"], levels, "a level")


def _names(document: Document, cohort: CohortFile) -> None:
    """Every column has a name of its own."""
    taken = {
        name: f"made by the level {level.name}"
        for level in cohort.levels.values()
        for name in level.quantities
    }
    for quantity in cohort.quantities.values():
        for name in quantity.columns:
            path: Place = ("quantities", quantity.name)
            if isinstance(quantity, Pattern):
                path = (*path, "pattern", "parts", name)
            if name in taken:
                document.add(path, found=f'"{name}", which is {taken[name]}', expected="a new name")
            taken.setdefault(name, f"the quantity {quantity.name}")


def _uses(document: Document, types: Types, quantity: Quantity, whole: bool) -> bool:
    """Whether everything that a quantity names is there, on its level or on one above."""
    before = len(document.problems)
    path = ("quantities", quantity.name)
    for place, name in quantity.needs():
        if place[0] == "where" or place[-1] == "when":
            continue
        _use(document, types, quantity, ((*path, *place), name), whole)
    columns = {name: held.variable() for name, held in types.seen(quantity.level).items()}
    if quantity.where is not None and whole:
        check_condition(document, (*path, "where"), quantity.where, columns, _told(quantity))
    if isinstance(quantity, RuleQuantity) and whole:
        for position, case in enumerate(quantity.rule.cases):
            place = ("rule", "cases", position, "when")
            check_condition(document, (*path, *place), case.when, columns, _told(quantity))
    return len(document.problems) == before


def _what(quantity: Quantity, path: Place) -> str:
    """What may stand at a place: where a parameter stands, a number too."""
    number = path[-1] in quantity.parameters() or "limits" in path
    return ("a number, or " if number else "") + _told(quantity)


def _told(quantity: Quantity) -> str:
    return f"a quantity of the level {quantity.level} or of those above"


def _use(
    document: Document, types: Types, quantity: Quantity, use: tuple[Place, str], whole: bool
) -> None:
    path, name = use
    seen = types.seen(quantity.level)
    if name in seen or name == quantity.name:
        return
    if name in types.columns:
        document.add(
            path,
            found=f'"{name}", a quantity of the level {types.columns[name].level}',
            expected=_told(quantity),
            do="summarise it with gather"
            if quantity.level in types.above(types.columns[name].level)
            else None,
        )
    elif whole and not any(name in other.columns for other in types.cohort.quantities.values()):
        document.add(
            path,
            found=f'"{name}"',
            expected=f"{_what(quantity, path)}: {one_of(seen, 30)}",
            do=did_you_mean(name, types.columns),
        )


def _rows_of(document: Document, types: Types, level: Level, whole: bool) -> None:
    """A level's count and the condition of its rows."""
    path = ("levels", level.name)
    if isinstance(level.count, str) and level.of:
        seen = types.seen(level.of)
        place = (*path, "count")
        if (whole or level.count in seen) and known(
            document, place, level.count, seen, f"a quantity of the level {level.of} or above"
        ):
            held = seen[level.count]
            if held.kind != "integer":
                document.add(place, found=f"{level.count}, {held.kind}", expected="whole numbers")
    if level.keep and whole:
        columns = {name: held.variable() for name, held in types.seen(level.name).items()}
        what = f"a quantity of the level {level.name} or of those above"
        check_condition(document, (*path, "keep"), level.keep, columns, what)
        _before_keep(document, types, level)


def _before_keep(document: Document, types: Types, level: Level) -> None:
    """Rows that are taken away may not count in a margin."""
    for name in sorted(before_keep(types.cohort, level)):
        if types.cohort.quantities[name].has_margin:
            document.add(
                ("quantities", name),
                found=f"a margin over rows of which {level.name}.keep takes some away",
                expected="a margin on a quantity that keep does not use",
            )


def _cycles(document: Document, cohort: CohortFile) -> None:
    try:
        in_order(cohort)
    except CycleError as error:
        steps = list(dict.fromkeys(name for _, name in error.steps))
        kind, name = error.steps[0]
        document.add(
            ("quantities" if kind == "quantity" else "levels", name),
            found=f"a circle: {' needs '.join([*steps, steps[0]])}",
            expected="quantities that do not need each other",
        )
