"""What an analysis found, for the summary: counts of the arms, the absolute and the relative effect
of each comparison, the p by which it is decided. The report names tests with the analysis; the
conclusion says what follows, with no number that does not stand here."""

from collections.abc import Iterator, Mapping, Sequence

from trialtrace.base.words import LABELS, upper_first
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.figures.rows_shown import of_arms
from trialtrace.report.links import analysis_place, place_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.absolute import at_the_end, period, share_of
from trialtrace.report.sections.anova import anova_sentences
from trialtrace.report.sections.decisions import deciding
from trialtrace.report.sections.event_words import effect_words
from trialtrace.report.sections.findings import MOST_SENTENCES, Compared, compared, sentences
from trialtrace.report.sections.questions import UNADJUSTED, alongside, at_look, leading, of_look
from trialtrace.report.sections.thresholds import shares_held
from trialtrace.report.tables import NO_BREAK, link, with_level, with_sign
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow, present, values_of
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import ADJUSTMENTS, adjustment_of, method_of

PLACE = ("parameter", "visit", "stratum")
PAIR = ("comparison", "reference")
ALIKE = ("stat_name", "ci_level")
# Beside a difference of risks the ratio; beside a median unbiased estimate the mean unbiased one.
RATIO, UNBIASED, CORRECTED = "risk_ratio", ".median_unbiased", ".bias_adjusted"


def arm_in_text(material: Material, arm: str | None) -> str:
    """The short name of an arm, else its label as in mid-sentence."""
    short = arm in material.trial.design.arms and material.trial.design.arms[arm].short
    return escape_markdown(short or lower_first(material.arm_label(arm)))


def pair_in_text(material: Material, row: ResultRow) -> str:
    return " against ".join(arm_in_text(material, arm) for arm in values_of(row, PAIR))


def results_in_short(material: Material, analysis: Analysis) -> str:
    """Counts and comparisons, of each endpoint and visit; where these are many, or an analysis of
    variance has tests of its own, the sentences of the report. Markdown."""
    found = [*compared(material, analysis)]
    if len(found) > MOST_SENTENCES or any(anova_sentences(material, analysis, markdown=True)):
        return " ".join(sentences(material, analysis))
    places: dict[tuple[str | None, ...], list[Compared]] = {}
    for one in found:
        places.setdefault(values_of(one.estimate, PLACE), []).append(one)
    told = [
        "; ".join(
            filter(
                None,
                [
                    counts_of_arms(material, analysis, of),
                    sizes(material, analysis, of, tested=True),
                ],
            )
        )
        for of in places.values()
    ]
    leads = ["" if len(told) == 1 else _where(material, of[0]) for of in places.values()]
    every = [f"{upper_first(lead + text)}." for lead, text in zip(leads, told, strict=True)]
    return " ".join(every or filter(None, [_shares(material, analysis)]))


def _where(material: Material, one: Compared) -> str:
    parts = [*material.parameter_words(one.estimate), one.estimate["visit"] or ""]
    return escape_markdown(", ".join(filter(None, parts)) + ":") + " "


def _shares(material: Material, analysis: Analysis) -> str:
    """The shares that stand against a threshold alone."""
    told = [
        f"{with_level(row)} with {arm_in_text(material, arm)}"
        for arm, row in shares_held(material, analysis).items()
    ]
    return f"{in_a_row(told)}." if told else ""


def counts_of_arms(
    material: Material, analysis: Analysis, of: Sequence[Compared], *, bounded: bool = False
) -> str:
    """ "12 of 40 (30.0 %) with one drug and 24 of 34 (70.6 %) with the other"; of a share that
    stands against a threshold, and of each where they are to be `bounded`, its interval as well."""
    held, told = shares_held(material, analysis), dict[str | None, str]()
    if bounded:
        held |= {
            present(row["group1_level"]): row
            for row in reversed(material.of(analysis.name))
            if row["stat_name"] == "proportion" and row["group1_level"] and row["ci_level"]
        }
    for one in of:
        for events, _, row in material.tracer.counts(one.estimate):
            arm, share = row["group1_level"], held.get(row["group1_level"] or "")
            words = link if told or bounded else with_level
            text = f", {words(share)}," if share else share_of(material, row, links=True)
            count = link(row, events.replace(" of ", "/"))
            told[arm] = f"{count}{text} with {arm_in_text(material, arm)}"
    control = told.pop(of[-1].estimate["reference"], None)
    return in_a_row([*told.values(), *filter(None, [control])]) if told else ""


