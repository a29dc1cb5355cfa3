"""The conclusion of a summary: what each primary analysis shows or does not show, of what estimand,
with its size; and what the data are no evidence of."""

import json
from collections.abc import Iterable, Iterator, Mapping

from trialtrace.base.words import LABELS, no_effect, upper_first
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.figures.rows_shown import by_scale, planned_side
from trialtrace.report.links import choices_place, place_link, trace_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.deaths import population_rows
from trialtrace.report.sections.decisions import deciding, level_words, of_all_arms, rejected
from trialtrace.report.sections.findings import MOST_SENTENCES, Compared, compared
from trialtrace.report.sections.key_sentences import leaves_out_no_effect
from trialtrace.report.sections.questions import alongside, leading, question_of
from trialtrace.report.sections.readings import Readings, includes_no_effect, readings
from trialtrace.report.sections.thresholds import shown_beyond
from trialtrace.report.tables import NO_BREAK, link, pair_text, with_sign
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, present, values_of
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import limits_of

SYNTHETIC = "The data are synthetic: nothing of this is evidence about patients."
NOTHING = "None: no primary analysis of the plan compares or tests anything."
NOT_ABSENT = "That a difference is not shown does not show that there is none."
TESTED = "the tests among the results compare no two arms by an estimate."
PLACE = ("parameter", "visit", "comparison", "reference", "stratum")


def conclusion(material: Material, places: Mapping[str, str]) -> str:
    """The sentences of all primary questions, which intervals of other readings speak against them,
    and that a synthetic cohort says nothing of patients. Markdown; `places` are those of labels."""
    every = leading(material)
    told = [" ".join(_of(material, one)) for one in every if material.of(one.name)]
    told = told if told and not material.trial.pooled else [NOTHING]
    told += [*_against(material, every, places)]
    told += [SYNTHETIC] if material.trial.synthetic else []
    return " ".join(told)


def _of(material: Material, analysis: Analysis) -> Iterator[str]:
    """What is shown of the arms, of all of them and of each pair, then of what the estimates are.
    Where one arm decides, its test against a threshold alone."""
    found = [*compared(material, analysis)]
    told = [*shown_beyond(material, analysis)]
    if not (told and analysis.decides):
        told += [*_of_all(material, analysis), *_of_pairs(material, analysis, found)]
    yield from map(upper_first, told or [TESTED])
    yield _estimand(material, analysis, found)


def _against(
    material: Material, every: Iterable[Analysis], places: Mapping[str, str]
) -> Iterator[str]:
    """ "Other choices disagree: for Drug against Placebo, the null value lies within the interval
    of all randomised, −18.1 …, and 3 of 12 intervals by other definitions": where they do."""
    told = []
    for analysis in every:
        place = place_link(choices_place(analysis.name), places)
        for one in readings(material, analysis):
            if one.first["ci_low"] is not None and [*one.otherwise()]:
                several = len(analysis.visits or ()) > 1
                at = escape_markdown(f", {one.first['visit']}" if several else "")
                lies = "within" if leaves_out_no_effect(one.first) else "outside"
                pair = escape_markdown(pair_text(material, one.first))
                pair = f"[{pair}]({place})" if place else pair
                kinds = in_a_row([*_otherwise(one)])
                told.append(f"for {pair}{at}, the null value lies {lies} {kinds}")
    if told:
        yield f"Other choices disagree: {'; '.join(told)}."


def _otherwise(one: Readings) -> Iterator[str]:
    """What lies otherwise about no effect than the first estimate of a comparison, the interval of
    all randomised first, with its size."""
    clear = leaves_out_no_effect(one.first)
    unlike = [row for row in one.everybody if leaves_out_no_effect(row) != clear]
    if unlike:
        more = f" and {len(unlike) - 1} more" * (len(unlike) > 1)
        yield f"the interval of all randomised ({link(unlike[0], unlike[0]['stat_text'])}){more}"
    for k, n, words in one.counts():
        if k and not (unlike and words == "for all randomised"):
            yield f"{k} of {n} intervals {words.partition(' (')[0]}"
    if clear and any(includes_no_effect(*bound) for bound in one.bounds):
        yield "the worst-case bounds"


def _estimand(material: Material, analysis: Analysis, found: list[Compared]) -> str:
    """ "The estimand: difference in the risk of pain, all randomised (treatment policy); estimated
    in the 74 of 105 whose outcome is known"."""
    estimand = analysis.estimand
    population = lower_first(material.trial.populations[estimand.population].label)
    strategies = "; ".join(dict.fromkeys(event.strategy for event in estimand.intercurrent))
    who = population + f" ({strategies})" * bool(strategies)
    text = escape_markdown(f"Estimand: {lower_first(estimand.summary)}, {who}")
    return "; ".join([text, *_known(material, analysis, found)]) + "."


