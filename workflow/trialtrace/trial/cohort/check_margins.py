"""Margins in cohort.yaml: counts that print as printed, sums and means that can be."""

from fractions import Fraction
from typing import Any

from trialtrace.config.compose import Document, Path_
from trialtrace.ground.errors import one_of
from trialtrace.stats.results import StatsError
from trialtrace.trial.cohort.model import Quantity, cells
from trialtrace.trial.cohort.printed_counts import counts, percentage, prints_as
from trialtrace.trial.cohort.types import Types
from trialtrace.trial.context import Files, known

Where = tuple[tuple[str, str], ...]


def check_margins(files: Files, types: Types, one: Quantity) -> None:
    document, base = files.cohort, ("quantities", one.name)
    assert document is not None
    if one.kind == "share":
        for path, leaf in cells(one.given):
            _share(document, types, one, ((*base, "share", *keys(path)), path, leaf))
    for position, margin in enumerate(one.options.get("among", ())):
        _among(document, types, one, position, margin)
    if one.kind == "pattern":
        for name, part in one.given["parts"].items():
            for path, leaf in cells(part.get("share", {})) if "share" in part else ():
                place = (*base, "pattern", "parts", name, "share", *keys(path))
                _share(document, types, one, (place, path, leaf))
            _compared(files, (*base, "pattern", "parts", name, "check"), part.get("check"))
    if one.kind == "choice" and "counts" in one.given:
        for path, leaf in cells(one.given["counts"]):
            _counts(document, types, one, ((*base, "choice", "counts", *keys(path)), path, leaf))
    if "exact" in one.options:
        _exact(document, types, one)
    _compared(files, (*base, "check"), one.options.get("check"))
    for position, margin in enumerate(one.options.get("among", ())):
        _compared(files, (*base, "among", position, "check"), margin.get("check"))


def keys(path: Where) -> tuple[str, ...]:
    """The keys of a table that lead to a group."""
    return tuple(part for _, value in path for part in ("is", value))


def _rows(types: Types, one: Quantity, path: Where) -> int | None:
    """The rows of a group where the file tells them: patients, all or of an arm."""
    root = types.cohort.root
    if one.level != root.name or one.where is not None:
        return None
    if not path:
        return sum(root.arms.values()) if root.arms else root.size
    return root.arms.get(path[0][1]) if len(path) == 1 and path[0][0] == "arm" else None


def _share(document: Document, types: Types, one: Quantity, where: tuple) -> None:
    place, path, leaf = where
    if ("count" in leaf) == ("probability" in leaf):
        document.add(
            place,
            found=f"the keys {one_of(leaf)}" if leaf else "nothing",
            expected="either count or probability",
        )
        return
    if "count" not in leaf:
        for key in ("of", "printed"):
            if key in leaf:
                document.add(
                    (*place, key),
                    found=f"{key} beside probability",
                    expected="count and of, or probability alone",
                )
        p = leaf["probability"]
        if isinstance(p, int | float) and not 0 <= p <= 1:
            document.add((*place, "probability"), found=f"{p}", expected="0 to 1")
        return
    rows = _rows(types, one, path)
    _count(document, place, leaf, rows)


def _count(document: Document, place: Path_, leaf: dict[str, Any], rows: int | None) -> None:
    count, of = leaf["count"], leaf.get("of", rows)
    if rows is not None and of is not None and of > rows:
        document.add(
            (*place, "of"), found=f"{of}", expected=f"at most {rows}, the patients of the group"
        )
    if of is None:
        return
    if count > of:
        document.add((*place, "count"), found=f"{count} of {of}", expected=f"at most {of}")
    elif "printed" in leaf:
        _printed(document, (*place, "printed"), leaf["printed"], count, of)


def _printed(document: Document, place: Path_, text: str, count: int, of: int) -> None:
    if percentage(text) is None and counts(text) == (None, None):
        document.add(
            place,
            found=f'"{text}"',
            expected='a percentage, a count or both, such as "30.0%", "12/40" or "12 (30.0%)"',
        )
    elif not prints_as(text, count, of):
        share = f"{100 * count / of:.4g} %" if of else "nothing"
        document.add(
            place,
            found=f'"{text}", but {count} of {of} is {share}',
            expected="counts that print as was printed",
        )