def sizes(
    material: Material,
    analysis: Analysis,
    of: Sequence[Compared],
    *,
    again: bool = False,
    tested: bool = False,
) -> str:
    """ "risk difference −40.6 …", of several arms with what they are compared with, said once;
    without the statistic where the sentence before has it: `again`; with the p by which each
    is decided where it is to be told of: `tested`."""
    label = effect_words(material.trial, of[0].estimate)
    label += period(material, of[0].estimate, years=True)
    if len(of) == 1:
        (one,) = of
        counted = len(material.tracer.counts(one.estimate)) > 1
        pair = "" if counted else f"{pair_in_text(material, one.estimate)}: "
        size = _size(material, analysis, one, whole=True, alone=True)
        return f"{pair}{label} {size}{_test(material, analysis, one) * tested}"
    alike = len({values_of(one.estimate, ("stat_name", "reference")) for one in of}) == 1
    told = []
    for at, one in enumerate(of):
        arms = values_of(one.estimate, PAIR[:1] if alike else PAIR)
        pair = " against ".join(arm_in_text(material, arm) for arm in arms)
        stat = "" if alike else f"{effect_words(material.trial, one.estimate)} "
        size = _size(material, analysis, one, whole=not at or not alike)
        told.append(f"{pair} {stat}{size}{_test(material, analysis, one, named=not at) * tested}")
    against = ", against" if "," in label else " against"
    lead = f"{label}{against} {arm_in_text(material, of[0].estimate['reference'])}: "
    lead *= alike and not again
    return f"{lead}{'; '.join(told)}"


def _test(material: Material, analysis: Analysis, one: Compared, *, named: bool = True) -> str:
    """ ", p = 0.02 (closed test)": the p-value that decides a comparison, `named` with what
    adjusts it."""
    p = deciding(material, analysis, one.planned) if one.planned else None
    how = adjustment_of(p["method"].removeprefix("p_adjusted.")) if p and named else None
    by = f" ({escape_markdown(ADJUSTMENTS[how].title.partition(' of ')[0])})" if how else ""
    return f", p{NO_BREAK}{with_sign(p)}{by}" if p else ""


def _size(
    material: Material, analysis: Analysis, one: Compared, *, whole: bool, alone: bool = False
) -> str:
    """The estimate, `whole` with unit and level; the ratio beside a difference of risks that stands
    `alone`, and beside no shares that are held against a threshold; what is left after a correction
    for bias, shares at the end of times."""
    estimate = at_look(material, analysis, one.estimate)
    text = link(estimate, estimate["stat_text"] if whole else None)
    if estimate["method"].endswith(UNBIASED):
        method = estimate["method"].replace(UNBIASED, CORRECTED)
        beside = _beside(material, estimate)
        named = [(estimate, text), *((r, link(r)) for r in beside if r["method"] == method)]
        text = "; ".join(f"{shown}, {method_of(r['method']).title}" for r, shown in named)
        text += ", without an interval" * (named[-1][0]["ci_level"] is None)
    elif alone and (ratios := _ratios(material, analysis, estimate)):
        usual = ratios[0]["ci_level"] == material.trial.plan.confidence
        text += f", {LABELS[RATIO]} {link(ratios[0]) if usual else with_level(ratios[0])}"
    if estimate is not one.estimate:
        text += f"; {UNADJUSTED} {with_level(one.estimate)}"
    if estimate["stat_name"] != "hazard_ratio":
        return text
    return text + at_the_end(material, estimate, links=True, short=True).replace(";", ",", 1)


def _beside(material: Material, estimate: ResultRow) -> list[ResultRow]:
    """What is estimated of the same comparison."""
    return [
        row
        for row in material.of(estimate["analysis_id"])
        if row["stat_value"] is not None
        and values_of(row, PLACE + PAIR) == values_of(estimate, PLACE + PAIR)
    ]


