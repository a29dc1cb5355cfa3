"""Margins in cohort.yaml: counts that print as printed, sums and means that can be."""

from collections.abc import Mapping
from fractions import Fraction
from math import ceil

from trialtrace.base.config.compose import Document, Path_
from trialtrace.base.errors import one_of
from trialtrace.run.trial.cohort.margins import (
    ExactMoments,
    Group,
    MarginCheck,
    ShareMargin,
    cells,
    counts,
    key_of,
    percentage,
    prints_as,
)
from trialtrace.run.trial.cohort.order import Types
from trialtrace.run.trial.cohort.quantities.choice import Choice
from trialtrace.run.trial.cohort.quantities.continuous import Continuous, Lognormal, Normal
from trialtrace.run.trial.cohort.quantities.options import Checked
from trialtrace.run.trial.cohort.quantities.pattern import Pattern
from trialtrace.run.trial.cohort.quantities.quantity import Quantity
from trialtrace.run.trial.cohort.quantities.share import Among, Share
from trialtrace.run.trial.context import Files, known


def check_margins(files: Files, types: Types, quantity: Quantity) -> None:
    document, base = files.cohort, ("quantities", quantity.name)
    assert document is not None
    if isinstance(quantity, Share):
        for group, leaf in cells(quantity.table):
            place = (*base, "share", *key_of(group))
            _share(document, place, leaf, _rows(types, quantity, group))
        for position, other in enumerate(quantity.among or ()):
            _among(document, types, (*base, "among", position), quantity, other)
    if isinstance(quantity, Pattern):
        _parts(files, document, types, quantity)
    if isinstance(quantity, Choice) and quantity.choice.counts is not None:
        for group, counts in cells(quantity.choice.counts):
            place = (*base, "choice", "counts", *key_of(group))
            _adds_up(document, place, counts, _rows(types, quantity, group))
    if isinstance(quantity, Continuous) and quantity.exact is not None:
        _exact(document, types, quantity, quantity.exact)
    if isinstance(quantity, Checked):
        _compared(files, (*base, "check"), quantity.check)
    if isinstance(quantity, Share):
        for position, other in enumerate(quantity.among or ()):
            _compared(files, (*base, "among", position, "check"), other.check)


def _parts(files: Files, document: Document, types: Types, quantity: Pattern) -> None:
    for name, part in quantity.pattern.parts.items():
        base = ("quantities", quantity.name, "pattern", "parts", name)
        for group, leaf in () if part.table is None else cells(part.table):
            place = (*base, "share", *key_of(group))
            _share(document, place, leaf, _rows(types, quantity, group))
        _compared(files, (*base, "check"), part.check)


def _rows(types: Types, quantity: Quantity, group: Group) -> int | None:
    """The rows of a group where the file tells them: patients, all or of an arm."""
    root = types.cohort.root
    if quantity.level != root.name or quantity.where is not None:
        return None
    arms = root.arms or {}
    if not group:
        return sum(arms.values()) if arms else root.size
    return arms.get(group[0][1]) if len(group) == 1 and group[0][0] == "arm" else None


def _share(document: Document, place: Path_, leaf: ShareMargin, rows: int | None) -> None:
    if (leaf.count is None) == (leaf.probability is None):
        keys = document.names(*place)
        found = f"the keys {one_of(keys)}" if keys else "nothing"
        document.add(place, found, "either count or probability")
        return
    if leaf.probability is None:
        _count(document, place, leaf, rows)
        return
    for key, value in (("of", leaf.of), ("printed", leaf.printed)):
        if value is not None:
            expected = "count and of, or probability alone"
            document.add((*place, key), f"{key} beside probability", expected)
    p = leaf.probability
    if isinstance(p, int | float) and not 0 <= p <= 1:
        document.add((*place, "probability"), f"{p}", "0 to 1")


def _count(document: Document, place: Path_, leaf: ShareMargin, rows: int | None) -> None:
    count, of = leaf.count or 0, rows if leaf.of is None else leaf.of
    if rows is not None and of is not None and of > rows:
        document.add((*place, "of"), f"{of}", f"at most {rows}, the patients of the group")
    if of is None:
        return
    if count > of:
        document.add((*place, "count"), f"{count} of {of}", f"at most {of}")
    elif leaf.printed is not None:
        _printed(document, (*place, "printed"), leaf.printed, count, of)


