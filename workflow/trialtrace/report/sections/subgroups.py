"""The subgroups of an analysis beside its result: the test of interaction, and what it is about."""

from collections.abc import Callable, Iterator

from trialtrace.base.words import LABELS
from trialtrace.report.audit.cohort_words import by_stratum
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.links import analysis_place, trace_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.findings import compared, interactions
from trialtrace.report.sections.remarks import caveat
from trialtrace.report.tables import NO_BREAK, link, unit_of, with_sign
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, present
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import method_of

# Under which a summary names a test of interaction.
USUAL = 0.05
# Of more subgroups and comparisons the section of them has each estimate.
MOST_WITHIN = 6
# Tests of interaction of odds ratios that do not say so, beside differences of risks.
OF_ODDS = ("p_value.logistic_interaction", "p_value.logistic_trend")


def subgroups(material: Material, analysis: Analysis, place: Callable[[str], str]) -> Iterator[str]:
    """The p-values of interaction of the subgroups of an analysis, with a link to each; they stand
    with its result, since one effect for all is what that result says."""
    for other, _ in _differing(material, analysis):
        yield _told(material, other, place) + caveat(other)


def _differing(
    material: Material, analysis: Analysis
) -> Iterator[tuple[Analysis, list[ResultRow]]]:
    """The analyses of whether the effect of another differs, between its subgroups or over a score
    of the same outcome and patients, with their tests."""
    for other in material.trial.plan.analyses.values():
        among = other.of == analysis.name if other.by else _of_same(other, analysis)
        if among and (tests := interactions(material, other)):
            yield other, tests


def _of_same(other: Analysis, analysis: Analysis) -> bool:
    """Whether another analysis is of the same outcome and patients."""
    one, two = other.estimand, analysis.estimand
    return other is not analysis and (one.variables, one.population) == (
        two.variables,
        two.population,
    )


def _told(material: Material, analysis: Analysis, place: Callable[[str], str]) -> str:
    """The p-values of interaction of an analysis by subgroup, and the effects within."""
    tests = interactions(material, analysis)
    label, at = escape_markdown(analysis.label), place(analysis_place(analysis.name))
    how = method_of(tests[0]["method"]).title
    how += ", of odds ratios" if tests[0]["method"] in OF_ODDS else ""
    how = escape_markdown(how)
    shown = ", ".join(f"p{NO_BREAK}{with_sign(row)}" for row in tests)
    head = f"{f'[{label}]({at})' if at else label} (exploratory, not adjusted)"
    text = f"{head}: interaction {shown} ({how}){_untested(material, analysis)}"
    made_up = by_stratum(material, [analysis.name])
    return f"{text}{_within(material, analysis)}{f'; {made_up}' if made_up else ''}."


def _untested(material: Material, analysis: Analysis) -> str:
    """ "; without risk score: 5 (3 patients), where one arm has nobody": what no test can use."""
    first: dict[str, ResultRow] = {}
    estimable = set[str]()
    for row in material.of(analysis.name):
        if row["comparison"] and row["stratum"] and row["stat_name"] != "p_value":
            first.setdefault(row["stratum"], row)
            estimable |= {row["stratum"]} if row["error"] is None else set()
    empty = [row for stratum, row in first.items() if stratum not in estimable]
    pairs = {row["comparison"] for row in first.values()}
    told = []
    for row in empty if len(pairs) == 1 and estimable else ():
        n = f"[{row['n_used']}]({trace_link(row['result_id'], 'n')})"
        level = escape_markdown(lower_first(material.stratum_words(present(row["stratum"]))))
        told.append(f"{level} ({n} patient{'s' * (row['n_used'] != 1)})")
    return f"; without {in_a_row(told)}, where one arm has nobody" if told else ""


def _within(material: Material, analysis: Analysis) -> str:
    """ "; risk difference −14.4 (…) of Pancreatic stent: No; …": what an interaction is about, of
    few subgroups and comparisons; of many of two arms how far they go, and how small they are."""
    found = [one for one in compared(material, analysis) if one.estimate["stat_value"] is not None]
    pairs = len({(one.estimate["comparison"], one.estimate["reference"]) for one in found}) > 1
    if not found or len(found) > MOST_WITHIN:
        return "" if pairs or not found else _of_many([one.estimate for one in found])
    levels: dict[str, list[str]] = {}
    for one in found:
        who = escape_markdown(material.arm_label(one.estimate["comparison"])) if pairs else ""
        level = str(one.estimate["stratum"]).partition("=")[2]
        of = " and ".join(
            link(row, events.replace(" of ", "/"))
            for events, _, row in material.tracer.counts(one.estimate)
        )
        size = f"{link(one.estimate)}{f' ({of})' * bool(of)}"
        levels.setdefault(level, []).append(f"{who} {size}".strip())
    unit = unit_of(found[0].estimate).strip()
    label = f"{LABELS[found[0].estimate['stat_name']]}{f' in {unit}' * bool(unit)}"
    label += f" ({escape_markdown(method_of(found[0].estimate['method']).title)})"
    told = [f"{escape_markdown(level)} {', '.join(each)}".strip() for level, each in levels.items()]
    return f"; {label}: {'; '.join(told)}"


def _of_many(rows: list[ResultRow]) -> str:
    sizes = [present(row["n_used"]) for row in rows]
    of = f"{LABELS[rows[0]['stat_name']]} in {len(rows)} subgroups of both arms"
    return f"; {of}, of {min(sizes)} to {max(sizes)} patients, in the table of that analysis"
