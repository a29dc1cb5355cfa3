"""The expression that a ledger takes for the numbers of a cell of a known or guessed kind."""

import re
from dataclasses import dataclass, replace
from math import sqrt

from trialtrace.audit.reading.cells import Cell
from trialtrace.audit.reading.heading_words import EITHER, RATIO, UNSAID


@dataclass(frozen=True)
class Expression:
    """What a ledger prints, the kind it was taken for, and what of that was guessed."""

    printed: str
    kind: str
    doubt: str | None = None


def expression(
    cell: Cell, kind: str | None, size: int | None, usual: set[str], measure: str | None = None
) -> Expression | None:
    """The expression of a cell; None where nothing says what its numbers are.

    `kind` is what heads or row labels say, `usual` what the caption says of the cells of the
    table, `size` how many patients there are in the column.
    """
    if cell.form == "tested":
        return _tested(cell)
    medians = [one for one in usual if one.startswith("median_") and one not in ("median_ci",)]
    said = (kind or "").startswith("median") or (kind is None and len(medians) == 1)
    if cell.form == "percent_range" and said and not usual & {"percent_ci", "mean_ci"}:
        cell = replace(cell, form="ranged")
    if cell.form == "rated" and kind == "median_iqr":
        # "330.5 (234/445)": quartiles, parted by a slash.
        parts = {"a": cell.parts["b"], "b": cell.parts["a"], "c": cell.parts["n"]}
        cell = replace(cell, form="ranged", parts=parts)
    if cell.form == "rated" and cell.whole("n") and (kind in _OF_SHARES or _prints(cell)):
        # "12.9 (17/132)" below "% (n/N)".
        cell = replace(cell, form="percent_fraction")
    if kind == "person_time":
        return _person_time(cell, usual)
    if kind in ("mean_sd", "mean_se") and cell.form == "range":
        # "29.1, 9.9" below "mean, SD"
        cell = replace(cell, form="pair", parts={"a": cell.parts["b"], "b": cell.parts["c"]})
    if kind == "statistic":
        return None
    if kind == "effect" or measure is not None:
        found = _effect(cell, measure or UNSAID, usual)
        # "HR 73 ± 11" is no ratio.
        return found if found or kind == "effect" else expression(cell, kind, size, usual)
    if kind == "p" or cell.form in ("p", "not_significant"):
        return Expression(p, "p") if (p := p_text(cell)) else None
    if kind in _ALONE and cell.form not in ("value", "range"):
        kind = _ALONE[kind]
    if kind == "count_percent" and cell.form == "spread_range" and _around_share(cell):
        return Expression(_COUNTED["count_percent_range"].format(**cell.parts), kind)
    if kind in ("count", "count_percent", "percent") and cell.form in _SPREADS:
        kind = None
    if kind in ("count_percent", "percent", "count") and cell.form == "ranged":
        of_share = kind == "percent" and not usual & _RANGED and _can_be_interval(cell, size)
        kind = "percent_ci" if of_share else None
    if cell.form in _COUNTED:
        return Expression(_COUNTED[cell.form].format(**cell.parts), "count_percent")
    if cell.form in _BY_FORM:
        return _BY_FORM[cell.form](cell, kind, size, usual)
    return None


def _around_share(cell: Cell) -> bool:
    """Whether a count is followed by a percentage and limits around it."""
    share, low, high = (float(cell.parts[name].replace(",", "")) for name in "bcd")
    return cell.whole("a") is not None and 0 <= low <= share <= high <= 100


def _can_be_interval(cell: Cell, size: int | None) -> bool:
    """Whether two limits that nothing calls an interval are not too wide for one of a share."""
    share, low, high = (float(cell.parts[name].replace(",", "")) for name in "abc")
    if size is None or "CI" in cell.text:
        return True
    share = min(max(share / 100, 1 / size), 1 - 1 / size) if size > 1 else 0.5
    return 0 <= low <= high <= 100 and high - low <= WIDEST * sqrt(share * (1 - share) / size)


WIDEST = 520
"""So many errors, in percent, the interval of a share is wide at most: a third more than Wald's."""
_OF_SHARES = ("fraction", "percent", "percent_count", "count_percent")


