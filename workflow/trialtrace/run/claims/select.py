"""Finds the one result that a claim names by the keys of `is`."""

import difflib
from collections.abc import Iterable, Mapping
from typing import Any, TypeAlias

from trialtrace.audit.printed.expression import Component
from trialtrace.audit.printed.symbols import CHI_SQUARED, STANDARDISED
from trialtrace.base.errors import Problem, UserError, did_you_mean, one_of
from trialtrace.base.words import COUNTS, OF_P_VALUES, P_VALUES, SYMBOLS
from trialtrace.run.tables.contracts.rows import ResultRow, values_of

# The statistic of the results that each component of an expression is held against.
#
# A spread, a quartile, a test statistic or an effect size beside the number that a claim names has
# a statistic of its own: it is never held against that number.

EVENTS = ("count.events", "count.descriptive", "events.count")
SUMMARIES = {
    "sd": "sd",
    "quartile_low": "q1",
    "quartile_high": "q3",
    "least": "minimum",
    "most": "maximum",
    "person_time": "person_time",
}
EFFECTS = ("partial_eta_squared", "generalised_eta_squared")
ESTIMATED = ("value", "percent", "ci_low", "ci_high", "at_least", "at_most", "se")


def statistics_of(
    component: Component, parts: Mapping[str, Component], selects: Mapping[str, str], place: str
) -> list[str]:
    """The statistics of which the first that has a result is that of a component.

    Raises UserError where the claim's `stat` cannot be the number's.
    """
    stat, name = selects.get("stat"), component.name
    kind, _, method = (stat or "").partition(".")
    if name == "p" and kind == "coefficient":
        return [f"p_coefficient.{method}"]
    if name == "p":
        named = [f"p_value.{method}"] if method else []
        return [stat] if stat and kind in P_VALUES else [*named, "p_value"]
    if name in ("count", "denominator"):
        return [str(stat)] if kind in COUNTS else list(EVENTS)
    if name in SUMMARIES:
        return [SUMMARIES[name]]
    if name == "statistic":
        return [_test_statistic(component, kind, method)]
    if name in ("df1", "df2") and stat is not None:
        names = [name, "df"] if name == "df1" else [name]
        return [".".join(filter(None, [each, method])) for each in names]
    if name == "effect" and kind not in EFFECTS:
        return [".".join(filter(None, ["partial_eta_squared", method]))]
    if name in ESTIMATED and kind in P_VALUES and "p" in parts:
        found = f"{stat}, for the printed {component.text!r}"
        expected = "the statistic of that number, whose p is then looked for beside it"
        raise UserError(f"{place}.is.stat", found=found, expected=expected)
    if name == "percent":
        return ["proportion"] if stat is None or kind in COUNTS else [stat]
    if stat is not None:
        return [stat]
    whole = component.places == 0 and component.unit is None
    if name == "value" and "group" in selects and whole:
        return list(EVENTS)
    if name in ("ci_low", "ci_high") and "group" in selects:
        return ["proportion"]
    found = f"no stat, for the printed {component.text!r}"
    expected = "the statistic that recomputes it, such as stat: risk_ratio.katz_log"
    raise UserError(f"{place}.is", found=found, expected=expected)


def _test_statistic(component: Component, kind: str, method: str) -> str:
    """The result of a printed letter, by the method that the claim names."""
    letter = (component.symbol or "").lower()
    symbol = "chi_squared" if component.symbol == CHI_SQUARED else letter
    named = kind if kind in SYMBOLS and (symbol == kind or symbol not in SYMBOLS) else symbol
    return ".".join(filter(None, [named, method]))


def without_result(component: Component, selects: Mapping[str, str]) -> str | None:
    """Why no result of a plan is what a component is; None where one may be."""
    if component.name != "effect" or (selects.get("stat") or "").partition(".")[0] in EFFECTS:
        return None
    if component.symbol == STANDARDISED:
        return "a standardised difference is no result of the plan"
    if component.symbol != "partial":
        return "an η² that is not called partial is no result of the plan"
    return None


# The keys of `is` in a claim, as its schema lets them be written.
Selects: TypeAlias = dict[str, Any]

ALL = "all"
# Key of a claim -> column of results, for keys that compare as they stand.
PLAIN_KEYS = ("population", "visit", "stratum", "parameter")
SECOND_KEYS = ("level", "time", "effect", "category", "contrast", "term")
# Analyses whose statistics have one method each, which no claim names.
DISPLAYED = ("baseline", "flow", "adverse_events")
SHOWN = 6
EMPTY = "The data have no value there."


def rows_of(results: list[ResultRow], selects: Selects, place: str) -> list[ResultRow]:
    """The results that meet every key but `stat`. Raises UserError for an unknown analysis."""
    mine = [row for row in results if row["analysis_id"] == selects["analysis"]]
    if not mine:
        names = list(dict.fromkeys(row["analysis_id"] for row in results))
        raise UserError(
            f"{place}.is.analysis",
            found=repr(selects["analysis"]),
            expected=f"an analysis with results: {', '.join(names)}",
            do=did_you_mean(str(selects["analysis"]), names),
        )
    return [row for row in mine if _meets(row, selects)]