def _known(material: Material, analysis: Analysis, found: list[Compared]) -> Iterator[str]:
    """Of how many of the population the estimates are, where these are not all; Markdown."""
    sizes = population_rows(material, analysis.estimand.population)
    numbers: dict[tuple[int, int], ResultRow] = {}
    for one in found:
        arms = values_of(one.estimate, PLACE[2:4])
        if one.estimate["n_used"] and all(arm in sizes for arm in arms):
            whole = sum(round(present(sizes[arm]["stat_value"])) for arm in arms)
            numbers.setdefault((one.estimate["n_used"], whole), one.estimate)
    if any(n < whole for n, whole in numbers):
        (n, whole), row = next(iter(numbers.items()))
        few = f"the [{n}]({trace_link(row['result_id'], 'n')}) of {whole}"
        yield f"estimated from {few if len(numbers) == 1 else 'those'} whose outcome is known"


def _of_all(material: Material, analysis: Analysis) -> Iterator[str]:
    """Whether the test of all arms, where a family has it, shows a difference among them."""
    for p, adjusted in of_all_arms(material, analysis.name):
        if (value := adjusted["stat_value"]) is not None:
            shown = "a" if rejected([value], analysis.decision_level) else "no"
            at = escape_markdown(f", {p['visit']}" if p["visit"] else "")
            p_text = f"p{NO_BREAK}{with_sign(adjusted)}"
            yield f"{shown} difference among all arms is shown{at} ({p_text})."


def _of_pairs(material: Material, analysis: Analysis, found: list[Compared]) -> Iterator[str]:
    """A sentence a comparison; of more than a few how many show a difference."""
    decided = [one.planned and deciding(material, analysis, one.planned) for one in found]
    values = [present(p["stat_value"]) for p in decided if p is not None]
    shown = rejected(values, analysis.decision_level)
    if len(found) > MOST_SENTENCES:
        yield f"a difference is shown in {shown} of {len(values)} comparisons."
        return
    for one, p in zip(found, decided, strict=True):
        yield _of_pair(material, analysis, one.estimate, p)
    if values:
        yield f"decided at the level {escape_markdown(level_words(material, analysis))}."
    if shown < len(values):
        yield NOT_ABSENT


def _of_pair(
    material: Material, analysis: Analysis, estimate: ResultRow, p: ResultRow | None
) -> str:
    """ "superiority of Drug over Placebo is shown: risk difference −7.8 …": of a test against
    margins its verdict, of an estimate that none decides the size alone; beside it what stands on
    the same footing and shows something else."""
    size = f"{LABELS[estimate['stat_name']]} {link(estimate, estimate['stat_text'])}"
    clear = leaves_out_no_effect(estimate)
    unlike = [one for one in _beside(material, analysis, estimate) if one[2] != clear]
    size += "".join(
        f"; by “{escape_markdown(label)}” {link(row, row['stat_text'])}" for label, row, _ in unlike
    )
    pair = escape_markdown(pair_text(material, estimate))
    for row in material.of(analysis.name):
        if row["stat_name"] == "verdict" and values_of(row, PLACE) == values_of(estimate, PLACE):
            margins = escape_markdown(limits_of(row["options"]).removeprefix(", "))
            return f"{pair}, compared with {margins}: {link(row)}: {size}."
    if p is None or p["stat_value"] is None:
        return f"{pair}: {size}, which no test decides."
    shown = "shown" if rejected([p["stat_value"]], analysis.decision_level) else "not shown"
    by = f" by “{escape_markdown(analysis.label)}” alone" * bool(unlike and shown == "shown")
    arms = [escape_markdown(material.arm_label(arm)) for arm in values_of(estimate, PLACE[2:4])]
    margin = json.loads(p["options"]).get("margin")
    if margin:
        limit = escape_markdown(limits_of(p["options"]).removeprefix(", "))
        return f"non-inferiority of {' to '.join(arms)} at {limit} is {shown}{by}: {size}."
    better = planned_side(material, analysis.name) or by_scale(material, [estimate])
    above = present(estimate["stat_value"]) > no_effect(estimate["stat_name"])
    if better and shown == "shown" and above != (better == "higher"):
        return f"superiority of {' over '.join(arms[::-1])} is shown{by}: {size}."
    what = (
        f"superiority of {' over '.join(arms)}"
        if better
        else f"a difference between {' and '.join(arms)}"
    )
    return f"{what} is {shown}{by}: {size}."


def _beside(
    material: Material, analysis: Analysis, estimate: ResultRow
) -> Iterator[tuple[str, ResultRow, bool]]:
    """(label, estimate, whether its interval leaves out no effect) of the same comparison by each
    primary analysis that asks the same question."""
    for other in alongside(material, analysis):
        for one in compared(material, other):
            row = one.estimate
            if (row["stat_name"], question_of(row)) == (
                estimate["stat_name"],
                question_of(estimate),
            ):
                yield other.label, row, leaves_out_no_effect(row)