def _printed(document: Document, place: Path_, text: str, count: int, of: int) -> None:
    if percentage(text) is None and counts(text) == (None, None):
        expected = 'a percentage, a count or both, such as "30.0%", "12/40" or "12 (30.0%)"'
        document.add(place, f'"{text}"', expected)
    elif not prints_as(text, count, of):
        share = f"{100 * count / of:.4g} %" if of else "nothing"
        expected = "counts that print as was printed"
        document.add(place, f'"{text}", but {count} of {of} is {share}', expected)


def _among(document: Document, types: Types, base: Path_, quantity: Share, other: Among) -> None:
    held = types.columns.get(other.of)
    if held is not None and not held.yes_no:
        document.add((*base, "of"), f"{held.name}, {held.kind}", "a yes/no quantity")
    whole = dict(cells(quantity.table))
    for group, leaf in cells(other.margin):
        place = (*base, "margin", *key_of(group))
        if leaf.count is None:
            keys = document.names(*place) or ()
            document.add(place, f"the keys {one_of(keys)}", "count")
            continue
        _count(document, place, leaf, None)
        if group in whole:
            _inside(document, place, leaf, whole[group])


def _inside(document: Document, place: Path_, leaf: ShareMargin, outer: ShareMargin) -> None:
    """Counts among some rows against those of the whole group."""
    for key, inner, most in (
        ("count", leaf.count, outer.count),
        ("of", leaf.of, outer.of),
    ):
        if inner is not None and most is not None and inner > most:
            document.add((*place, key), f"{inner}", f"at most {most}, the {key} of the whole group")
    without, rest = leaf.without, outer.without
    if without is not None and rest is not None and without > rest:
        found = f"{without} without, of {rest} in the whole group"
        document.add(place, found, "no more than the whole group has")


def _adds_up(document: Document, place: Path_, counts: Mapping[str, int], rows: int | None) -> None:
    total = sum(counts.values())
    if rows is not None and total != rows:
        document.add(place, f"counts that add up to {total}", f"{rows}, the patients there")


def _exact(document: Document, types: Types, quantity: Continuous, exact: ExactMoments) -> None:
    base, step = ("quantities", quantity.name, "exact"), quantity.step
    if step is None or not isinstance(quantity, Normal | Lognormal):
        found = f"exact, {quantity.kind}" + ("" if step else " without a step")
        document.add(base, found, "a normal or lognormal quantity with a step")
        return
    unit = Fraction(repr(float(step)))
    for group, leaf in cells(exact):
        place, rows = (*base, *key_of(group)), _rows(types, quantity, group)
        for key, end in (("min", leaf.min), ("max", leaf.max)):
            if end is not None and (Fraction(end) / unit).denominator != 1:
                document.add((*place, key), f'"{end}"', f"a multiple of {step}")
        if leaf.mean is not None and rows:
            _mean(document, (*place, "mean"), leaf.mean, rows, unit)
        if leaf.sd is not None and Fraction(leaf.sd) < 0:
            document.add((*place, "sd"), f'"{leaf.sd}"', "at least 0")


def _mean(document: Document, place: Path_, text: str, rows: int, unit: Fraction) -> None:
    """Whether some sum of `rows` values in whole steps has the mean (the GRIM test)."""
    half = Fraction(1, 2 * 10 ** len(text.partition(".")[2]))
    # Half rounded up: the least sum belongs to the range, the greatest does not.
    low, high = ((Fraction(text) + end) * rows / unit for end in (-half, half))
    if ceil(low) >= high:
        expected = f"a mean that {rows} values in steps of {float(unit):g} can have"
        document.add(place, f'"{text}"', expected)


def _compared(files: Files, place: Path_, check: MarginCheck | None) -> None:
    document = files.cohort
    if check is None or document is None:
        return
    if (check.endpoint is None) == (check.variable is None):
        keys = document.names(*place) or ()
        document.add(place, f"the keys {one_of(keys)}", "either endpoint or variable")
    if check.endpoint is not None:
        names = files.endpoints.names()
        entries = tuple(f"{name}_" for name in names or ())
        if not check.endpoint.startswith(entries or ("",)):
            what = "an endpoint of endpoints.yaml"
            known(document, (*place, "endpoint"), check.endpoint, names, what)
    if check.variable is not None:
        what = "a variable of subjects"
        known(document, (*place, "variable"), check.variable, files.subject_variables, what)
    if check.population is not None:
        what = "a population of trial.yaml"
        known(document, (*place, "population"), check.population, files.populations, what)
