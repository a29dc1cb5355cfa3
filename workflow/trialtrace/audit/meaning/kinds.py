"""Kinds of numbers of tables: which forms of cells each fits, and how a ledger prints it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from trialtrace.audit.locate.cells import Cell, read_cell

FORM_ALONE = ("size", "count", "fraction", "p")
"""Kinds that need no words of the paper: the form of the cell, or its head, says them."""


@dataclass(frozen=True)
class Print:
    """How a cell of one form is printed; `main` is the part that is a count, where one is."""

    template: str
    count: bool = False


_PAIR = ("plus_minus", "pair")
PRINTS: Mapping[str, Mapping[str, Print]] = {
    "size": {"value": Print("{a}")},
    "count": {"value": Print("{a}", True)},
    "count_percent": {
        "count_percent": Print("{a} ({b}%)", True),
        "pair": Print("{a} ({b}%)", True),
        "fraction_percent": Print("{a} of {n} ({b}%)", True),
        "percent_fraction": Print("{a} of {n} ({b}%)", True),
        "fraction": Print("{a} of {n}", True),
        "value": Print("{a}", True),
    },
    "percent": {"percent": Print("{a}%"), "value": Print("{a}%")},
    "fraction": {"fraction": Print("{a} of {n}", True)},
    "mean": {"value": Print("mean {a}")},
    "mean_sd": {one: Print("mean (SD) {a} ({b})") for one in _PAIR},
    "mean_se": {one: Print("mean (SE) {a} ({b})") for one in _PAIR},
    "ls_mean_se": {one: Print("LS mean {a} (SE {b})") for one in _PAIR},
    "mean_ci": {"ranged": Print("mean {a} (95% CI {b} to {c})")},
    "median": {"value": Print("median {a}")},
    "median_iqr": {
        "ranged": Print("median (IQR) {a} ({b} to {c})"),
        "pair": Print("median (IQR) {a} ({b})"),
    },
    "median_range": {"ranged": Print("median (range) {a} ({b} to {c})")},
    "sd": {"value": Print("(SD {a})"), "plus_minus": Print("(SD {b})")},
    "se": {"value": Print("(SE {a})")},
    "ci": {"range": Print("(95% CI {b} to {c})")},
    "estimate": {"value": Print("{measure}{a}"), "percent": Print("{measure}{a}%")},
    "estimate_ci": {
        "ranged": Print("{measure}{a} (95% CI {b} to {c})"),
        "ranged_p": Print("{measure}{a} (95% CI {b} to {c}), P {relation} {p}"),
        "percent_range": Print("{measure}{a}% (95% CI {b} to {c})"),
    },
    "estimate_se": {one: Print("{measure}{a} (SE {b})") for one in _PAIR},
    "p": {
        "p": Print("P {relation} {p}"),
        "bound": Print("P {relation} {a}"),
        "value": Print("P = {a}"),
        "power": Print("P {relation} {p}"),
        "not_significant": Print("P = n.s."),
    },
    "statistic": {"tested": Print("{a} = {b}")},
}
JOINED = ("sd", "se", "ci")
"""Kinds that are part of a number in another cell."""

# Words that say a kind, where they stand in a head, a label, a caption or a note. Abbreviations
# count in capitals only, and what a list of abbreviations explains is no statement.
_EXPLAINED = r"(?!\s*[:=,–-]?\s*\(?(?i:standard|inter-?quartile|confidence))"
_SD = rf"(?:SDs?{_EXPLAINED}|S\.D\.{_EXPLAINED}|(?i:standard[\s-]+deviations?))"
_SE = (
    rf"(?:SEM?s?{_EXPLAINED}|S\.E\.(?:M\.)?{_EXPLAINED}"
    r"|(?i:standard[\s-]+errors?)(?i:\s+of\s+the\s+means?)?)"
)
_JOIN = (
    r"(?:\s\w+){0,2}?(?:\s|±|\+/[-−–]|\+|\(|\[|,|and\b|with\b|\bvalues?\b|\bscores?\b|"
    r"in parenthes[ei]s)*"
)
_MEAN = r"(?:(?i:means?|averages?)|M)"
_LS = r"(?:LSM|(?i:LS|least[\s-]squares?|adjusted)[\s-](?i:means?))"
_QUART = (
    r"(?:IQRs?|(?i:1st\s?[-–to ]+\s?3rd)|(?i:inter[\s-]?quartile(?:\s+ranges?)?|quartiles)|"
    r"Q1|25th|P25|(?i:first quartile))"
)
_IN_BRACKETS = r"(?i:(?:in|within) (?:parenthes[ie]s|brackets))"
_WORDS: tuple[tuple[str, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(pattern))
    for kind, pattern in (
        ("ls_mean_se", rf"{_LS}{_JOIN}{_SE}\b"),
        ("mean_sd", rf"(?<![\w]){_MEAN}{_JOIN}{_SD}(?!\w)"),
        ("mean_se", rf"(?<![\w])(?<!LS )(?<!squares )(?<!adjusted ){_MEAN}{_JOIN}{_SE}(?!\w)"),
        ("mean_ci", rf"(?<![\w]){_MEAN}{_JOIN}(?:9[059]\s?%\s?)?(?:CI|C\.I\.)"),
        ("mean_sd", rf"(?:±\s?|\+/[-−–]\s?|[(\[]±?\s?){_SD}(?!\w)"),
        ("mean_sd", rf"{_SD}[^.;]{{0,20}}{_IN_BRACKETS}"),
        ("mean_se", rf"(?:±\s?|\+/[-−–]\s?|[(\[]±?\s?){_SE}(?!\w)"),
        ("mean_se", rf"{_SE}[^.;]{{0,20}}{_IN_BRACKETS}"),
        ("median_iqr", rf"(?i:medians?)[^.;]{{0,12}}?{_QUART}"),
        ("median_iqr", rf"\(\s?{_QUART}"),
        ("median_range", r"(?i:medians?)[^.;]{0,4}?(?<!interquartile )(?i:\(?\s?(?:min|range))"),
        (
            "count_percent",
            r"(?i:(?<![\w])(?:n|nos?\.?|numbers?|counts?|frequenc(?:y|ies))\s*(?:of \w+\s*)?"
            r"[\[(,]?\s*(?:and )?\(?(?:%|percentages?|per\s?cent))",
        ),
        ("count_percent", r"[(\[]\s?%\s?[)\]]"),
        ("count_percent", rf"(?i:percentages?|%)[^.;]{{0,20}}{_IN_BRACKETS}"),
        ("count_percent", rf"{_IN_BRACKETS}[^.;]{{0,20}}(?i:percentages?)"),
        ("percent", r"^\s?%\s?$|^%\s(?=\w)|,\s?%$|\(%[^)]{1,20}\)|(?i:\bpercentages?\b)"),
        ("median", r"(?i:\bmedians?\b)"),
        ("mean", r"(?i:\bmeans?\b)"),
    )
)


def stated(text: str) -> list[tuple[str, str]]:
    """(kind, the words that say it) of a text, each kind once, in the order of their places."""
    found: dict[str, tuple[int, int, str]] = {}
    for kind, pattern in _WORDS:
        if (match := pattern.search(text)) and kind not in found:
            found[kind] = match.start(), match.end(), match.group().strip()
    # "mean (SD)" holds "(SD)", and "LS mean (SE)" holds "mean (SE)": the longer one speaks.
    kept = [
        (start, kind, words)
        for kind, (start, end, words) in found.items()
        if not any(
            other != kind and begin <= start and end <= stop and stop - begin > end - start
            for other, (begin, stop, _) in found.items()
        )
    ]
    return [(kind, words) for _, kind, words in sorted(kept)]


def unit_alone(words: str) -> bool:
    """Whether words that say a percentage have the sign alone, which may be a unit: "HbA1c, %"."""
    return not re.search(
        r"(?i:\b(?:n|nos?|numbers?|counts?|frequenc(?:y|ies)|percentages?)\b)", words
    )


def fits(kind: str, cell: Cell) -> bool:
    """Whether a cell can hold a number of this kind."""
    how = PRINTS[kind].get(cell.form)
    if how is None:
        return False
    if kind in ("size", "count") or (how.count and cell.form != "fraction_percent"):
        count = cell.whole("a")
        if count is None:
            return False
    if kind == "count_percent" and cell.form == "pair":
        return _share(cell.parts["b"])
    if kind == "percent":
        return _share(cell.parts["a"])
    if kind == "p" and cell.form in ("value", "bound"):
        return _probable(cell.parts["a"])
    return True


def _share(text: str) -> bool:
    number = _number(text)
    return number is not None and 0 <= number <= 100


def _probable(text: str) -> bool:
    number = _number(text)
    return number is not None and -1 < number <= 1


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", ""))
    except ValueError:
        return None


def cell_of(text: str, commas: bool) -> Cell | None:
    """A cell by its form, as `read_cell` has it; a sign before a p or a blank in it is kept."""
    spaced = re.sub(r"(?<=[0-9]) ([.·]) (?=[0-9])", r"\1", text)
    return read_cell(spaced, commas=commas)


MEASURES = {
    "mean_difference": "mean difference ",
    "risk_difference": "risk difference ",
    "risk_ratio": "risk ratio ",
    "odds_ratio": "odds ratio ",
    "hazard_ratio": "hazard ratio ",
    "rate_ratio": "rate ratio ",
}


def printed(kind: str, cell: Cell, measure: str | None, says: str = "") -> str:
    """The expression that a ledger reads, made of the cell's own numbers."""
    parts = dict(cell.parts)
    parts["relation"] = {"": "="}.get(parts.get("relation", ""), parts.get("relation", "="))
    parts["measure"] = MEASURES.get(measure or "", "")
    text = PRINTS[kind][cell.form].template.format_map(parts)
    level = re.search(r"(9[0-9](?:\.[0-9])?|80)\s?%", says)
    if level and level[1] != "95":
        text = text.replace("95% CI", f"{level[1]}% CI")
    return text
