"""What of a cohort some forms are written from, and what of it hangs on the arm."""

from collections.abc import Collection, Iterator, Mapping

from trialtrace.run.tables.conditions import columns_of
from trialtrace.run.trial.cohort.file import CohortFile
from trialtrace.run.trial.cohort.forms import ColumnOfLevel, Form, MissingBy
from trialtrace.run.trial.cohort.order import Step, Types, makers, steps


def narrowed(
    cohort: CohortFile,
    columns: Mapping[str, Collection[str]],
    without: Collection[tuple[str, str]] = (),
) -> CohortFile:
    """The cohort with these forms alone, and the levels and quantities that they are written from.

    `columns` has the columns of each form; (form, column) `without` which one is looked at. Every
    quantity has a stream of its own, so what is left is drawn as ever. Nothing is wrong with the
    export: it has no mess.
    """
    forms = {name: form for name, form in (cohort.forms or {}).items() if name in columns}
    wanted, made = steps(cohort), makers(cohort)
    ahead: list[Step] = [("kept", cohort.root.name)]
    for name, form in forms.items():
        ahead.append(("kept", form.level))
        ahead += [("kept", wide.level) for wide in form.wide or ()]
        left = {column for of, column in without if of == name}
        ahead += [made[each] for each in _written(form, columns[name], left) if each in made]
    needed: set[Step] = set()
    while ahead:
        step = ahead.pop()
        if step not in needed:
            needed.add(step)
            ahead += wanted[step]
    return CohortFile(
        levels={name: each for name, each in cohort.levels.items() if ("kept", name) in needed},
        quantities={
            name: each for name, each in cohort.quantities.items() if ("quantity", name) in needed
        },
        forms=forms,
        mess=None,
    )


def _written(form: Form, columns: Collection[str], left: Collection[str]) -> Iterator[str]:
    """The quantities that a form is written from, but for columns that are left out; columns named
    as none are of rows below."""
    named = form.columns or {}
    for column in {*columns, *named}.difference(left):
        holds = named.get(column, column)
        if isinstance(holds, ColumnOfLevel):
            yield from [holds.of] if holds.of else []
        else:
            yield holds
    yield from (wide.of for wide in form.wide or ())
    yield from columns_of(form.where or {})
    for code in (form.missing or {}).values():
        if isinstance(code, MissingBy):
            yield from columns_of(code.when)


def hang_on_arm(cohort: CohortFile, arms: Collection[str]) -> list[tuple[str, str]]:
    """(quantity, by which other) for those that use the arm, or what chooses the arm of a row.

    A quota by arm does not count: each patient has the same probabilities in every arm.
    """
    tell = {"arm"} | {
        name
        for name, held in Types(cohort).columns.items()
        if held.values is not None and set(held.values) == set(arms)
    }
    ahead = [name for name in tell if name in cohort.quantities]
    while ahead:
        for _, name in cohort.quantities[ahead.pop()].needs():
            if name in cohort.quantities and name not in tell:
                tell.add(name)
                ahead.append(name)
    return [
        (quantity.name, need)
        for quantity in cohort.quantities.values()
        if quantity.name not in tell
        for place, need in quantity.needs()
        if need in tell and "quota" not in place
    ]