def _among(document: Document, types: Types, one: Quantity, position: int, margin: dict) -> None:
    base = ("quantities", one.name, "among", position)
    held = types.columns.get(margin["of"])
    if held is not None and set(held.values or ()) != {"yes", "no"}:
        document.add((*base, "of"), found=f"{held.name}, {held.kind}", expected="a yes/no quantity")
    whole = dict(cells(one.given))
    for path, leaf in cells(margin["margin"]):
        place = (*base, "margin", *keys(path))
        if "count" not in leaf:
            document.add(place, found=f"the keys {one_of(leaf)}", expected="count")
            continue
        _count(document, place, leaf, None)
        outer = whole.get(path, {})
        for key in ("count", "of"):
            if key in outer and leaf.get(key, 0) > outer[key]:
                document.add(
                    (*place, key),
                    found=f"{leaf[key]}",
                    expected=f"at most {outer[key]}, the {key} of the whole group",
                )
        if {"count", "of"} <= set(outer) and "of" in leaf:
            no, rest = leaf["of"] - leaf["count"], outer["of"] - outer["count"]
            if no > rest:
                document.add(
                    place,
                    found=f"{no} without, of {rest} in the whole group",
                    expected="no more than the whole group has",
                )


def _counts(document: Document, types: Types, one: Quantity, where: tuple) -> None:
    place, path, leaf = where
    rows, total = _rows(types, one, path), sum(leaf.values())
    if rows is not None and total != rows:
        document.add(
            place, found=f"counts that add up to {total}", expected=f"{rows}, the patients there"
        )


def _exact(document: Document, types: Types, one: Quantity) -> None:
    base = ("quantities", one.name, "exact")
    step = one.options.get("step")
    if step is None or one.kind not in ("normal", "lognormal"):
        document.add(
            base,
            found=f"exact, {one.kind}" + ("" if step else " without a step"),
            expected="a normal or lognormal quantity with a step",
        )
        return
    unit = Fraction(repr(float(step)))
    for path, leaf in cells(one.options["exact"]):
        place, rows = (*base, *keys(path)), _rows(types, one, path)
        for key in ("min", "max"):
            if key in leaf and (Fraction(leaf[key]) / unit).denominator != 1:
                document.add(
                    (*place, key), found=f'"{leaf[key]}"', expected=f"a multiple of {step}"
                )
        if "mean" in leaf and rows:
            _mean(document, (*place, "mean"), leaf["mean"], rows, unit)
        if "sd" in leaf and Fraction(leaf["sd"]) < 0:
            document.add((*place, "sd"), found=f'"{leaf["sd"]}"', expected="at least 0")


def _mean(document: Document, place: Path_, text: str, rows: int, unit: Fraction) -> None:
    """Whether some sum of `rows` values in whole steps has the mean (the GRIM test)."""
    from trialtrace.stats.summaries.printed import read

    try:
        first, last = read(text, rounding="half_up").scaled(1 / unit).multiples(rows)
    except StatsError as error:
        document.add(place, found=f'"{text}"', expected=str(error))
        return
    if first > last:
        document.add(
            place,
            found=f'"{text}"',
            expected=f"a mean that {rows} values in steps of {float(unit):g} can have",
        )


def _compared(files: Files, place: Path_, given: dict[str, Any] | None) -> None:
    document = files.cohort
    if given is None or document is None:
        return
    if ("endpoint" in given) == ("variable" in given):
        document.add(
            place, found=f"the keys {one_of(given)}", expected="either endpoint or variable"
        )
    if "endpoint" in given:
        names = files.endpoints.names()
        entries = tuple(f"{name}_" for name in names or ())
        if not given["endpoint"].startswith(entries or ("",)):
            what = "an endpoint of endpoints.yaml"
            known(document, (*place, "endpoint"), given["endpoint"], names, what)
    if "variable" in given:
        what = "a variable of subjects"
        known(document, (*place, "variable"), given["variable"], files.subject_variables, what)
    if "population" in given:
        what = "a population of trial.yaml"
        known(document, (*place, "population"), given["population"], files.populations, what)
