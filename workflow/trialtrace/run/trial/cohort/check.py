"""cohort.yaml: its levels and quantities, and what they say of each other and of the trial."""

from collections.abc import Iterator
from typing import TypeVar

from trialtrace.base.config.compose import Document, Path_
from trialtrace.base.config.names import Condition
from trialtrace.base.config.spec import mapping_of, structure
from trialtrace.base.errors import did_you_mean, one_of
from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.check_conditions import check_condition
from trialtrace.run.trial.cohort.check_kinds import check_kind
from trialtrace.run.trial.cohort.check_margins import check_margins
from trialtrace.run.trial.cohort.file import CohortFile, Levels, Quantities
from trialtrace.run.trial.cohort.forms import MOST_ROWS, Level
from trialtrace.run.trial.cohort.margins import ByValue, Parameter, ShareMargin, Tag
from trialtrace.run.trial.cohort.order import CycleError, Types, before_keep, in_order
from trialtrace.run.trial.cohort.quantities.computed import RuleQuantity
from trialtrace.run.trial.cohort.quantities.options import Limited
from trialtrace.run.trial.cohort.quantities.pattern import Pattern
from trialtrace.run.trial.cohort.quantities.quantity import ASSUMED, Place, Quantity
from trialtrace.run.trial.cohort.quantities.registry import MODULES, OPTIONS, kinds_of, options_of
from trialtrace.run.trial.cohort.quantities.share import Share
from trialtrace.run.trial.context import Files, known


def check(files: Files, *, stated: bool = False) -> None:
    """Add what is wrong to the problems of cohort.yaml.

    Where it is `stated`, a truth under which trials are drawn, arms may differ in what nobody
    printed.
    """
    document = files.cohort
    if document is None or not document.sound("levels"):
        return
    levels: dict[str, Level] = structure(Levels, dict(document.entries("levels")))
    if not _levels(files, document, levels):
        return
    entries = {
        name: entry
        for name, entry in document.entries("quantities")
        if _one_kind(document, name, entry)
        and known(document, ("quantities", name, "level"), entry["level"], levels, "a level")
    }
    quantities: dict[str, Quantity] = structure(Quantities, entries)
    cohort = CohortFile(levels=levels, quantities=quantities, forms=None, mess=None)
    _names(document, cohort)
    types = Types(cohort)
    whole = len(quantities) == len(document.names("quantities") or ())
    for quantity in quantities.values():
        if _uses(document, types, quantity, whole):
            _tables(document, types, quantity, set() if stated else _arms(types, files.arms))
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
            found = f"the keys {one_of(document.names('levels', name) or ())}"
            document.add(path, found, "of, as, and either labels or count")
        if level.arms or level.size:
            document.add(path, "arms or size", f"them at the level {first} alone")
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
            document.add(("levels", name), f"{rows[name]} rows", f"at most {MOST_ROWS} rows")
            return


def _root(files: Files, document: Document, level: Level, roots: list[str]) -> None:
    path = ("levels", level.name)
    if roots[0] != level.name or level.as_ or level.labels or level.count or level.keep:
        expected = f"one such level, {roots[0]}, with arms or size and nothing else"
        document.add(path, "a level without `of`", expected)
        return
    if bool(level.arms) == bool(level.size):
        found = "both arms and size" if level.arms else "neither arms nor size"
        document.add(path, found, "arms, or size where a patient is not in one arm")
    arms = files.arms
    for name in level.arms or ():
        known(document, (*path, "arms", name), name, arms, "an arm of trial.yaml")
    left = [arm for arm in arms or () if level.arms and arm not in level.arms]
    if left:
        document.add((*path, "arms"), f"no {one_of(left)}", "every arm of trial.yaml")