def _ratios(material: Material, analysis: Analysis, estimate: ResultRow) -> list[ResultRow]:
    """The ratios beside a difference of risks, but of shares that are held against a threshold."""
    if estimate["stat_name"] != "risk_difference" or shares_held(material, analysis):
        return []
    return [row for row in _beside(material, estimate) if row["stat_name"] == RATIO]


def beside_in_short(
    material: Material, analysis: Analysis, places: Mapping[str, str]
) -> Iterator[str]:
    """The analyses on the same footing as a primary one, a sentence each; the methods name them,
    and a single one is not named again. Markdown."""
    every = alongside(material, analysis)
    for other in every:
        stats, own = (
            [values_of(each.estimate, (*ALIKE, *PAIR)) for each in compared(material, one)]
            for one in (other, analysis)
        )
        words = f"Also primary, {other.label}" if len(every) > 1 else "Also primary"
        yield from _other(material, other, places, words, again=stats == own)


def as_published(material: Material, analysis: Analysis) -> Iterator[Analysis]:
    """The analyses of the paper's own outcome, where the plan has another and wants both seen."""
    for other in material.trial.plan.analyses.values():
        beside = (other.role, other.report, other.of) == ("published", "summary", analysis.name)
        if beside and [*compared(material, other)]:
            yield other


def published_in_short(material: Material, analysis: Analysis) -> Iterator[str]:
    """What these give."""
    for other in as_published(material, analysis):
        found = [*compared(material, other)]
        if counts := counts_of_arms(material, other, found, bounded=True):
            yield f"{escape_markdown(other.label)}: {counts}."


def others_in_short(material: Material, places: Mapping[str, str]) -> Iterator[str]:
    """The other analyses that the plan wants on the first page, a sentence each."""
    beside = [
        other
        for one in leading(material)
        for other in (*alongside(material, one), *of_look(material, one))
    ]
    for other in material.trial.plan.analyses.values():
        if other.report == "summary" and not other.harms and other not in beside:
            yield from _other(material, other, places, other.label, named=True)


def _other(
    material: Material,
    other: Analysis,
    places: Mapping[str, str],
    words: str,
    *,
    again: bool = False,
    named: bool = False,
) -> Iterator[str]:
    """`words`, with the way to the analysis, and its comparisons where these are few, the methods
    of their intervals `named`."""
    found = [*compared(material, other)]
    if 0 < len(found) <= MOST_SENTENCES:
        place, label = place_link(analysis_place(other.name), places), escape_markdown(words)
        label = f"[{label}]({place})" if place else label
        by = by_methods(material, other, found) if named else ""
        yield f"{label}: {sizes(material, other, found, again=again)}{by}."


def by_methods(material: Material, analysis: Analysis, found: Sequence[Compared]) -> str:
    """ " (Newcombe's score interval; drug 12/40, placebo 24/34)": the methods of comparisons as
    `sizes` tells them, but where it names them itself, and of whom they are."""
    estimates = [at_look(material, analysis, one.estimate) for one in found]
    rows = [row for row in estimates if not row["method"].endswith(UNBIASED)]
    if len(rows) == 1:
        rows += _ratios(material, analysis, rows[0])[:1]
    titles = dict.fromkeys(method_of(row["method"]).title for row in rows)
    told = [escape_markdown(in_a_row([*titles]))] if titles else []
    return f" ({'; '.join([*told, _of_whom(material, estimates)])})"


def _of_whom(material: Material, estimates: Sequence[ResultRow]) -> str:
    """ "drug 12/40, placebo 24/34" of one endpoint and visit; else how many patients."""
    if len({values_of(row, PLACE) for row in estimates}) == 1:
        found = of_arms(material, estimates, {})
        arms = [arm for arm in (*material.trial.design.arms, None) if arm in found]
        return ", ".join(
            f"{arm_in_text(material, arm)} {found[arm]}" if arm else found[arm] for arm in arms
        )
    sizes_of = [row["n_used"] or 0 for row in estimates]
    return " to ".join(dict.fromkeys(f"{n}" for n in (min(sizes_of), max(sizes_of)))) + " patients"
