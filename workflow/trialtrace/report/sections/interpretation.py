"""What a result shows, and where no test decides how intervals lie about no effect."""

import json
from collections.abc import Iterator, Sequence

from trialtrace.base.words import no_effect, upper_first
from trialtrace.report.figures.rows_shown import by_endpoint, planned_side
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.decisions import (
    assumes,
    deciding,
    explores,
    leaves_out_no_effect,
    of_all_arms,
    rejected,
)
from trialtrace.report.sections.event_words import effect_words
from trialtrace.report.sections.findings import Compared, compared, parting
from trialtrace.report.sections.questions import at_look
from trialtrace.report.sections.results_in_short import PAIR, PLACE, arm_in_text, pair_in_text
from trialtrace.report.sections.thresholds import beyond_thresholds
from trialtrace.report.tables import NO_BREAK, link, short_text, with_sign
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, present, values_of
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import limits_of

# An analysis with more comparisons is told by how many show a difference.
MOST = 4
# Comparisons that are named where their intervals lie otherwise than others.
FEW, BOTH = 3, 2


def reading(material: Material, analysis: Analysis) -> str:
    """For page 1, a sentence a comparison without a number that its table has. Markdown."""
    told = [*beyond_thresholds(material, analysis)]
    if not told or not explores(material):
        told += [*_of_all(material, analysis), *_of_pairs(material, analysis)]
    if explores(material):
        told.append("The trial explores: no test decides.")
    told = told or ["No two arms are compared by an estimate."]
    return " ".join(map(upper_first, told))


def interpretation(material: Material, analysis: Analysis) -> str:
    """Markdown; empty where nothing is compared."""
    told = [*beyond_thresholds(material, analysis)]
    found = [*compared(material, analysis)]
    decided = [(one, p) for one in found if (p := _decides(material, analysis, one)) is not None]
    told += [*_of_all(material, analysis)]
    if len(decided) > MOST:
        told += [_counted(analysis, decided)]
    else:
        told += [
            _where(material, one, found) + _of_pair(material, analysis, one, p, allows=False)
            for one, p in decided
        ]
    with_p = [one for one, _ in decided]
    told += _of_intervals(material, analysis, [one for one in found if one not in with_p])
    return " ".join(map(upper_first, told))


def _decides(material: Material, analysis: Analysis, one: Compared) -> ResultRow | None:
    p = deciding(material, analysis, one.planned) if one.planned else None
    return p if p is not None and p["stat_value"] is not None else None


def _counted(analysis: Analysis, decided: Sequence[tuple[Compared, ResultRow]]) -> str:
    shown = rejected([present(p["stat_value"]) for _, p in decided], analysis.decision_level)
    return f"a difference is shown in {shown} of {len(decided)} comparisons."


def _of_intervals(
    material: Material, analysis: Analysis, found: Sequence[Compared]
) -> Iterator[str]:
    """How the intervals of comparisons that no test decides lie about no effect, and which lie
    otherwise than most; of outcomes that are each a question, how many do by chance alone."""
    leads = {
        row["result_id"]: one.lead.removeprefix(", ").rstrip(":")
        for one in found
        for row in (one.estimate, *one.further)
    }
    rows = [row for one in found for row in (one.estimate, *one.further)]
    bounded = [row for row in rows if None not in (row["ci_low"], row["ci_high"])]
    if not bounded:
        return
    clear = [row for row in bounded if leaves_out_no_effect(row)]
    nulls = " or ".join(dict.fromkeys(f"{no_effect(row['stat_name']):g}" for row in bounded))
    level = f"{100 * present(bounded[0]['ci_level']):g}% CI"
    if len(bounded) == 1:
        lies = "excludes" if clear else "includes"
        favours = "".join(f", {text}" for row in clear for text in favoured(material, row))
        yield f"the {level} {lies} {nulls}{favours}; no test decides."
        return
    across = len(bounded) - len(clear)
    if not clear or not across:
        every = "both" if len(bounded) == BOTH else f"all {len(bounded)}"
        text = f"{every} {level}s {'include' if across else 'exclude'} {nulls}"
    else:
        lie = "excludes" if len(clear) == 1 else "exclude"
        text = f"of {len(bounded)} {level}s {len(clear)} {lie} {nulls}"
        where = [link(row, leads[row["result_id"]]) for row in clear[:FEW]]
        text += f": {'; '.join(where)}" * (len(clear) <= FEW)
    yield f"{text}; no test decides."
    methods = any(one.further for one in found)
    if len(bounded) > MOST and analysis.role not in ("sensitivity", "subgroup") and not methods:
        chance = len(bounded) * (1 - present(bounded[0]["ci_level"]))
        yield f"If the arms did not differ, {chance:.1f} of them would exclude it on average."


