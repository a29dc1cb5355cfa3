"""Numbers of one arm that stand in columns of their own and are one expression: a mean and its
deviation, a median and its quartiles, a count and its percentage."""

from collections.abc import Sequence
from itertools import pairwise

from trialtrace.audit.reading.categories import can_be_share
from trialtrace.audit.reading.cells import Cell
from trialtrace.audit.reading.expressions import Expression
from trialtrace.audit.reading.heads import Column

Read = tuple[Column, Cell]
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
        joined = (pair, Expression(f"{count} ({percent}%)", "count_percent"))
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
    joined = (pair, Expression(f"{count} ({percent}%)", "count_percent", _COUNTED))
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


def _size(numbers: Sequence[Read]) -> int | None:
    """The number of patients in a column of its own, beside what is told of them."""
    counts = [cell.whole("a") for column, cell in numbers if column.kind == "count"]
    return counts[0] if len(counts) == 1 else None


def _count_and_percent(numbers: Sequence[Read]) -> list[Read]:
    """A whole number right before a percentage, both under heads of percentages."""
    for first, second in pairwise(numbers):
        both = first[0].kind == second[0].kind == "percent"
        if both and first[1].whole("a") is not None and first[1].form == "value":
            return [first, second] if second[1].form == "percent" else []
    return []
