"""Comparisons in a row: which estimate, interval, error and p belong together."""

import re
from collections.abc import Collection, Iterator, Sequence
from decimal import Decimal
from itertools import pairwise

from trialtrace.audit.printed.expression import parse
from trialtrace.audit.reading.categories import can_be_share
from trialtrace.audit.reading.cells import Cell
from trialtrace.audit.reading.expressions import Expression, expression, p_text, share_of_count
from trialtrace.audit.reading.heading_words import EITHER, RATIO, UNSAID, VERSUS
from trialtrace.audit.reading.heads import Column
from trialtrace.audit.reading.item import Item
from trialtrace.base.errors import UserError

Read = tuple[Column, Cell]
_OF_VALUES = re.compile("mean|median")
_OF_MEANS = re.compile("mean")
_OF_LOGS = re.compile("geometric_mean")
BELOW_0 = "no ratio is below 0: it is taken for a difference"


def compared(
    own: Sequence[Read], items: Sequence[Item], usual: Collection[str] = ()
) -> Iterator[tuple[list[Read], Expression | None, str | None]]:
    """(cells, their expression, its measure) of the comparisons in one row.

    An estimate takes the interval, the standard error and the p that stand behind it, up to the
    next estimate. `items` are the numbers of the arms in the row, `usual` the kinds of numbers that
    the caption tells.
    """
    bundles: list[list[Read]] = []
    for column, cell in own:
        part = _role(column, cell)
        starts = part == "estimate" or not bundles
        if starts or part in {_role(*one) for one in bundles[-1]}:
            bundles.append([])
        bundles[-1].append((column, cell))
    for bundle in bundles:
        yield from _joined(bundle, items, set(usual))


def ordered(
    names: tuple[str, ...], items: Sequence[Item], expression: Expression, measure: str | None
) -> tuple[str, ...]:
    """Two groups in the order in which their own numbers give the estimate its side."""
    ratio = (measure or "").endswith("ratio")
    of_each = [item for name in names for item in items if item.arm == name]
    own = [_main(item.printed) for item in of_each]
    estimate = _main(expression.printed)
    if (
        measure == EITHER
        or len(names) != 2
        or len(own) != 2
        or estimate is None
        or own[0] is None
        or own[1] is None
    ):
        return names
    side = own[0] - own[1]
    if measure == "hazard_ratio" and any(map(_of_survival, of_each)):
        # Whoever lives longer has the lower hazard.
        side = -side
    told = estimate - 1 if ratio else estimate
    return names if side * told >= 0 else (names[1], names[0])


def _of_survival(item: Item) -> bool:
    """Whether an item is a median time, or of those without an event."""
    free = re.search(r"\bsurviv|[\s-]free\b|\balive\b", " ".join(item.path), re.IGNORECASE)
    return item.kind.startswith("median") or free is not None


def _main(printed: str) -> Decimal | None:
    """The percentage of an expression, else its value."""
    try:
        parts = {component.name: component.value for component in parse(printed)}
    except UserError:
        return None
    return parts.get("percent", parts.get("value"))


def _role(column: Column, cell: Cell) -> str:
    if cell.form == "tested":
        return "estimate"
    if column.kind == "statistic":
        return "df" if column.measure == "df" else "statistic"
    if column.kind == "p" or cell.form in ("p", "not_significant"):
        return "p"
    if column.kind == "ci" or cell.form == "range":
        return "interval"
    if column.kind in ("low", "high"):
        return column.kind
    return "error" if column.kind in ("se", "sd") else "estimate"


def _tested(by_part: dict[str, Read], p: str | None) -> Expression | None:
    """A statistic with its degrees of freedom and p, in brackets or from columns of their own."""
    column, cell = by_part.get("statistic", (None, None))
    if column is None or cell is None or column.measure is None:
        return None
    df, beside = None, cell.parts.get("b") if cell.form == "pair" else None
    if beside is not None and 0 <= float(beside.replace(",", "")) <= 1:
        # "-3.11 (0.002)" below "t (p)".
        p = f"P = {beside}"
    elif cell.form in ("pair", "ranged") and all(map(cell.whole, cell.parts.keys() & set("bc"))):
        # "0.086 (1, 67)" below "F (df)".
        df = ", ".join(cell.parts[name] for name in "bc" if name in cell.parts)
    elif cell.form != "value":
        return None
    if "df" in by_part:
        own = by_part["df"][1].parts
        df = f"{own['b']}, {own['c']}" if {"b", "c"} <= own.keys() else own.get("a")
    printed = f"{column.measure}{f'({df})' if df else ''} = {cell.parts['a']}"
    return Expression(f"{printed}, {p}" if p else printed, "statistic")