def _prints(cell: Cell) -> bool:
    """Whether one number of three is the percentage that the others are."""
    return is_share(cell, cell.whole("n"))


# What a spread that is named alone stands beside, and cells that hold one and no share.
_ALONE = {"sd": "mean_sd", "se": "mean_se", "iqr": "median_iqr"}
_SPREADS = ("plus_minus", "spread_range", "spread_median", "spread_size", "ranged_range")
_RANGED = {"mean_ci", "median_iqr"}
# Cells that can be nothing but a count with its percentage.
_COUNTED = {
    "count_percent": "{a} ({b}%)",
    "count_below": "{a} ({c}%)",
    "count_percent_range": "{a} ({b}%) (95% CI {c} to {d})",
    "fraction_percent_range": "{a}/{n} ({b}%) (95% CI {c} to {d})",
}
NO_SPREAD_SAID = "SD or SE is not said"
NOT_SAID = "what this number is (a mean, a median, another) is not said"


def p_text(cell: Cell) -> str | None:
    """ "P = 0.02" of a cell that holds a p; None where it does not."""
    if cell.form == "not_significant":
        return "P = n.s."
    if cell.form == "p":
        return f"P {cell.parts['relation'] or '='} {cell.parts['p']}"
    if cell.form == "power":
        p = cell.parts["p"]
        return f"P {cell.parts['relation'] or '='} {'1 × ' if p.startswith('10^') else ''}{p}"
    value = cell.parts.get("a", "")
    if cell.form not in ("value", "bound") or re.match(r"-(?!0?\.)", value):
        return None
    return f"P {cell.parts.get('relation', '=')} {value}"


def _person_time(cell: Cell, usual: set[str]) -> Expression | None:
    """Events over the time of all patients: "14/66.2 (21.1)"."""
    per = [one for one in usual if one.startswith("per ")]
    if cell.form in ("value", "ranged") and len(per) == 1:
        ends = " (95% CI {b} to {c})".format(**cell.parts) if cell.form == "ranged" else ""
        return Expression(
            f"{cell.parts['a']} {per[0]} person-years{ends}", "rate", "time of patients"
        )
    time = cell.parts.get("n") or (cell.parts.get("b") if cell.form == "share" else None)
    if time is None or "a" not in cell.parts:
        return Expression(cell.parts["a"], "value", NOT_SAID) if cell.form == "value" else None
    rate = f" ({cell.parts['b']} {per[0]} person-years)" if "n" in cell.parts and per else ""
    if "n" in cell.parts and "b" in cell.parts and len(per) != 1:
        return None
    return Expression(f"{cell.parts['a']}/{time} person-years{rate}", "rate", "time of patients")


def _tested(cell: Cell) -> Expression:
    """A statistic with its degrees of freedom, p and effect size, as cells print it."""
    name = re.sub("^[xX]²", "χ²", cell.parts["a"]).strip()
    printed = f"{name}{f'({df})' if (df := cell.parts.get('n')) else ''} = {cell.parts['b']}"
    p = cell.parts.get("p", "")
    printed += f", {p if re.search('[0-9]', p) else 'P = n.s.'}" if p else ""
    squared = f", η² = {cell.parts['c']}" if "c" in cell.parts else ""
    return Expression(printed + squared, "statistic", "η² by its place" if squared else None)


def _effect(cell: Cell, measure: str, usual: set[str]) -> Expression | None:
    lead = "{}" if measure in (EITHER, RATIO) else f"{words_of(measure)} {{}}"
    a, b, c = (cell.parts.get(name, "").replace(",", "") for name in "abc")
    percent = " percentage points" if measure in ("risk_difference", UNSAID) else "%"
    if cell.form in ("ranged", "ranged_p", "percent_range"):
        unit = percent if cell.form == "percent_range" else ""
        return Expression(f"{lead.format(a)}{unit} (95% CI {b} to {c}){_and_p(cell)}", "effect")
    if cell.form == "percent":
        return Expression(f"{lead.format(a)}{percent}", "effect")
    if cell.form == "value":
        return Expression(lead.format(a), "effect")
    spreads = usual & {"mean_sd", "mean_se"}
    if cell.form in ("pair", "plus_minus") and "se" in usual:
        return Expression(f"{lead.format(a)} (SE {b})", "effect")
    if cell.form in ("pair", "plus_minus") and len(spreads) == 1:
        spread = next(iter(spreads))[-2:].upper()
        return Expression(f"{lead.format(a)} ({spread} {b})", "effect", "spread from the caption")
    return None


