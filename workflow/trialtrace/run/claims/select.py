"""Finds the one result that a claim names by the keys of `is`."""

import difflib
from collections.abc import Iterable
from typing import Any, TypeAlias

from trialtrace.base.errors import Problem, UserError, did_you_mean
from trialtrace.base.words import OF_P_VALUES, SYMBOLS
from trialtrace.run.tables.contracts.rows import ResultRow, values_of

# The keys of `is` in a claim, as its schema lets them be written.
Selects: TypeAlias = dict[str, Any]

ALL = "all"
# Key of a claim -> column of results, for keys that compare as they stand.
PLAIN_KEYS = ("visit", "stratum", "parameter")
SECOND_KEYS = ("level", "time", "effect", "category", "contrast", "term")
SHOWN = 6
EMPTY = "The data have no value there."


def rows_of(results: list[ResultRow], selects: Selects, place: str) -> list[ResultRow]:
    """The results that meet every key but `stat`. Raises UserError for an unknown analysis."""
    mine = [row for row in results if row["analysis_id"] == selects["analysis"]]
    if not mine:
        names = list(dict.fromkeys(row["analysis_id"] for row in results))
        raise UserError(
            Problem(
                f"{place}.is.analysis",
                found=repr(selects["analysis"]),
                expected=f"an analysis with results: {', '.join(names)}",
                do=did_you_mean(str(selects["analysis"]), names),
            )
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


def _several(found: list[ResultRow], stat: str, place: str) -> Problem:
    return Problem(
        f"{place}.is",
        f"{len(found)} results meet this",
        found=_listed(row["result_id"] for row in found),
        expected=f"one result for {stat}",
        do="add what tells them apart: stat with its method, compare, group, visit, stratum, "
        "parameter, level, time, effect, category, contrast or term",
    )


def _none(results: list[ResultRow], selects: Selects, stats: list[str], place: str) -> Problem:
    """Nearest results: those of the same analysis whose identifiers look most like the keys."""
    ids = [row["result_id"] for row in results if row["analysis_id"] == selects["analysis"]]
    trial = ids[0].split("/")[0]
    pair = selects.get("compare")
    who = f"{pair['of']}-{pair['to']}" if pair else selects.get("group", "")
    wanted = f"{trial}/{selects['analysis']}/{stats[0]}@{who}"
    for key in (*PLAIN_KEYS, *SECOND_KEYS):
        if key in selects:
            wanted += f";{key}={selects[key]}"
    near = difflib.get_close_matches(wanted, ids, n=SHOWN, cutoff=0.0)
    return Problem(
        f"{place}.is",
        "no result meets this",
        found=", ".join(f"{key}: {value}" for key, value in selects.items()),
        expected=f"one of the results of this analysis; nearest are {_listed(near)}",
        do="run `trialtrace results` for this trial to see them all",
    )


def _listed(ids: Iterable[str]) -> str:
    names = list(ids)
    shown = "; ".join(names[:SHOWN])
    return shown if len(names) <= SHOWN else f"{shown}; … ({len(names)} in all)"
