"""Tables of an analysis of several endpoints: a row an endpoint, arms or comparisons across."""

from collections.abc import Callable, Iterator
from functools import partial

from trialtrace.base.words import LABELS, POINTS, percent, upper_first
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.anova import anova_tables, f_tests, told_ids
from trialtrace.report.sections.decisions import beside_adjusted
from trialtrace.report.sections.endpoints_section import scale_words
from trialtrace.report.sections.models import not_for_baseline
from trialtrace.report.tables import (
    NO_BREAK,
    OF_A_TEST,
    arm_text,
    captioned,
    level_of,
    link,
    median_links,
    of_needed,
    pair_text,
    pipe_table,
    short_text,
    with_level,
    with_sign,
)
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trial.plan.references import ADJUSTMENTS, adjustment_of, method_of

Line = tuple[str, str]
# Counts of patients whom an event met in time.
OF_TIME = ("events.count", "patients.recurrent")
# A longer table is cut by visit, so that a reader can find the row.
MOST_LINES = 36


def compact_tables(material: Material, name: str) -> str:
    """What an analysis says of its arms, of its comparisons, and of all arms together."""
    rows = material.shown(name)
    label = material.trial.plan.analyses[name].label
    arms = [row for row in rows if row["group1_level"] is not None and row["group2"] != "effect"]
    effects = [row for row in rows if row["group2"] == "effect" and not row["comparison"]]
    compared = [row for row in rows if row["comparison"] is not None]
    taken = {id(row) for row in (*arms, *effects, *compared)}
    others = [row for row in rows if id(row) not in taken]
    tables: list[str] = []
    for method, chosen in _by_description(arms).items():
        caption = f"{label}: {of_whom(chosen)}" + (f", {_title(method)}" if method else "")
        slug = f"{name}-arms" + (f"-{method}" if method else "")
        sole = _sole(material, chosen)
        caption += f", {LABELS[sole]}" if sole and not method else ""
        tables += _grid(material, chosen, slug, caption, arm_text, _alone if sole else of_arm)
    for method, chosen in _by_estimate(compared).items():
        caption = f"{label}: comparisons" + (f", {_title(method)}" if method else "")
        caption += _tests_words(chosen, method)
        slug = f"{name}-{method or 'tests'}"
        cell = partial(_estimated, _tests(chosen))
        tables += _grid(material, chosen, slug, caption, pair_text, cell)
    tables += anova_tables(material, name)
    told = told_ids(f_tests(material, name))
    effects = [row for row in effects if row["result_id"] not in told]
    caption = f"{label}: effects{_tests_words(effects)}"
    tables += _grid(material, effects, f"{name}-effects", caption, _effect, _tested)
    tables += _grid(material, others, f"{name}-all", f"{label}: all arms together", _method, _plain)
    return "\n".join(tables)


def _sole(material: Material, rows: list[ResultRow]) -> str:
    """The statistic of a table of which each cell has one number, all of one kind: its name stands
    in the caption; else ""."""
    places = {(*_line(material, row), arm_text(material, row)) for row in rows}
    stats = {row["stat_name"] for row in rows}
    return stats.pop() if len(stats) == 1 and len(places) == len(rows) else ""


def _alone(rows: list[ResultRow]) -> str:
    return link(rows[0]) if rows else ""


def _grid(
    material: Material,
    rows: list[ResultRow],
    label: str,
    caption: str,
    column_of: Callable[[Material, ResultRow], str],
    cell_of: Callable[[list[ResultRow]], str],
) -> Iterator[str]:
    """Tables with a line an endpoint, visit and stratum; one a visit where they are too many."""
    cells: dict[Line, dict[str, list[ResultRow]]] = {}
    for row in rows:
        line = cells.setdefault(_line(material, row), {})
        line.setdefault(column_of(material, row), []).append(row)
    if not cells:
        return
    columns = list(dict.fromkeys(column for line in cells.values() for column in line))
    level = level_of(rows)
    inside = [] if level is None else [f"{100 * level:g} % confidence intervals"]
    inside += ["quartiles after medians"] * any(row["stat_name"] == "q1" for row in rows)
    brackets = f" (in brackets {', '.join(inside)})" if len(inside) > 1 else ""
    brackets = brackets or "".join(f" ({each} in brackets)" for each in inside)
    groups = _groups(list(cells))
    for number, (visit, lines) in enumerate(groups, start=1):
        parts = [
            (
                (_with_scale(material, line, cells[line]), line[1]),
                [cell_of(cells[line].get(column, [])) for column in columns],
            )
            for line in lines
        ]
        table = _table(parts, columns, visit is None)
        at = f", {visit}" if visit else ""
        slug = label + (f"-{number}" if len(groups) > 1 else "")
        text = f"{caption}{at}{brackets}.{of_needed(rows)}{beside_adjusted(material, rows)}"
        text += not_for_baseline(material, {r["analysis_id"] for r in rows if r["comparison"]})
        yield captioned(material, table, slug.replace("_", "-").replace(".", "-"), text)