def _joined(
    bundle: list[Read], beside: Sequence[Item], usual: set[str]
) -> Iterator[tuple[list[Read], Expression | None, str | None]]:
    by_part = {_role(column, cell): (column, cell) for column, cell in bundle}
    p = p_text(by_part["p"][1]) if "p" in by_part else None
    null = by_part["p"][0].null if "p" in by_part else None
    if "statistic" in by_part or "df" in by_part:
        tested = [one for one in bundle if one[0].kind == "statistic"]
        bundle = [one for one in bundle if one not in tested]
        alone = "estimate" not in by_part
        found = _tested(by_part, p if alone else None)
        yield (tested + bundle if alone and found else tested), found, None
        if (alone and found is not None) or not bundle:
            return
        by_part = {part: one for part, one in by_part.items() if part not in ("statistic", "df")}
    if p is not None and null is not None:
        p = f"{p} for {null}"
    if "estimate" not in by_part:
        for part, one in by_part.items():
            made = Expression(p, "p") if part == "p" and p is not None else None
            limits = one[1].parts
            if part == "interval" and one[1].form == "range" and "b" in limits:
                interval = f"(95% CI {limits['b']} to {limits['c']})".replace(",", "")
                made = Expression(interval, "effect", "what this interval is of is not said")
            yield [one], made, None
        return
    column, cell = by_part["estimate"]
    measure = column.measure or UNSAID
    kinds = {item.kind for item in beside}
    if measure == "risk_difference" and kinds and all(map(_OF_VALUES.match, kinds)):
        # "Risk difference" over a row of means.
        measure = UNSAID
    if measure == VERSUS:
        measure = UNSAID if kinds and all(map(_OF_MEANS.match, kinds)) else EITHER
    if measure == RATIO and kinds and all(map(_OF_LOGS.match, kinds)):
        measure = "geometric_mean_ratio"
    below = measure.endswith("ratio") and any(one.startswith("-") for one in cell.parts.values())
    measure = UNSAID if below else measure
    found = expression(cell, "effect", None, usual, measure)
    if found is None:
        yield bundle, None, None
        return
    if found.kind == "statistic":
        yield bundle, found, None
        return
    printed = found.printed
    if "interval" in by_part and "CI" not in printed:
        other = by_part["interval"][1].parts
        if "b" in other and "c" in other:
            printed += f" (95% CI {other['b']} to {other['c']})"
    ends = [by_part[end][1].parts.get("a", "") for end in ("low", "high") if end in by_part]
    if len(ends) == 2 and all(ends) and "CI" not in printed:
        printed += f" (95% CI {ends[0]} to {ends[1]})"
    if "error" in by_part and "a" in by_part["error"][1].parts and by_part["error"][0].kind == "se":
        printed += f" (SE {by_part['error'][1].parts['a']})"
    if p is not None and " P " not in printed:
        printed += f", {p}"
    if measure == UNSAID and kinds & {"mean_sd", "mean_se", "mean"}:
        measure = "mean_difference"
    yield bundle, Expression(printed, "effect", BELOW_0 if below else found.doubt), measure


# Numbers of one arm that stand in columns of their own and are one expression: a mean and its
# deviation, a median and its quartiles, a count and its percentage.

Joined = list[tuple[list[Read], Expression]]
_SPREAD = {"sd": "mean (SD) {} ({})", "se": "mean {} (SE {})"}
_LIMITS = {"iqr": "{} {} (IQR {} to {})", "range": "{} {} (range {} to {})"}
_LIMITS["ci"] = "{} {} (95% CI {} to {})"
_COUNTED = "a whole number before a percentage: taken for its count"


def paired(
    numbers: Sequence[Read], kind: str | None = None
) -> tuple[Joined, list[Read], int | None]:
    """What is joined of the numbers of one arm in one row, what is left of them, and the number of
    patients that stands beside these. `kind` is what the row's label says of two numbers."""
    if denominator := _denominator(numbers):
        made, left, _ = paired([one for one in numbers if one is not denominator], kind)
        return made, left, denominator[1].whole("a")
    kinds = {column.kind: (column, cell) for column, cell in numbers}
    if joined := _by_label(numbers, kind):
        return [joined], [], None
    if spread := _with_spread(kinds):
        left = [one for one in numbers if one not in spread[0]]
        size = _size(left)
        return [spread], [] if size else left, size
    if "count" in kinds and "percent" in kinds:
        pair = [kinds["count"], kinds["percent"]]
        count, percent = (cell.parts.get("a") for _, cell in pair)
        if not (count and percent and pair[0][1].form == "value"):
            return [], list(numbers), None
        joined = (pair, share_of_count(count, percent))
        return [joined], [one for one in numbers if one not in pair], None
    pair = _count_and_percent(numbers)
    size = _size(numbers) if len(numbers) > 1 else None
    if not pair and size:
        counted = next(one for one in numbers if one[0].kind == "count")
        left = [one for one in numbers if one is not counted]
        first = left[0][1]
        if first.form != "percent" or can_be_share(first.parts["a"], size):
            return [], left, size
        pair = [counted, left[0]]
    if not pair:
        return [], list(numbers), None
    count, percent = (cell.parts["a"] for _, cell in pair)
    joined = (pair, share_of_count(count, percent, _COUNTED))
    return [joined], [one for one in numbers if one not in pair], None