def words_of(measure: str) -> str:
    """What a ledger's expression calls a measure."""
    return _WORDS.get(measure, measure.replace("_", " "))


_WORDS = {"standardised_difference": "standardised mean difference"}


def _and_p(cell: Cell) -> str:
    parts = cell.parts
    return f", P {parts.get('relation') or '='} {parts['p']}" if "p" in parts else ""


def _fraction(cell: Cell, kind: str | None, size: int | None, usual: set[str]) -> Expression | None:
    share = replace(cell, parts={"a": cell.parts["a"], "b": cell.parts["n"]})
    if cell.form == "fraction" and kind == "count_percent" and is_share(share, size):
        return _share(share, kind, size, usual)
    percent = f" ({cell.parts['b']}%)" if "b" in cell.parts else ""
    printed = f"{cell.parts['a']}/{cell.parts['n']}{percent}"
    count, of = (int(cell.parts[name].replace(",", "")) for name in "an")
    if count <= of:
        return Expression(printed, "fraction")
    # "35/22 (61)" are two sexes and the percentage of the first.
    percentage = float(cell.parts.get("b", "nan").replace(",", ""))
    of_both = abs(100 * count / (count + of) - percentage) < 1
    if not 0 <= percentage <= 100 or of_both or of == 0:
        return None
    return Expression(printed, "fraction", "its count is above its denominator")


def _share(cell: Cell, kind: str | None, size: int | None, usual: set[str]) -> Expression | None:
    """A count and its percentage, parted by a slash: "9/12.3" below "n/%"."""
    if kind != "count_percent" and not is_share(cell, size):
        return None
    return Expression(_COUNTED["count_percent"].format(**cell.parts), "count_percent")


def _decimal_percent(
    cell: Cell, kind: str | None, size: int | None, usual: set[str]
) -> Expression | None:
    """ "3.0 (15.0%)", a count that a program printed with a decimal; of a mean it is a spread."""
    count, percent = cell.parts["a"], cell.parts["b"]
    told = kind in ("count", "percent", "count_percent")
    if float(count) % 1:
        return share_of_count(count, percent) if told or _has_slipped(cell, size) else None
    if not told and kind is not None:
        return None
    cell = replace(cell, parts=cell.parts | {"a": count.partition(".")[0]})
    doubt = None if is_share(cell, size) else "taken for n (%)"
    return Expression(_COUNTED["count_percent"].format(**cell.parts), "count_percent", doubt)


def _has_slipped(cell: Cell, size: int | None) -> bool:
    """Whether a number that is none of patients would be, with its percentage, with the decimal
    point one or two digits further on."""
    count, percent = (cell.parts[name].replace(",", "") for name in "ab")
    moved = [f"{float(count) * by:.0f}" for by in (10, 100) if not round(float(count) * by, 6) % 1]
    slips = "." in count and bool(float(count) % 1) and "." in percent and size
    return bool(slips) and any(is_share_of(one, percent, int(size or 0)) for one in moved)


def _spread_range(
    cell: Cell, kind: str | None, size: int | None, usual: set[str]
) -> Expression | None:
    """A mean with its spread, and the interval or the range of it."""
    first = _pair(cell, kind or "mean", size, usual | {"mean_sd"})
    c, d = (cell.parts[name].replace(",", "") for name in "cd")
    if first is None or not first.kind.startswith("mean"):
        return None
    more = f" (95% CI {c} to {d})" if "ci" in usual else f", range {c} to {d}"
    return replace(first, printed=first.printed + more)


def _spread_median(
    cell: Cell, kind: str | None, size: int | None, usual: set[str]
) -> Expression | None:
    """A mean with its spread, and the median and range of the same, of which a ledger has no form
    with the median."""
    found = _spread_range(cell, kind, size, usual - {"ci"})
    doubt = f"its median, {cell.parts['e']}, is left out"
    return found and replace(found, doubt="; ".join(filter(None, (found.doubt, doubt))))