def _groups(lines: list[Line]) -> list[tuple[str | None, list[Line]]]:
    """All lines as one table, or a table for each visit and stratum; one is told in the caption."""
    cuts = list(dict.fromkeys(cut for _, cut in lines))
    if len(cuts) == 1:
        return [(cuts[0], lines)]
    if len(lines) <= MOST_LINES:
        return [(None, lines)]
    return [(cut, [line for line in lines if line[1] == cut]) for cut in cuts]


def _table(parts: list[tuple[Line, list[str]]], columns: list[str], with_cut: bool) -> str:
    cut = with_cut and any(line[1] for line, _ in parts)
    header = ["Endpoint", *(["Visit"] if cut else []), *map(escape_markdown, columns)]
    body, before = [], None
    for (endpoint, visit), cells in parts:
        shown = escape_markdown(endpoint if endpoint != before else "")
        body.append([shown, *([escape_markdown(visit)] if cut else []), *cells])
        before = endpoint
    return pipe_table(header, body, numbers_from=99)


def _line(material: Material, row: ResultRow) -> Line:
    endpoint = (material.parameter_words(row) or [row["parameter"] or ""])[0]
    stratum = [material.stratum_words(row["stratum"])] if row["stratum"] else []
    return endpoint, ", ".join([*stratum, *([row["visit"]] if row["visit"] else [])])


def _with_scale(material: Material, line: Line, cells: dict[str, list[ResultRow]]) -> str:
    """The endpoint with the unit of its values, their range and which of them are better."""
    every = [row for rows in cells.values() for row in rows]
    units = [row["unit"] for row in every if row["unit"]][:1]
    scale = scale_words(material.trial.endpoints.get(every[0]["parameter"] or ""))
    return "; ".join(filter(None, [", ".join([line[0], *units]), scale]))


def of_whom(rows: list[ResultRow]) -> str:
    """What descriptions are by; those of a patient as a whole are of all patients alone."""
    return "all patients" if {row["group1_level"] for row in rows} == {ALL} else "by arm"


def _by_description(rows: list[ResultRow]) -> dict[str, list[ResultRow]]:
    """Rows by arm: a statistic that comes by several methods has a table for each further one."""
    first: dict[str, str] = {}
    result_rows: dict[str, list[ResultRow]] = {}
    for row in rows:
        own = first.setdefault(row["stat_name"], row["method"])
        further = own != row["method"] and row["stat_name"] != "count"
        result_rows.setdefault(row["method"] if further else "", []).append(row)
    return result_rows


def _tests(rows: list[ResultRow]) -> list[str]:
    """The tests and adjustments of a table's p-values, in their order."""
    return list(dict.fromkeys(row["method"] for row in rows if _of_p(row)))


def _of_p(row: ResultRow) -> bool:
    return row["stat_name"] in ("p_value", "p_adjusted")


def _tests_words(rows: list[ResultRow], method: str = "") -> str:
    """What the p-values of a table are, in their order in a cell; not if of the table's method."""
    words: dict[str, list[str]] = {"p_value": [], "p_adjusted": []}
    for option in _tests(rows):
        stat, short = option.split(".", 1)
        adjust = adjustment_of(short) if stat == "p_adjusted" else None
        words[stat].append(ADJUSTMENTS[adjust].title if adjust else method_of(option).title)
    if method and words == {"p_value": [method_of(method).title], "p_adjusted": []}:
        return ""
    return "".join(
        f"; {LABELS[stat]}: {', '.join(dict.fromkeys(titles))}"
        for stat, titles in words.items()
        if titles
    )