def _by_label(numbers: Sequence[Read], kind: str | None) -> tuple[list[Read], Expression] | None:
    """Two numbers below the same heads that the row's label names: "Women, n (%)", 33 and 28."""
    same = len(numbers) == 2 and numbers[0][0].kind == numbers[1][0].kind
    if not same or any(cell.form != "value" for _, cell in numbers):
        return None
    first, second = (cell.parts["a"] for _, cell in numbers)
    count = numbers[0][1].whole("a")
    if kind == "count_percent" and count is not None and 0 <= float(second.replace(",", "")) <= 100:
        return list(numbers), Expression(f"{first} ({second}%)", "count_percent")
    if kind in ("mean_sd", "mean_se"):
        return list(numbers), Expression(_SPREAD[kind[-2:]].format(first, second), kind)
    return None


def _with_spread(kinds: dict[str | None, Read]) -> tuple[list[Read], Expression] | None:
    """A mean or a median with the column of its spread."""
    for spread, printed in _SPREAD.items():
        pair = [kinds[name] for name in ("mean", spread) if name in kinds]
        if len(pair) == 2 and all(cell.form == "value" for _, cell in pair):
            values = [cell.parts["a"] for _, cell in pair]
            return pair, Expression(printed.format(*values), f"mean_{spread}")
    for main in ("median", "mean"):
        for spread, printed in _LIMITS.items():
            pair = [kinds[name] for name in (main, spread) if name in kinds]
            if len(pair) == 2 and [cell.form for _, cell in pair] == ["value", "range"]:
                limits = (pair[1][1].parts[end].replace(",", "") for end in "bc")
                number = pair[0][1].parts["a"].replace(",", "")
                return pair, Expression(printed.format(main, number, *limits), f"{main}_{spread}")
            if len(pair) == 2 and spread == "iqr" and {cell.form for _, cell in pair} == {"value"}:
                values = [cell.parts["a"] for _, cell in pair]
                return pair, Expression("{} {} (IQR {})".format(main, *values), f"{main}_iqr")
    return None


_EVENTS = re.compile(
    r"n|no\.?|(?:n|no\.?|number) of \w+|events?|cases|responders|yes", re.IGNORECASE
)
_OF_ALL = re.compile(r"N|(?i:total(?: n| no\.?)?|(?:n|no\.?|number) (?:analy[sz]|assess|evalu)ed)")


def _denominator(numbers: Sequence[Read]) -> Read | None:
    """Of two columns of an arm, "n" and "N" or "Events" and "Total", the number of patients."""
    whole = [one for one in numbers if one[1].form == "value" and one[1].whole("a") is not None]
    heads = {one[0].at: one[0].pieces[-1].strip() if one[0].pieces else "" for one in whole}
    of_all = [one for one in whole if _OF_ALL.fullmatch(heads[one[0].at])]
    events = [one for one in whole if one not in of_all and _EVENTS.fullmatch(heads[one[0].at])]
    if len(of_all) != 1 or len(events) != 1:
        return None
    count, size = (one[1].whole("a") or 0 for one in (events[0], of_all[0]))
    return of_all[0] if count <= size else None


def _size(numbers: Sequence[Read]) -> int | None:
    """The number of patients in a column of its own, beside what is told of them."""
    counts = [cell.whole("a") for column, cell in numbers if column.kind == "count"]
    return counts[0] if len(counts) == 1 else None


def _count_and_percent(numbers: Sequence[Read]) -> list[Read]:
    """A whole number right before a percentage, both under heads of percentages or the same one."""
    for first, second in pairwise(numbers):
        both = first[0].kind == second[0].kind and first[0].kind in ("percent", None)
        if both and first[1].whole("a") is not None and first[1].form == "value":
            return [first, second] if second[1].form == "percent" else []
    return []


def limited(numbers: Sequence[Read]) -> tuple[Read, str] | None:
    """The column of a range or an interval beside a single other expression of the same arm, and
    what it adds to that: "Mean | SD | Range", "M (SD) | Min–Max"."""
    for one in numbers:
        column, cell = one
        if column.kind in _ADDED and cell.form == "range":
            low, high = (cell.parts[end].replace(",", "") for end in "bc")
            return one, _ADDED[column.kind].format(low, high)
    return None


_ADDED = {"range": ", range {} to {}", "ci": " (95% CI {} to {})"}