def _one_kind(document: Document, name: str, entry: dict[str, object]) -> bool:
    """Whether a quantity is of one kind, with options that this kind has."""
    path = ("quantities", name)
    kinds = kinds_of(entry)
    if len(kinds) != 1:
        found = f"the kinds {one_of(kinds)}" if kinds else "no kind"
        document.add(path, found, f"exactly one of {one_of(MODULES, 30)}")
        return False
    (kind,) = kinds
    options = options_of(kind)
    wrong = [key for key in entry if key in OPTIONS and key not in (*options, "printed")]
    for key in wrong:
        expected = f"options of {kind}: {one_of(options)}" if options else f"{kind} without it"
        document.add((*path, key), f"{key}, which {kind} does not have", expected)
    return not wrong


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
                document.add(path, f'"{name}", which is {taken[name]}', "a new name")
            taken.setdefault(name, f"the quantity {quantity.name}")


def _uses(document: Document, types: Types, quantity: Quantity, whole: bool) -> bool:
    """Whether everything that a quantity names is there, on its level or on one above."""
    before = len(document.problems)
    path = ("quantities", quantity.name)
    for place, name in quantity.needs():
        if place[0] == "where" or place[-1] == "when":
            continue
        _use(document, types, quantity, ((*path, *place), name), whole)
    conditions: list[tuple[Place, Condition]] = []
    if quantity.where is not None:
        conditions.append((("where",), quantity.where))
    if isinstance(quantity, RuleQuantity):
        cases = enumerate(quantity.rule.cases)
        conditions += [(("rule", "cases", position, "when"), case.when) for position, case in cases]
    if conditions and whole:
        columns = types.variables(quantity.level)
        for place, condition in conditions:
            check_condition(document, (*path, *place), condition, columns, _reference(quantity))
    return len(document.problems) == before


def _what(quantity: Quantity, path: Place) -> str:
    """What may stand at a place: where a parameter stands, a number too."""
    number = path[-1] in quantity.parameters() or "limits" in path
    return ("a number, or " if number else "") + _reference(quantity)


def _reference(quantity: Quantity) -> str:
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
            f'"{name}", a quantity of the level {types.columns[name].level}',
            _reference(quantity),
            do="summarise it with gather"
            if quantity.level in types.above(types.columns[name].level)
            else None,
        )
    elif whole and not any(name in other.columns for other in types.cohort.quantities.values()):
        expected = f"{_what(quantity, path)}: {one_of(seen, 30)}"
        document.add(path, f'"{name}"', expected, do=did_you_mean(name, types.columns))


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
                document.add(place, f"{level.count}, {held.kind}", "whole numbers")
    if level.keep and whole:
        columns = types.variables(level.name)
        what = f"a quantity of the level {level.name} or of those above"
        check_condition(document, (*path, "keep"), level.keep, columns, what)
        _before_keep(document, types, level)


def _before_keep(document: Document, types: Types, level: Level) -> None:
    """Rows that are taken away may not count in a margin."""
    for name in sorted(before_keep(types.cohort, level)):
        if types.cohort.quantities[name].has_margin:
            found = f"a margin over rows of which {level.name}.keep takes some away"
            expected = "a margin on a quantity that keep does not use"
            document.add(("quantities", name), found, expected)


def _cycles(document: Document, cohort: CohortFile) -> None:
    try:
        in_order(cohort)
    except CycleError as error:
        steps = list(dict.fromkeys(name for _, name in error.steps))
        kind, name = error.steps[0]
        place = ("quantities" if kind == "quantity" else "levels", name)
        found = f"a circle: {' needs '.join([*steps, steps[0]])}"
        document.add(place, found, "quantities that do not need each other")


T = TypeVar("T")


def _tables(document: Document, types: Types, quantity: Quantity, arms: set[str]) -> None:
    """Parameters and tables: numbers, groups that exist, and arms that are told apart.

    Where no number was printed, arms are exchangeable: a table by arm needs a tag that says where
    its numbers come from.
    """
    base = ("quantities", quantity.name)
    for path, given in _parameters(quantity):
        _parameter(document, types, (*base, *path), given)
        _by_arm(document, arms, (*base, *path), given, quantity.parameter_origin)
    for path, given in quantity.probabilities() if isinstance(quantity, Share) else ():
        _parameter(document, types, (*base, *path), given)
    for path, table, tag in quantity.margins():
        _groups(document, types, (*base, *path), table, needed=path[-1] == "share")
        if _told_by_print(table, tag):
            _assumed_alike(document, arms, (*base, *path), table)
        else:
            _by_arm(document, arms, (*base, *path), table, ASSUMED)
    if isinstance(quantity, RuleQuantity) and quantity.origin == ASSUMED:
        for position, case in enumerate(quantity.rule.cases):
            if arms & set(columns_of(case.when)):
                _refuse(document, (*base, "rule", "cases", position, "when"))