def _ranged_range(
    cell: Cell, kind: str | None, size: int | None, usual: set[str]
) -> Expression | None:
    """A median with its quartiles and its range."""
    a, b, c, d, e = (cell.parts[name].replace(",", "") for name in "abcde")
    if kind not in (None, "median", "median_iqr"):
        return None
    printed = f"median (IQR) {a} ({b} to {c}), range {d} to {e}"
    return Expression(printed, "median_iqr", None if kind else "taken for median (IQR) and range")


def _ranged_width(
    cell: Cell, kind: str | None, size: int | None, usual: set[str]
) -> Expression | None:
    """A median with its range and the width between its quartiles, in rows below each other; or
    what a range says, with its p."""
    a, b, c = (cell.parts[name].replace(",", "") for name in "abc")
    if cell.form == "ranged_p" and (cell.parts["relation"] or kind == "mean_ci"):
        # "77 (60–90), p = 0.42", of a change within its group.
        found = _ranged(cell, kind, size, usual)
        return found and replace(found, printed=found.printed + _and_p(cell))
    if kind not in ("median", "median_range"):
        return None
    width = cell.parts.get("d") or cell.parts["p"]
    return Expression(f"median {a} (IQR {width}), range {b} to {c}", "median_iqr")


def _pair(cell: Cell, kind: str | None, size: int | None, usual: set[str]) -> Expression | None:
    a, b = cell.parts["a"], cell.parts["b"]
    if kind == "median_iqr":
        return Expression(f"median {a} (IQR {b})", kind)
    if kind == "mean_se":
        return Expression(f"mean {a} (SE {b})", kind)
    if kind == "mean_sd" or (kind == "mean" and "sd" in usual):
        return Expression(f"mean (SD) {a} ({b})", "mean_sd")
    whole = re.sub(r"\.0+$", "", a)
    if kind in ("count_percent", "percent", "count") and _has_slipped(cell, size):
        return share_of_count(a, b)
    if kind in ("count_percent", "percent") and not whole.replace(",", "").isdecimal():
        kind = None
    if kind in ("count_percent", "count", "percent") and whole.replace(",", "").isdecimal():
        if kind == "percent" and "mean_sd" in usual and not is_share(cell, size):
            # "SpO2 (%)" tells a unit.
            return Expression(f"mean (SD) {a} ({b})", "mean_sd", "mean (SD) from the caption")
        doubt = None if kind == "count_percent" or is_share(cell, size) else "taken for n (%)"
        return Expression(f"{whole} ({b}%)", "count_percent", doubt)
    if kind == "percent_count" and cell.whole("b") is not None:
        return Expression(f"{b} ({a}%)", "count_percent")
    if kind not in (None, "mean"):
        return None
    if is_share(cell, size):
        return Expression(f"{a} ({b}%)", "count_percent", "n (%) by its arithmetic")
    if kind is None and {"count_percent", "±"} <= usual and _of_fewer(cell, size):
        # "mean ± SD or n (%)": a number in brackets is no deviation.
        return Expression(f"{a} ({b}%)", "count_percent", "n (%) from the caption")
    if kind is None and "count_percent" in usual and "." in b and of_most(cell, size):
        # Of those with a value; a mean has decimals where its deviation has.
        return Expression(f"{a} ({b}%)", "count_percent", "n (%) from the caption")
    if usual & {"percent_count", "mean_sd", "mean_se"} == {"percent_count"}:
        doubt = "n (%) from the caption"
        return Expression(f"{b} ({a}%)", "count_percent", doubt) if cell.whole("b") else None
    if "mean_se" in usual and "mean_sd" not in usual:
        return Expression(f"mean {a} (SE {b})", "mean_se", "kind from the caption")
    if "mean_sd" in usual or kind == "mean":
        return Expression(f"mean (SD) {a} ({b})", "mean_sd", "mean (SD) from the caption")
    if "count_percent" in usual and cell.whole("a") is not None:
        return Expression(f"{a} ({b}%)", "count_percent", "n (%) from the caption")
    if "." in a and float(a.replace(",", "")) != 0 and "coefficients" not in usual:
        return Expression(f"mean (SD) {a} ({b})", "mean_sd", "taken for mean (SD)")
    return None


