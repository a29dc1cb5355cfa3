"""The tables of an analysis: a line for each statistic of an endpoint, subgroup and visit, a column
for each arm, comparison or effect.

What goes with a number stands in brackets behind it: the SD of a mean, the quartiles of a median,
the statistic of a test.
"""

from collections.abc import Callable, Iterator

from trialtrace.base.words import IN_UNITS, POINTS, SYMBOLS, upper_first
from trialtrace.report.figures.rows_shown import of_levels
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.absolute import period
from trialtrace.report.sections.anova import anova_tables, f_tests, told_ids
from trialtrace.report.sections.decisions import beside_adjusted
from trialtrace.report.sections.endpoints_section import scale_words
from trialtrace.report.sections.event_words import stat_words, without_event
from trialtrace.report.sections.models import not_for_baseline
from trialtrace.report.sections.questions import label_at_look, of_look
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
    slug,
)
from trialtrace.run.tables.contracts.rows import ResultRow, present, values_of
from trialtrace.run.trace.years import parts_in_years, whole_years
from trialtrace.run.trial.plan.references import (
    ADJUSTMENTS,
    TOLD,
    adjustment_of,
    limits_of,
    method_of,
)

# A statistic, and that behind which it stands.
BEHIND = {"sd": "mean", "q1": "median", "q3": "median"} | dict.fromkeys(OF_A_TEST, "p_value")
SHORT = {**OF_A_TEST, "sd": "SD"}
TESTS = {*OF_A_TEST, "p_value"}
GROUPS = ("comparison", "reference", "group1_level", "group2", "group2_level")
PLACE = ("parameter", "visit", "stratum")
EVENTS = ("count.events", "events.count")
LEADS = ("Analysis", "Endpoint", "Visit", "Statistic")
# Each part of the tables, with what its caption says and what tells its columns apart.
PARTS: dict[str, tuple[str, Callable[[Material, ResultRow], str]]] = {
    "arms": ("by arm", arm_text),
    "compared": ("comparisons", pair_text),
    "effects": ("effects", lambda _, row: str(row["group2_level"])),
    "all": ("all arms together", arm_text),
}
VISIT = 2
# The analysis, the endpoint with its scale, the subgroup and visit, the statistic.
Line = tuple[str, str, str, str]


def analysis_tables(material: Material, name: str) -> str:
    """The tables of one analysis: by arm, by comparison, by effect, of all arms at once."""
    analysis = material.trial.plan.analyses[name]
    told = told_ids(f_tests(material, name))
    parts: dict[str, list[ResultRow]] = {part: [] for part in PARTS}
    for one in (*of_look(material, analysis), analysis):
        for row in material.shown(one.name):
            if row["result_id"] not in told:
                parts[_part(row)].append(row)
    tables = {
        part: results_table(material, rows, of, f"{name}-{part}", f"{analysis.label}: {title}")
        for part, (title, of) in PARTS.items()
        if (rows := parts[part])
    }
    anova = "\n".join(anova_tables(material, name))
    ordered = [tables.get("arms"), tables.get("compared"), anova, tables.get("effects")]
    return "\n".join(filter(None, [*ordered, tables.get("all")]))


def pair_or_all(material: Material, row: ResultRow) -> str:
    """The comparison of a result, or that it is of all arms."""
    return pair_text(material, row) if row["comparison"] else arm_text(material, row)


def _part(row: ResultRow) -> str:
    if row["comparison"] is not None:
        return "compared"
    if row["group2"] == "effect":
        return "effects"
    return "all" if row["group1_level"] is None else "arms"


