"""Claims that name a direction and no number: "less with licorice"."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from trialtrace.claims.agreement import CHANGES, DIFFERS, EXACT, SAME, decimal, twelve
from trialtrace.claims.select import one
from trialtrace.ground.contracts.rows import ResultRow, present
from trialtrace.ground.errors import Problem, UserError
from trialtrace.ground.words import POINTS, SHARES, percent, unit_text, value_text

STATS = ("proportion", "mean", "median")
WORDS = ("lower", "higher")


def judge_direction(
    results: list[ResultRow],
    selects: dict[str, Any],
    direction: Mapping[str, str],
    labels: dict[str, str],
    place: str,
) -> dict[str, Any]:
    """The columns of the claims table that a direction decides.

    The two groups are compared by the statistic the claim names, else by their proportions, their
    means or their medians, whichever the analysis has; two strata (`by`) by the statistic it names.
    """
    word, first, second = _read(direction, place)
    stats = [selects["stat"]] if "stat" in selects else list(STATS)
    if by := direction.get("by"):
        chosen = [selects | {"stratum": f"{by}={level}"} for level in (first, second)]
    else:
        keys = {key: value for key, value in selects.items() if key not in ("group", "compare")}
        chosen = [keys | {"group": group} for group in (first, second)]
    rows = [one(results, keys, stats, place) for keys in chosen]
    for row in rows:
        if row["stat_value"] is None:
            return {"missing": row["error"] or row["warning"] or row["stat_text"], "row": row}
    left, right = (decimal(present(row["stat_value"])) for row in rows)
    difference = left - right
    in_percent = rows[0]["stat_name"] in {*SHARES, *POINTS}
    shown = difference * 100 if in_percent else difference
    found = "equal" if difference == 0 else "lower" if difference < 0 else "higher"
    texts = [_of_stratum(row) if by else _text(row, labels) for row in rows]
    return {
        "row": rows[0],
        "recomputed": float(twelve(Decimal(shown))),
        "recomputed_text": found,
        "against_data": EXACT if found == word else DIFFERS,
        "decision": SAME if found == word else CHANGES,
        "data_finding": f"The data give {texts[0]} and {texts[1]}, "
        + ("as printed." if found == word else f"which is {found}; printed is {word}."),
    }


def _read(direction: Mapping[str, str], place: str) -> tuple[str, str, str]:
    words = [word for word in WORDS if word in direction]
    if len(words) != 1 or "than" not in direction:
        raise UserError(
            Problem(
                f"{place}.direction",
                found=str(dict(direction)),
                expected="{lower: arm, than: arm} or {higher: arm, than: arm}",
            )
        )
    return words[0], direction[words[0]], direction["than"]


def _text(row: ResultRow, labels: dict[str, str]) -> str:
    group, value, of = present(row["group1_level"]), present(row["stat_value"]), row["denominator"]
    label = _within(labels.get(group, group))
    if row["stat_name"] not in SHARES:
        return f"a {row['stat_label']} of {value:.4g} with {label}"
    counts = f" ({round(value * of)} of {of})" if of else ""
    return f"{percent(value)}%{counts} with {label}"


def _of_stratum(row: ResultRow) -> str:
    stat, value = row["stat_name"], present(row["stat_value"])
    level = present(row["stratum"]).partition("=")[2]
    shown = value_text(stat, value) + unit_text(stat, row["unit"])
    return f"a {row['stat_label']} of {shown} with {_within(level)}"


def _within(label: str) -> str:
    """A label inside a sentence: "Sugar water" becomes "sugar water", "5FU + Lev" stays."""
    first = label.split(" ")[0]
    return label[0].lower() + label[1:] if first[1:].islower() else label
