"""What a sentence says of one arm: patients with the event, share, mean, median, each as a link."""

from collections.abc import Callable

from trialtrace.base.words import LABELS, percent
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.tables import (
    NO_BREAK,
    link,
    median_links,
    short_text,
    with_level,
)
from trialtrace.run.tables.contracts.rows import ResultRow, present

# Counts of patients whom an event met in time.
OF_TIME = ("events.count", "patients.recurrent")


def whole_of(row: ResultRow) -> int:
    """Of how many a count is; of events in intervals, of the patients who are at risk."""
    return row["denominator"] or row["n_used"] or 0


def of_whole(row: ResultRow) -> str:
    """ "4/10 (40.0 %)": patients of how many; of a time, which who was censored leaves sooner, and
    of nobody without their share."""
    n = whole_of(row)
    share = n and row["method"] not in OF_TIME and f"{NO_BREAK}({_percent_of(row)})"
    return link(row, f"{short_text(row)}/{n}{share or ''}")


def _percent_of(count: ResultRow) -> str:
    return f"{percent(present(count['stat_value']) / whole_of(count))}{NO_BREAK}%"


def counted(rows: list[ResultRow]) -> ResultRow | None:
    """The count of patients with the event among what describes an arm."""
    counts = ("count.events", *OF_TIME)
    return next((row for row in rows if row["method"] in counts), None)


def of_arm_in_words(rows: list[ResultRow]) -> str:
    """The same for a sentence, in which intervals say their level."""
    return of_arm(rows, with_level)


def of_arm(rows: list[ResultRow], words: Callable[[ResultRow], str] = link) -> str:
    """ "12 of 40, 30.0 %", "4.51 (4.10 to 4.92), SD 1.20, n 40", or each by its name; `words`
    write what has an interval."""
    parts = [_in_category(level, rows) for level in _categories(rows)]
    if parts:
        whole = next(row["denominator"] for row in rows if row["group2"] == "category")
        parts.append(f"of{NO_BREAK}{whole}")
    by = {row["stat_name"]: row for row in rows if row["group2"] != "category"}
    # Who has events stands before how many events there are, which one patient may have several of.
    of_events = counted(rows)
    key = next((one for one in ("patients", "events", "count") if one in by), "")
    if key in ("patients", "events") or (key and (of_events or "proportion" in by)):
        count = by.pop(key)
        of = f"{count['stat_text']} of {whole_of(count)}".replace(" ", NO_BREAK)
        parts.append(link(count, of))
        if count["method"] == "count.events" and "proportion" not in by and whole_of(count):
            parts.append(_percent_of(count))
    if "proportion" in by:
        parts.append(words(by.pop("proportion")))
    if "mean" in by:
        sd = f", SD{NO_BREAK}{link(by.pop('sd'))}" if "sd" in by else ""
        parts.append(words(by.pop("mean")) + sd)
    if "median" in by:
        quartiles = [by.pop(quartile) for quartile in ("q1", "q3") if quartile in by]
        parts.append(f"median {median_links(by.pop('median'), quartiles)}")
    if "count" in by:
        parts.append(f"n{NO_BREAK}{link(by.pop('count'))}")
    parts += [f"{escape_markdown(LABELS[row['stat_name']])} {words(row)}" for row in by.values()]
    return ", ".join(parts)


def _categories(rows: list[ResultRow]) -> list[str]:
    """The categories that are counted, in the order of the results."""
    categories = (row for row in rows if row["group2"] == "category")
    return list(dict.fromkeys(present(row["group2_level"]) for row in categories))


def _in_category(level: str, rows: list[ResultRow]) -> str:
    """ "progression: 3 (12.0 %)"."""
    by = {row["stat_name"]: row for row in rows if row["group2_level"] == level}
    share = f"{NO_BREAK}({link(by['proportion'])})" if "proportion" in by else ""
    return f"{escape_markdown(level)}:{NO_BREAK}{link(by['count'])}{share}"
