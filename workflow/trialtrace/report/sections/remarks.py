"""What must be known of an analysis beside its tables: what could not be estimated, and where an
interval and a test disagree."""

import json
from collections.abc import Iterator

from trialtrace.base.words import LABELS, NUMBER_NEEDED, upper_first
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.decisions import leaves_out_no_effect, pair_of
from trialtrace.report.sections.models import SIDES
from trialtrace.report.tables import link
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, present, values_of
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import of_assumption

MOST_PLACES, MOST_DISAGREEING = 3, 6
# The options of a test against margins.
MARGINS = {"lower", "upper", "margin"}
# Estimates with an interval around no effect that is not that of the treatment, or not only one.
OTHER_SIDES = {NUMBER_NEEDED, "period_difference", "carry_over"}


def remarks(material: Material, name: str, said: str = "") -> Iterator[str]:
    """What could not be estimated, and why; each reason once, after what it is about.

    That is an endpoint, arm or comparison, subgroup and visit, whatever the number of its
    statistics; one statistic alone is named. What was `said` before is left out.
    """
    rows = material.of(name)
    everywhere = {_place(material, row) for row in rows}
    result_rows: dict[str, dict[str, ResultRow]] = {}
    stats: dict[str, set[str]] = {}
    for row in rows:
        for text in (row["error"], row["warning"]):
            if text and text not in said:
                result_rows.setdefault(text, {}).setdefault(_place(material, row), row)
                stats.setdefault(text, set()).add(row["stat_name"])
    for text, places in result_rows.items():
        told = escape_markdown(upper_first(text).rstrip("."))
        if len(everywhere) == 1 or not all(places):
            yield f"{told}."
            continue
        alone = stats[text] if len(stats[text]) == 1 else set()
        stat = "".join(f"{LABELS[one]}, " for one in alone - {"p_value"})
        shown = list(places.items())[:MOST_PLACES]
        where = "; ".join(link(row, stat + place) for place, row in shown)
        more = f"; and {len(places) - MOST_PLACES} more" if len(places) > MOST_PLACES else ""
        yield f"{_upper_link(where)}{more}: {lower_first(told)}."
    if any(row["stat_name"] == "survival" and _whole(row) for row in rows):
        yield (
            "Where nobody of an arm has had the event yet, no interval of the curve is estimable, "
            "since this one has no limits there; that nobody will have it does not follow."
        )


def _whole(row: ResultRow) -> bool:
    """Whether a share is of all patients, and has no interval for it."""
    return row["stat_value"] == 1 and row["ci_level"] is not None and row["ci_low"] is None


def disagreeing(material: Material, analysis: Analysis) -> Iterator[str]:
    """Where intervals and two-sided tests of the same lie on either side of no effect."""
    first: dict[tuple[str | None, ...], ResultRow] = {}
    sides: dict[tuple[str | None, ...], set[bool]] = {}
    for row in material.printable(analysis.name):
        pair = pair_of(analysis, row)
        if pair is None or row["group2"] is not None or row["stat_value"] is None:
            continue
        key = (*pair, *values_of(row, ("parameter", "visit", "stratum")))
        if row["ci_low"] is not None and row["ci_high"] is not None:
            # An interval at another level asks another question, such as of margins.
            if row["stat_name"] not in OTHER_SIDES and row["ci_level"] == analysis.confidence:
                first.setdefault(key, row)
                sides.setdefault(key, set()).add(leaves_out_no_effect(row))
        elif row["stat_name"] == "p_value" and _tests_effect(row) and key in first:
            sides[key].add(present(row["stat_value"]) <= 1 - analysis.confidence)
    if found := [first[key] for key, each in sides.items() if len(each) > 1]:
        named = [link(row, _place(material, row) or row["stat_text"]) for row in found]
        more = f"; and {len(named) - MOST_DISAGREEING} more" * (len(named) > MOST_DISAGREEING)
        yield (
            "Intervals, or an interval and a test, disagree on whether no effect is excluded: "
            f"{'; '.join(named[:MOST_DISAGREEING])}{more}. They are by different methods, and none "
            "overrules the others."
        )


def _tests_effect(p: ResultRow) -> bool:
    """Whether a p-value is that of a two-sided test of an effect, and not of margins."""
    options = json.loads(p["options"])
    sided = options.get("sides") in SIDES or not MARGINS.isdisjoint(options)
    of_period = options.get("compared", "treatment") != "treatment"
    return not sided and not of_period and not of_assumption(p["method"])


def _upper_link(text: str) -> str:
    """Markdown that begins with a link, its words with a capital letter."""
    return text[:1] + upper_first(text[1:])


def _place(material: Material, row: ResultRow) -> str:
    who: str | None = None
    if row["group2"] == "effect":
        who = material.tracer.about.second_words(row)
    elif row["comparison"]:
        who = " against ".join(
            lower_first(material.arm_label(arm)) for arm in (row["comparison"], row["reference"])
        )
    elif row["group1_level"]:
        who = lower_first(material.arm_label(row["group1_level"]))
    at = material.tracer.about.at_time(row) if row["group2"] == "time" else None
    stratum = lower_first(material.stratum_words(row["stratum"])) if row["stratum"] else None
    parts = [at, *material.parameter_words(row), stratum, row["visit"], who]
    return ", ".join(part for part in parts if part)
