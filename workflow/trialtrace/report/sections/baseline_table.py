"""The baseline table of a report: variables and levels down, arms across, no tests."""

from collections.abc import Sequence

from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.links import analysis_place, trace_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.deaths import population_rows, randomised_by_arm
from trialtrace.report.tables import (
    NO_BREAK,
    captioned,
    link,
    median_links,
    pipe_table,
    short_text,
    under,
)
from trialtrace.run.methods.analysing.cuts import parameters
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trace.words import variable_label
from trialtrace.run.trial.load import Trial
from trialtrace.run.trial.model import baseline
from trialtrace.run.trial.plan.build import Analysis

# The columns: an arm or all, and the level of the variable that the columns are by.
Group = tuple[str, str | None]


def baseline_table(material: Material) -> str:
    """Mean (SD) and median [quartiles] of numbers; n (%) of each level; missing where there is.

    A table a population. Empty where the plan has no baseline table.
    """
    data = material.trial.plan.displays.get("baseline")
    if data is None:
        return ""
    first = "Groups" if "by" in data else "Arms"
    first += " are described, not tested"
    answers = [yes_of(_levels(material.of("baseline"), name)) for name in data["variables"]]
    if any(answers):
        first += "; of a yes-or-no variable in one row, number (percent) with yes"
    first += "."
    if note := data.get("note"):
        first += f" {note}"
    tables = [_of_population(material, data["population"], first, "baseline")]
    if beside := data.get("beside"):
        like = "Otherwise as the table before."
        tables += [_of_population(material, beside, like, "baseline-beside")]
    places = [
        f"[{escape_markdown(one.label)}](#{analysis_place(one.name)})"
        for one in at_baseline(material.trial)
    ]
    more = f"Outcomes before treatment: {in_a_row(places)}." if places else ""
    return "\n\n".join(filter(None, [*tables, more]))


def _of_population(material: Material, name: str, more: str, label: str) -> str:
    """The table of one population; its caption says who is absent, and what `more` has."""
    data = material.trial.plan.displays["baseline"]
    rows = [row for row in material.of("baseline") if row["population"] == name]
    groups = list(dict.fromkeys(_group(row) for row in rows))
    body = []
    for each in data["variables"]:
        body += _variable(material, each, [row for row in rows if row["parameter"] == each], groups)
    sizes = population_rows(material, name)
    header = ["Characteristic"]
    for arm, stratum in groups:
        if stratum is None:
            head, n = escape_markdown(material.arm_label(arm)), link(sizes[arm])
        else:
            by, level = stratum.split("=", 1)
            over = escape_markdown(variable_label(material.trial, by))
            head, n = under(over, f": {escape_markdown(level)}"), _size(rows, stratum)
        header.append(f"{head} (n{NO_BREAK}={NO_BREAK}{n})")
    population = lower_first(material.trial.populations[name].label)
    shown = [row["stat_value"] for row in (sizes[ALL], randomised_by_arm(material).get(ALL)) if row]
    whose = " of ".join(f"{size:g}" for size in dict.fromkeys(shown))
    caption = f"Baseline of {whose} patients: {population}. {more}"
    if any(row["stat_name"] == "missing" and row["stat_value"] for row in rows):
        caption += " Percentages are of those with a value, who are counted where some have none."
    else:
        caption += " No value is missing."
    return captioned(material, pipe_table(header, body), label, caption)


def at_baseline(trial: Trial) -> list[Analysis]:
    """The analyses of nothing but the visit that is the baseline of their endpoints."""
    return [
        analysis
        for analysis in trial.plan.analyses.values()
        if analysis.visits
        and all(
            {*analysis.visits} == {baseline(each.name, trial.endpoints.get)}
            for each in parameters(trial, analysis)
        )
    ]


def _group(row: ResultRow) -> Group:
    return present(row["group1_level"]), row["stratum"]


def _size(rows: list[ResultRow], stratum: str) -> str:
    """The subjects of a column by a level, from what is known and missing of a variable."""
    row = next(one for one in rows if (one["stat_name"], one["stratum"]) == ("missing", stratum))
    return f"[{row['n_used']}]({trace_link(row['result_id'], 'n')})"


def _variable(
    material: Material, name: str, rows: list[ResultRow], groups: list[Group]
) -> list[list[str]]:
    by = {(row["stat_name"], row["group2_level"], _group(row)): row for row in rows}
    label = escape_markdown(variable_label(material.trial, name))
    levels = _levels(rows, name)
    if yes := yes_of(levels):
        lines = [[f"**{label}**", *(_share(by, yes, g) for g in groups)]]
    elif levels:
        lines = [[f"**{label}**", *[""] * len(groups)]]
        lines += [
            [
                f"{NO_BREAK}{NO_BREAK}{escape_markdown(level_words(name, level))}",
                *(_share(by, level, g) for g in groups),
            ]
            for level in levels
        ]
    else:
        unit = _unit(material, name)
        lines = [
            [f"**{label}**{unit}", *[""] * len(groups)],
            [f"{NO_BREAK}{NO_BREAK}mean (SD)", *(_mean(by, g) for g in groups)],
            [f"{NO_BREAK}{NO_BREAK}median (quartiles)", *(_median(by, g) for g in groups)],
        ]
    missing = [by.get(("missing", None, g)) for g in groups]
    if any(row is not None and row["stat_value"] for row in missing):
        cells = [
            link(row, f"{short_text(row)} of {row['n_used']}") if row is not None else ""
            for row in missing
        ]
        lines.append([f"{NO_BREAK}{NO_BREAK}missing", *cells])
    return lines


def _levels(rows: Sequence[ResultRow], name: str) -> list[str]:
    """The levels of a variable, in order; none of a number."""
    own = (row["group2_level"] for row in rows if row["parameter"] == name)
    return list(dict.fromkeys(filter(None, own)))


def yes_of(levels: Sequence[str]) -> str | None:
    """The level that alone is shown of a variable of yes and no, however they are written; None of
    any other variable, which has a row a level."""
    by_word = {level.casefold(): level for level in levels}
    return by_word["yes"] if sorted(by_word) == ["no", "yes"] and len(levels) == 2 else None


def level_words(name: str, level: str) -> str:
    """A level of a variable as the table calls it."""
    words = {"F": "female", "M": "male", "U": "unknown"} if name == "sex" else {}
    return words.get(level, level)


def _unit(material: Material, name: str) -> str:
    subjects = material.trial.subjects
    if name == "age" and subjects.age:
        return f", {escape_markdown(subjects.age.unit)}"
    origin = subjects.origins.get(name)
    units = material.trial.cleaning.tables[origin.table].units if origin else {}
    return f", {escape_markdown(units[origin.column])}" if origin and origin.column in units else ""


def _share(by: dict, level: str, group: Group) -> str:
    if ("count", level, group) not in by:
        return ""
    count, share = by["count", level, group], by["proportion", level, group]
    lacking = by.get(("missing", None, group))
    some = f"/{count['denominator']}" if lacking is not None and lacking["stat_value"] else ""
    return f"{link(count, short_text(count) + some)} ({link(share)})"


def _mean(by: dict, group: Group) -> str:
    if ("mean", None, group) not in by:
        return ""
    return f"{link(by['mean', None, group])} ({link(by['sd', None, group])})"


def _median(by: dict, group: Group) -> str:
    if ("median", None, group) not in by:
        return ""
    median, *quartiles = (by[stat, None, group] for stat in ("median", "q1", "q3"))
    return median_links(median, quartiles)