def results_table(
    material: Material,
    rows: list[ResultRow],
    column_of: Callable[[Material, ResultRow], str],
    label: str,
    caption: str,
    most: int | None = None,
) -> str:
    """A table of results of one or more analyses; empty of more than `most` lines. What all its
    lines share stands in the caption."""
    lines, level = _lines(material, rows, column_of), level_of(rows)
    if not lines or (most and len(lines) > most):
        return ""
    columns = list(dict.fromkeys(column_of(material, row) for row in rows))
    leads = [at for at in range(len(LEADS)) if len({line[at] for line in lines}) > 1] or [
        len(LEADS) - 1
    ]
    cut = "Subgroup" if any(row["stratum"] for row in rows) else LEADS[VISIT]
    body, before = [], ""
    for line, cells in lines.items():
        words = [escape_markdown(line[at]) for at in leads]
        again, before = before, words[0]
        words[0] = "" if words[0] == again and len(leads) > 1 else words[0]
        body.append([*words, *(", ".join(cells.get(column, ())) for column in columns)])
    heads = [cut if at == VISIT else LEADS[at] for at in leads]
    table = pipe_table([*heads, *map(escape_markdown, columns)], body, numbers_from=len(leads))
    shared = [text for at, text in enumerate(next(iter(lines))) if at and at not in leads]
    caption += "".join(f", {text}" for text in shared if text)
    if level is not None:
        caption += f" ({100 * level:g} % confidence intervals in brackets)"
    caption += f".{of_needed(rows)}{_scale(material, rows)}{beside_adjusted(material, rows)}"
    of = dict.fromkeys(row["analysis_id"] for row in rows)
    analyses = [material.trial.plan.analyses[name] for name in of]
    if any(row["comparison"] for row in rows) and len(of) == 1:
        caption += not_for_baseline(material, of)
    caption += of_levels(material, analyses) if len(of) > 1 else ""
    return captioned(material, table, slug(label), caption)


def _lines(
    material: Material, rows: list[ResultRow], column_of: Callable[[Material, ResultRow], str]
) -> dict[Line, dict[str, list[str]]]:
    """The cells of each line by their column, the lines of an endpoint and visit together."""
    behind: dict[str, list[ResultRow]] = {}
    leading = {_key(row, row["stat_name"]): row["result_id"] for row in rows}
    for row in rows:
        lead = "count" if row["group2"] == "category" and row["stat_name"] == "proportion" else None
        lead = lead or BEHIND.get(row["stat_name"])
        at = leading.get(_key(row, lead)) if lead else None
        behind.setdefault(at or "", []).append(row)
    measures = Measures(material, rows)
    places: dict[tuple[str, str, str], dict[str, dict[str, list[str]]]] = {}
    for row in behind.get("", ()):
        beside = behind.get(row["result_id"], [])
        analysis = label_at_look(material, material.trial.plan.analyses[row["analysis_id"]])
        place = places.setdefault((analysis, _endpoint(material, row), _cut(material, row)), {})
        cells = place.setdefault(measures.title(row, beside), {})
        cells.setdefault(column_of(material, row), []).append(_cell(material, row, beside))
    return {(*at, title): cells for at, of in places.items() for title, cells in of.items()}


def _key(row: ResultRow, stat: str) -> tuple[object, ...]:
    """Where a statistic of the same place and groups is; of a test that of its own method."""
    test = row["method"].partition(".")[2] if row["stat_name"] in TESTS else ""
    return stat, test, row["analysis_id"], *values_of(row, PLACE + GROUPS)


def _endpoint(material: Material, row: ResultRow) -> str:
    """The endpoint where an analysis has several, with its scale and which end is better."""
    label = material.parameter_words(row)
    endpoint = material.trial.endpoints.get(row["parameter"] or "")
    return "; ".join(filter(None, [*label, scale_words(endpoint)])) if label else ""


def _scale(material: Material, rows: list[ResultRow]) -> str:
    """ " Values: 0 to 28, higher is worse.", of values of the one endpoint of an analysis."""
    names = [row["parameter"] for row in rows if row["stat_name"] in IN_UNITS]
    alone = bool(names) and not material.parameter_words(rows[0])
    scale = scale_words(material.trial.endpoints.get(names[0] or "")) if alone else ""
    return f" Values: {scale}." if scale else ""


