"""Results as analysis results data: a row a statistic, in the columns of R's package cards.

`group<n>`, `group<n>_level`, `variable`, `variable_level`, `context`, `stat_name`, `stat_label`,
`stat`, `stat_fmt`, `fmt_fun`, `warning`, `error`, then columns of trialtrace's own. Levels and
statistics are list columns there, so each stands in a list. An interval is the rows `conf.low`,
`conf.high` and `conf.level`, the number of subjects is `N`, as cards has them.
"""

from collections.abc import Iterable, Iterator

from trialtrace.run.disclosure.release import Released
from trialtrace.run.tables.contracts.rows import ResultRow

Cell = str | bool | list[str] | list[float] | None
# Columns, and the level or levels in each.
Groups = list[tuple[str, list[str]]]
LEVELS = ("level", "category")
BESIDE = {
    "ci_low": ("conf.low", "lower limit of the interval"),
    "ci_high": ("conf.high", "upper limit of the interval"),
    "ci_level": ("conf.level", "level of the interval"),
    "n_used": ("N", "subjects or records that entered"),
    "denominator": ("denominator", "denominator"),
}


def groups_of(row: ResultRow) -> Groups:
    """What a result is of: column and level; of a comparison both arms, the treated one first."""
    groups: Groups = []
    if row["comparison"]:
        groups.append(("TRT01P", [row["comparison"], row["reference"] or ""]))
    elif row["group1_level"]:
        groups.append((row["group1"] or "TRT01P", [row["group1_level"]]))
    if row["stratum"]:
        name, _, level = row["stratum"].partition("=")
        groups.append((name, [level]))
    if row["visit"]:
        groups.append(("AVISIT", [row["visit"]]))
    if row["group2"] and row["group2_level"] and row["group2"] not in LEVELS:
        groups.append((row["group2"], [row["group2_level"]]))
    return groups


def ard(results: Iterable[Released]) -> list[dict[str, Cell]]:
    """The rows, all with the same columns."""
    told = [(result, groups_of(result.row)) for result in results]
    most = max((len(groups) for _, groups in told), default=0)
    return [line for each, groups in told for line in _lines(each, groups, most)]


def _lines(released: Released, groups: Groups, most: int) -> Iterator[dict[str, Cell]]:
    row = released.row
    place: dict[str, Cell] = {}
    for number in range(1, most + 1):
        place |= {f"group{number}": None, f"group{number}_level": None}
    for number, (name, levels) in enumerate(groups, start=1):
        place |= {f"group{number}": name, f"group{number}_level": levels}
    level = row["group2_level"] if row["group2"] in LEVELS else None
    place["variable"] = row["parameter"] or row["analysis_id"]
    place["variable_level"] = None if level is None else [level]
    place["context"] = f"{row['analysis_id']}/{row['method']}"
    own: dict[str, Cell] = {
        "warning": row["warning"],
        "error": row["error"],
        "analysis_id": row["analysis_id"],
        "population": row["population"],
        "result_id": row["result_id"],
        "suppressed": released.reason or None,
        "synthetic": row["synthetic"],
    }
    value = row["stat_value"]
    yield {
        **place,
        "stat_name": row["stat_name"],
        "stat_label": row["stat_label"],
        "stat": None if value is None else [value],
        "stat_fmt": row["stat_text"],
        "fmt_fun": None,
        **own,
    }
    for column, value in numbers_of(row).items():
        if value is not None and column in BESIDE:
            name, label = BESIDE[column]
            beside: dict[str, Cell] = {"stat_name": name, "stat_label": label, "stat": [value]}
            yield {**place, **beside, "stat_fmt": None, "fmt_fun": None, **own}


def numbers_of(row: ResultRow) -> dict[str, float | None]:
    """The numbers of a result by their columns: its value, and what stands beside it."""
    return {
        "stat_value": row["stat_value"],
        "ci_low": row["ci_low"],
        "ci_high": row["ci_high"],
        "ci_level": row["ci_level"],
        "n_used": row["n_used"],
        "denominator": row["denominator"],
    }