def _meets(row: ResultRow, selects: Selects) -> bool:
    keys = [key for key in PLAIN_KEYS if key in selects]
    return (
        _who(row, selects)
        and values_of(row, keys) == tuple(str(selects[key]) for key in keys)
        and all(
            row["group2"] == key and row["group2_level"] == str(selects[key])
            for key in SECOND_KEYS
            if key in selects
        )
    )


def _who(row: ResultRow, selects: Selects) -> bool:
    pair = selects.get("compare")
    if pair is not None:
        return (row["comparison"], row["reference"]) == (pair["of"], pair["to"])
    group = selects.get("group")
    if group is None:
        return row["group1_level"] is None
    if group == ALL and row["group1_level"] is None:
        return row["comparison"] is None
    return row["group1_level"] == group


def is_stat(row: ResultRow, stat: str) -> bool:
    """Whether a row is the statistic "stat" or "stat.method"."""
    return stat in (row["stat_name"], row["method"])


def one(results: list[ResultRow], selects: Selects, stats: Iterable[str], place: str) -> ResultRow:
    """The one result of the first of `stats` that has any. Raises UserError for none or several."""
    rows = rows_of(results, selects, place)
    for stat in stats:
        found = [row for row in rows if is_stat(row, stat)]
        if len(found) == 1:
            return found[0]
        if found:
            raise UserError(_several(found, stat, place))
    if (nothing := _without_result(rows, list(stats))) is not None:
        return nothing
    raise UserError(_none(results, selects, list(stats), place))


def _without_result(rows: list[ResultRow], stats: list[str]) -> ResultRow | None:
    """Where the data gave none of `stats`: a result of the same place that says why.

    A group without a value has a count of 0 and no summary; a test without an answer has a p-value
    with the reason, and no statistic.
    """
    for row in rows:
        if row["stat_name"] == "count" and row["stat_value"] == 0:
            return row | {"stat_value": None, "error": EMPTY}
    names = {stat.partition(".")[0] for stat in stats}
    for row in rows if names & (SYMBOLS | OF_P_VALUES) else ():
        if row["error"] and row["stat_name"] == "p_value":
            return row
    return None


def _several(result_rows: list[ResultRow], stat: str, place: str) -> Problem:
    """What tells results apart is named, with its values, else in general."""
    written = [as_written(row) for row in result_rows]
    apart = {
        key: list(dict.fromkeys(str(one[key]) for one in written))
        for key in (*PLAIN_KEYS, *SECOND_KEYS, "group", "compare", "stat")
        if all(key in one for one in written)
        and any(one[key] != written[0][key] for one in written)
    }
    return Problem(
        f"{place}.is",
        f"{len(result_rows)} results meet this",
        found=_listed(row["result_id"] for row in result_rows),
        expected=f"one result for {stat}",
        do="add " + ", and ".join(f"{key}: one of {one_of(names)}" for key, names in apart.items())
        if apart
        else "add what tells them apart: stat with its method, group or compare",
    )


def _none(results: list[ResultRow], selects: Selects, stats: list[str], place: str) -> Problem:
    """Nearest results: those of the same analysis whose identifiers look most like the keys."""
    mine = {row["result_id"]: row for row in results if row["analysis_id"] == selects["analysis"]}
    trial = next(iter(mine)).split("/")[0]
    pair = selects.get("compare")
    who = f"{pair['of']}-{pair['to']}" if pair else selects.get("group", "")
    wanted = f"{trial}/{selects['analysis']}/{stats[0]}@{who}"
    for key in (*PLAIN_KEYS, *SECOND_KEYS):
        if key in selects:
            wanted += f";{key}={selects[key]}"
    near = difflib.get_close_matches(wanted, mine, n=SHOWN, cutoff=0.0)
    meant = next(
        (mine[one] for one in near if any(is_stat(mine[one], stat) for stat in stats)), None
    )
    todo = (
        f"write {{{_as_text(as_written(meant))}}}" if meant else f"the plan asks for no {stats[0]}"
    )
    return Problem(
        f"{place}.is",
        "no result meets this",
        found=_as_text(selects),
        expected=f"one of the results of this analysis; nearest are {_listed(near)}",
        do=f"{todo}; trialtrace results {trial} --planned lists all",
    )


def as_written(row: ResultRow) -> Selects:
    """The keys of `is` that select a result."""
    counted = row["analysis_id"] in DISPLAYED
    stat = row["stat_name"] if counted else row["method"]
    written: Selects = {"analysis": row["analysis_id"], "stat": stat}
    if row["comparison"] is not None:
        written["compare"] = f"{{of: {row['comparison']}, to: {row['reference']}}}"
    elif row["group1_level"] is not None:
        written["group"] = row["group1_level"]
    # Only where an analysis lists several does the identifier of a result name which it is of.
    for key, value in zip(PLAIN_KEYS, values_of(row, PLAIN_KEYS), strict=True):
        listed = key not in ("parameter", "population") or f";{key}={value}" in row["result_id"]
        if value is not None and listed:
            written[key] = value
    if row["group2"] is not None:
        written[row["group2"]] = row["group2_level"]
    return written


def _as_text(selects: Selects) -> str:
    return ", ".join(f"{key}: {value}" for key, value in selects.items())


def _listed(ids: Iterable[str]) -> str:
    names = list(ids)
    text = "; ".join(names[:SHOWN])
    return text if len(names) <= SHOWN else f"{text}; … ({len(names)} in all)"