def favoured(material: Material, row: ResultRow) -> list[str]:
    """Which arm an interval that leaves out no effect favours, where its endpoint says what is
    better."""
    side = by_endpoint(material, [row])
    if side is None or not leaves_out_no_effect(row):
        return []
    above = present(row["stat_value"]) > no_effect(row["stat_name"])
    better = above == (side == "higher")
    return [f"in favour of {material.arm_label(row['comparison' if better else 'reference'])}"]


def _of_all(material: Material, analysis: Analysis) -> Iterator[str]:
    """Whether the test of all arms, where a family has it, shows a difference among them."""
    tests = of_all_arms(material, analysis.name)
    if len(tests) > BOTH:
        values = [value for _, row in tests if (value := row["stat_value"]) is not None]
        many = rejected(values, analysis.decision_level)
        yield f"a difference among all arms is shown in {many} of {len(values)} tests."
        return
    for p, adjusted in tests:
        if (value := adjusted["stat_value"]) is not None:
            shown = "a" if rejected([value], analysis.decision_level) else "no"
            where = [*material.parameter_words(p), *filter(None, [p["visit"]])]
            at = "".join(f", {escape_markdown(lower_first(one))}" for one in where)
            p_text = f"p{NO_BREAK}{with_sign(adjusted)}"
            yield f"{shown} difference among all arms is shown{at} ({p_text})."


def _of_pairs(material: Material, analysis: Analysis) -> Iterator[str]:
    found = [*compared(material, analysis)]
    if len(found) > MOST:
        decided = [
            (one, p) for one in found if (p := _decides(material, analysis, one)) is not None
        ]
        yield _counted(analysis, decided)
        return
    for one in found:
        told = _of_pair(material, analysis, one, _decides(material, analysis, one))
        yield _where(material, one, found) + told


def _where(material: Material, one: Compared, found: Sequence[Compared]) -> str:
    """The endpoint and visit of a comparison, where an analysis has several."""
    visits = {each.estimate["visit"] for each in found}
    row = one.estimate
    parts = [*material.parameter_words(row), *([row["visit"]] if len(visits) > 1 else [])]
    return f"{escape_markdown(', '.join(filter(None, parts)))}: " if any(parts) else ""


def _of_pair(
    material: Material,
    analysis: Analysis,
    one: Compared,
    p: ResultRow | None,
    *,
    allows: bool = True,
) -> str:
    """What a comparison shows; what its interval `allows`, where nothing else has that."""
    estimate = one.estimate
    arms = [arm_in_text(material, arm) for arm in values_of(estimate, PAIR)]
    for row in material.of(analysis.name):
        if row["stat_name"] == "verdict" and values_of(row, PLACE + PAIR) == values_of(
            estimate, PLACE + PAIR
        ):
            margins = escape_markdown(limits_of(row["options"]).removeprefix(", "))
            return f"{pair_in_text(material, estimate)}, compared with {margins}: {link(row)}."
    if p is None or p["stat_value"] is None:
        return f"{pair_in_text(material, estimate)}: {_allows(material, analysis, estimate)}."
    shown = rejected([p["stat_value"]], analysis.decision_level)
    if json.loads(p["options"]).get("margin"):
        limit = escape_markdown(limits_of(p["options"]).removeprefix(", "))
        word = "shown" if shown else "not shown"
        return f"non-inferiority of {' to '.join(arms)} at {limit} is {word}."
    if shown and (other := parting(material, analysis, estimate)):
        label = escape_markdown(material.trial.plan.analyses[other["analysis_id"]].label)
        null = f"{no_effect(other['stat_name']):g}"
        return f"{arms[0]} does not succeed: the interval of “{label}” includes {null}."
    if not shown:
        no = f"no effect of {arms[0]} against {arms[1]} is shown"
        return f"{no}: {_allows(material, analysis, estimate)}." if allows else f"{no}."
    better = planned_side(material, analysis.name) or by_endpoint(material, [estimate])
    above = present(estimate["stat_value"]) > no_effect(estimate["stat_name"])
    if better and above != (better == "higher"):
        arms.reverse()
    if better:
        by = ", by a boundary that we assumed" * assumes(material, analysis)
        return f"{arms[0]} does better than {arms[1]}{by}."
    return f"{' and '.join(arms)} differ: {'higher' if above else 'lower'} with {arms[0]}."


def _allows(material: Material, analysis: Analysis, estimate: ResultRow) -> str:
    """ "the interval allows −25.1 to 18.9", of the estimate that the table has first."""
    row = at_look(material, analysis, estimate)
    inside = short_text(row).rpartition("(")[2].rstrip(")")
    if row["ci_level"] is None:
        return f"{effect_words(material.trial, row)} {link(row)}"
    return f"the interval allows {link(row, inside)}"