def _cut(material: Material, row: ResultRow) -> str:
    by = material.trial.plan.analyses[row["analysis_id"]].by
    whole = by is not None and row["stratum"] is None and row["group1_level"] is None
    stratum = material.stratum_words(row["stratum"]) if row["stratum"] else "Interaction" * whole
    return ", ".join(filter(None, [stratum, row["visit"]]))


def _cell(material: Material, row: ResultRow, beside: list[ResultRow]) -> str:
    """A number, and in brackets what goes with it."""
    if row["method"] in EVENTS or row["stat_name"] == "tipped":
        shown = link(row, f"{row['stat_text']} of {row['denominator']}".replace(" ", NO_BREAK))
    elif row["analysis_id"] in material.yearly and row["unit"] == "days":
        value, interval = parts_in_years(row)
        text = f"{value} ({interval})" if interval else value
        shown = link(row, text.replace(" ", NO_BREAK))
    elif row["stat_name"] == "median":
        return median_links(row, beside)
    else:
        shown = link(row)
    told = [f"{SHORT.get(one['stat_name'], '')}{NO_BREAK}{link(one)}".strip() for one in beside]
    return shown + f" ({', '.join(told)})" * bool(told)


class Measures:
    """What the numbers of a table are, by the methods, times and levels of the others."""

    def __init__(self, material: Material, rows: list[ResultRow]) -> None:
        self.material, self.level = material, level_of(rows)
        self.methods: dict[str, set[str]] = {}
        for row in rows:
            self.methods.setdefault(row["stat_name"], set()).add(row["method"])

    def title(self, row: ResultRow, beside: list[ResultRow]) -> str:
        """ "Alive at 3 years", "Risk difference, Newcombe's score interval, percentage points"."""
        stat, years = row["stat_name"], row["analysis_id"] in self.material.yearly
        if row["method"] in EVENTS:
            return "Patients with the event"
        if row["group2"] == "category" and stat in ("count", "proportion"):
            return str(row["group2_level"])
        free = without_event(self.material.trial, row["parameter"])
        words = free if stat == "survival" else stat_words(stat)
        words += " (quartiles)" * (stat == "median" and bool(beside))
        timed = row["parameter"] and (row["group2"] == "time" or "horizon" in row["options"])
        time = self.material.tracer.about.time_unit(row) if timed else ""
        parts = [words, *self._more(row, years=years)]
        if row["group2"] == "time":
            parts[0] += f" at {_at(present(row['group2_level']), time, years=years)}"
        elif row["group2"] not in (None, "effect"):
            parts.append(str(row["group2_level"]))
        text = ", ".join(parts) + limits_of(row["options"])
        text += period(self.material, row, time, years=years)
        text += self._of_level(row)
        plain = stat in SYMBOLS or words.partition(",")[0] == "p"
        return text if plain else upper_first(text)

    def _more(self, row: ResultRow, *, years: bool) -> Iterator[str]:
        """The method where the name of a statistic leaves it open; the unit."""
        stat, how = row["stat_name"], row["method"].split(".", 1)[1]
        if stat == "p_adjusted":
            yield ADJUSTMENTS[present(adjustment_of(how))].title
        elif row["comparison"] or stat in TESTS or len(self.methods[stat]) > 1 or how in TOLD:
            yield method_of(row["method"]).title
        if stat in POINTS:
            yield "percentage points"
        if row["unit"] and stat != "proportion":
            yield "years" if years and row["unit"] == "days" else row["unit"]

    def _of_level(self, row: ResultRow) -> str:
        other = row["ci_level"] not in (None, self.level)
        return f", {100 * present(row['ci_level']):g} % interval" if other else ""


def _at(level: str, unit: str, *, years: bool) -> str:
    """A time of a curve: "3 years", "1095 days (3 years)"."""
    at, whole = f"{level}{unit}", whole_years(level, unit)
    return (whole if years else f"{at} ({whole})") if whole else at