def _parameters(quantity: Quantity) -> Iterator[tuple[Path_, Parameter]]:
    for key, endpoint in quantity.parameters().items():
        yield (quantity.kind, key), endpoint
    if isinstance(quantity, Limited):
        for key, endpoint in quantity.bounds().items():
            yield ("limits", key), endpoint


def _told_by_print(table: object, tag: Tag) -> bool:
    """Whether some number of a table was printed, or follows from printed ones."""
    if isinstance(table, ByValue):
        return any(_told_by_print(inner, tag) for inner in table.is_.values())
    if isinstance(table, ShareMargin):
        return table.probability is None and (table.tag or tag) != ASSUMED
    return tag != ASSUMED


def _by_arm(document: Document, arms: set[str], path: Path_, given: object, tag: Tag) -> None:
    if not isinstance(given, ByValue) or tag != ASSUMED:
        return
    if given.by in arms:
        _refuse(document, (*path, "by"))
    for value, inner in given.is_.items():
        _by_arm(document, arms, (*path, "is", value), inner, tag)
    if given.otherwise is not None:
        _by_arm(document, arms, (*path, "otherwise"), given.otherwise, tag)


def _assumed_alike(document: Document, arms: set[str], path: Path_, table: object) -> None:
    """Arms without a printed number, beside arms that have one, share what is assumed."""
    if not isinstance(table, ByValue):
        return
    assumed = {
        str(mapping_of(leaf.probability))
        for leaf in table.is_.values()
        if isinstance(leaf, ShareMargin) and leaf.probability is not None
    }
    if table.by in arms and len(assumed) > 1:
        _refuse(document, (*path, "by"))
    for value, inner in table.is_.items():
        _assumed_alike(document, arms, (*path, "is", value), inner)


def _refuse(document: Document, path: Path_) -> None:
    expected = "arms that are exchangeable where no number was printed"
    do = "take the same numbers for all arms, or tag them printed or arithmetic if they are"
    document.add(path, "assumed numbers that tell the arms apart", expected, do=do)


def _parameter(document: Document, types: Types, path: Path_, parameter: Parameter) -> None:
    """A number, the name of one, or a table with an entry for every value."""
    if isinstance(parameter, str):
        held = types.columns.get(parameter)
        if held is not None and not held.numeric:
            document.add(path, f"{parameter}, {held.kind}", "a number")
    elif isinstance(parameter, ByValue):
        _values_of_table(document, types, path, parameter, complete=parameter.otherwise is None)
        for value, inner in parameter.is_.items():
            _parameter(document, types, (*path, "is", value), inner)
        if parameter.otherwise is not None:
            _parameter(document, types, (*path, "otherwise"), parameter.otherwise)


def _groups(document: Document, types: Types, path: Path_, table: object, needed: bool) -> None:
    if not isinstance(table, ByValue):
        return
    _values_of_table(document, types, path, table, complete=needed)
    for value, inner in table.is_.items():
        _groups(document, types, (*path, "is", value), inner, needed)


def _values_of_table(
    document: Document, types: Types, path: Path_, table: ByValue[T], complete: bool
) -> None:
    """The values under `is` are those that the quantity can have."""
    held = types.columns.get(table.by)
    if held is None:
        return
    if held.kind not in ("text", "integer"):
        expected = "a quantity with categories, or whole numbers"
        document.add((*path, "by"), f"{held.name}, {held.kind}", expected)
        return
    if held.values is None:
        return
    for value in table.is_:
        known(document, (*path, "is", value), value, held.values, f"a value of {held.name}")
    left = [value for value in held.values if value not in table.is_]
    if left and complete:
        expected = f"an entry for every value of {held.name}"
        document.add((*path, "is"), f"nothing for {one_of(left)}", expected)