def _by_estimate(rows: list[ResultRow]) -> dict[str, list[ResultRow]]:
    """Rows by the estimate that they belong to; tests stand with the first."""
    estimates = list(dict.fromkeys(row["method"] for row in rows if row["ci_level"] is not None))
    known = {row["method"] for row in rows if row["stat_name"] in _names(estimates)}
    result_rows: dict[str, list[ResultRow]] = {
        method: [] for method in sorted(known, key=_order(rows))
    }
    first = next(iter(result_rows), "")
    # What goes with an estimate, its missing information or a verdict on it, has its short name.
    short = {method.partition(".")[2]: method for method in reversed(result_rows)}
    for row in rows:
        own = row["method"] if row["method"] in result_rows else ""
        own = own or short.get(row["method"].partition(".")[2], first)
        result_rows.setdefault(own, []).append(row)
    return result_rows


def _names(methods: list[str]) -> set[str]:
    return {method.split(".", 1)[0] for method in methods}


def _order(rows: list[ResultRow]) -> Callable[[str], int]:
    places = {method: at for at, method in reversed(list(enumerate(r["method"] for r in rows)))}
    return places.__getitem__


def _title(method: str) -> str:
    stat = method.split(".", 1)[0]
    unit = ", percentage points" if stat in POINTS else ""
    return f"{LABELS[stat]}{unit} ({method_of(method).title})"


def _effect(material: Material, row: ResultRow) -> str:
    return present(row["group2_level"])


def _method(material: Material, row: ResultRow) -> str:
    return upper_first(method_of(row["method"]).title)


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


def _estimated(tests: list[str], rows: list[ResultRow]) -> str:
    """ "1.20 (0.40 to 2.00), p = 0.004, adjusted p = 0.01": estimates, then p-values.

    The caption names the tests; a cell that lacks one of them, or has several, names its own.
    """
    values = [row for row in rows if row["stat_name"] not in OF_A_TEST]
    parts = [_value(row) for row in values if not row["stat_name"].startswith("p_")]
    lacking = [row["method"] for row in values if _of_p(row)] != tests
    stats = [row["stat_name"] for row in values]
    texts: dict[str, list[str]] = {}
    for row in values:
        if row["stat_name"].startswith("p_"):
            # Several p-values of a cell are told apart by their tests.
            named = lacking or stats.count(row["stat_name"]) > 1
            how = f" ({escape_markdown(method_of(row['method']).title)})" if named else ""
            label = escape_markdown(LABELS[row["stat_name"]].replace("p, ", "p "))
            shown = link(row) if label in texts else with_sign(row)
            texts.setdefault(label, []).append(shown + how)
    parts += [f"{p}{NO_BREAK}{' and '.join(each)}" for p, each in texts.items()]
    return ", ".join(parts)


def _value(row: ResultRow) -> str:
    """An estimate as it stands; what is none with its name."""
    if row["ci_level"] is not None or row["error"] or row["stat_name"] == "verdict":
        return link(row)
    return f"{escape_markdown(LABELS[row['stat_name']])} {link(row)}"


def _tested(rows: list[ResultRow]) -> str:
    """ "F 4.04 (1.95, 451.32), p = 0.019, adjusted p = 0.04"."""
    by = {row["stat_name"]: row for row in rows}
    parts = []
    if "f" in by:
        df = [link(by[key]) for key in ("df1", "df2") if key in by]
        parts.append(f"F{NO_BREAK}{link(by['f'])} ({', '.join(df)})")
    shown = {"p_value": "p", "p_adjusted": "adjusted p"}
    parts += [f"{name}{NO_BREAK}{with_sign(by[key])}" for key, name in shown.items() if key in by]
    return ", ".join(parts)


def _plain(rows: list[ResultRow]) -> str:
    parts = [row for row in rows if row["stat_name"] not in OF_A_TEST]
    return ", ".join(f"{escape_markdown(LABELS[row['stat_name']])} {link(row)}" for row in parts)