def share_of_count(count: str, percent: str, doubt: str | None = None) -> Expression:
    """A count and its percentage; of a number that is no count the percentage alone, in doubt."""
    if "." in count and float(count.replace(",", "")) % 1:
        return Expression(f"{percent}%", "percent", f"its count, {count}, is no whole number")
    return Expression(f"{count} ({percent}%)", "count_percent", doubt)


def is_share(cell: Cell, size: int | None) -> bool:
    """Whether the second number is the percentage that the first one is of the patients."""
    percent = cell.parts.get("b", "")
    if cell.whole("a") is None or not size or percent.startswith("-"):
        return False
    return is_share_of(cell.parts["a"], percent, size)


def is_share_of(count: str, percent: str, size: int, units: float = 1.0) -> bool:
    """Whether a percentage is that of a count of patients, to so many units of its last digit."""
    number, places = float(count.replace(",", "")), len(percent.partition(".")[2])
    share = float(percent.replace(",", ""))
    return number <= size and abs(100 * number / size - share) <= units * 10.0**-places


ROUNDED = 0.5 * (1 + 1e-9)
"""So many units of its last digit a share is off that is rounded."""


def _of_fewer(cell: Cell, size: int | None) -> bool:
    """Whether a pair may be a count and its percentage of some of the patients."""
    count, percent = cell.whole("a"), cell.parts["b"].replace(",", "")
    return count is not None and count <= (size or count) and 0 <= float(percent) <= 100


def of_most(cell: Cell, size: int | None) -> bool:
    """Whether a pair is a count and its percentage of nearly all of the patients."""
    count, percent = cell.whole("a"), float(cell.parts["b"].replace(",", ""))
    if not count or not size or not 0 < percent <= 100:
        return False
    return 0.8 * size <= 100 * count / percent <= size


def _plus_minus(
    cell: Cell, kind: str | None, size: int | None, usual: set[str]
) -> Expression | None:
    a, b = cell.parts["a"], cell.parts["b"]
    # No median has ±: the word is a nerve's, or the row's other numbers'.
    said = (kind if kind != "median" else None) or next(
        (one for one in ("mean_sd", "mean_se") if {one} == usual & {"mean_sd", "mean_se"}), None
    )
    if said == "mean_se":
        return Expression(f"mean {a} (SE {b})", "mean_se")
    if said == "mean_sd":
        return Expression(f"mean (SD) {a} ({b})", "mean_sd")
    if said in (None, "mean"):
        return Expression(f"{a} ± {b}", "mean_sd", NO_SPREAD_SAID)
    return None


def _ranged(cell: Cell, kind: str | None, size: int | None, usual: set[str]) -> Expression | None:
    # A ledger has no thousands in a range: "4,100" could be two numbers.
    a, b, c = (cell.parts[name].replace(",", "") for name in "abc")
    doubt = None
    if kind in (None, "median", "mean"):
        first = (f"{kind}_",) if kind else ("median_", "mean_", "geometric_mean_", "percent_")
        spreads = ("_iqr", "_range", "_ci")
        possible = [one for one in sorted(usual) if one.startswith(first) and one.endswith(spreads)]
        # "Values are mean (95% CI)", and one of others in a further note.
        possible = [one for one in possible if f"usual {one}" in usual] or possible
        if len(possible) != 1:
            return None
        kind, doubt = possible[0], "kind from the caption"
    data = {
        "median_iqr": f"median (IQR) {a} ({b} to {c})",
        "median_range": f"median {a} (range {b} to {c})",
        "median_ci": f"median {a} (95% CI {b} to {c})",
        "geometric_mean_iqr": f"geometric mean {a} (IQR {b} to {c})",
        "geometric_mean_ci": f"geometric mean {a} (95% CI {b} to {c})",
        "range": f"{a} (range {b} to {c})",
        "mean_range": f"mean {a} (range {b} to {c})",
        "mean_ci": f"mean {a} (95% CI {b} to {c})",
        "percent_ci": f"{a}% (95% CI {b} to {c})",
    }.get(kind)
    if kind == "range":
        doubt = NOT_SAID
    return None if data is None else Expression(data, kind, doubt)


def _percent_range(cell: Cell, kind: str | None, size: int | None, usual: set[str]) -> Expression:
    a, b, c = (cell.parts[name] for name in "abc")
    return Expression(f"{a}% (95% CI {b} to {c}){_and_p(cell)}", "percent_ci")


def _percent(cell: Cell, kind: str | None, size: int | None, usual: set[str]) -> Expression:
    beyond = float(cell.parts["a"].replace(",", "")) > 100
    return Expression(
        f"{cell.parts['a']}%", "percent", "a percentage above 100" if beyond else None
    )


def _percent_spread(
    cell: Cell, kind: str | None, size: int | None, usual: set[str]
) -> Expression | None:
    a, b = cell.parts["a"], cell.parts["b"]
    if kind == "mean_sd":
        return Expression(f"mean (SD) {a} ({b})", kind)
    if kind in (None, "percent") and "mean_sd" in usual and cell.whole("b") is None:
        return Expression(f"mean (SD) {a} ({b})", "mean_sd", "mean (SD) from the caption")
    if kind in ("percent_count", "count_percent", "percent", None) and cell.whole("b") is not None:
        return Expression(f"{b} ({a}%)", "count_percent", None if kind else "taken for % (n)")
    return None


def _value(cell: Cell, kind: str | None, size: int | None, usual: set[str]) -> Expression | None:
    a = cell.parts["a"]
    if kind in ("mean", "median", "geometric_mean"):
        return Expression(f"{kind.replace('_', ' ')} {a}", kind)
    if kind == "percent":
        return _percent(cell, kind, size, usual)
    count = cell.whole("a")
    if kind in ("count", "count_percent", "fraction") and count is not None:
        return Expression(a, "count")
    if kind is None and "percentages" in usual and 0 <= float(a.replace(",", "")) <= 100:
        return Expression(f"{a}%", "percent", "a percentage by the caption")
    lone = next((one[5:-1] for one in LONE if one in usual), "") if kind is None else ""
    if lone and ("." in a or f"whole {lone}s" in usual):
        return Expression(f"{lone} {a}", lone, "kind from the caption or a mean difference")
    if kind is None and count is not None and "counts" in usual:
        return Expression(a, "count", "a count by the caption")
    if (
        kind is None
        and "uncounted" not in usual
        and count is not None
        and (size is not None and count <= size)
    ):
        return Expression(a, "count", "taken for a count")
    if kind in _AVERAGED and "." in a and not usual & {*_OF_SHARES}:
        average = kind.rpartition("_")[0]
        return Expression(f"{average} {a}", average, "taken for the first of two that are named")
    if kind in (None, "count", "count_percent") or kind in _AVERAGED:
        return Expression(a, "value", NOT_SAID)
    return None


LONE = ("lone means", "lone medians")
"""What a caption says of numbers alone: with decimals, and of whole ones where no number of
patients is told."""
# A number alone below a head of two is the first of them.
_AVERAGED = ("mean_sd", "mean_se", "mean_ci", "median_iqr", "median_range", "median_ci")


_BY_FORM = {
    "fraction_percent": _fraction,
    "percent_fraction": _fraction,
    "fraction": _fraction,
    "share": _share,
    "decimal_percent": _decimal_percent,
    "spread_range": _spread_range,
    "spread_median": _spread_median,
    "spread_size": _pair,
    "ranged_range": _ranged_range,
    "pair": _pair,
    "plus_minus": _plus_minus,
    "ranged": _ranged,
    "ranged_p": _ranged_width,
    "ranged_width": _ranged_width,
    "percent_range": _percent_range,
    "percent": _percent,
    "percent_spread": _percent_spread,
    "value": _value,
}


def unsaid_range(cell: Cell) -> Expression | None:
    """A number and two in brackets behind it, of which nothing says what they are."""
    if cell.form != "ranged" or re.search("[A-Za-z∞]", cell.parts["c"]):
        return None
    a, b, c = (cell.parts[name].replace(",", "") for name in "abc")
    return Expression(f"{a} ({b} to {c})", "value", NOT_SAID)
