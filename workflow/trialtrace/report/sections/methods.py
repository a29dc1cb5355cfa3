"""The statistical methods of the main report in prose that can be copied, with numbered citations,
software and how the report is cited; the supplement lists them analysis by analysis."""

import json
import platform
import re
from collections import Counter
from collections.abc import Container, Iterator
from importlib.metadata import version

import trialtrace
from trialtrace.base.words import finer, number
from trialtrace.report.audit.cohort_words import MARKED
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.material import Material, without_p
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.decisions import explores, level_words
from trialtrace.report.sections.event_words import stat_words
from trialtrace.report.sections.methods_used import (
    BARE,
    FEW,
    TESTED,
    Uses,
    by_analysis,
    method_words,
    quoted,
    sentences_on,
    uses_of,
)
from trialtrace.report.sections.models import reference_of
from trialtrace.report.sections.questions import alongside, leading, of_look
from trialtrace.report.sections.references import BIBLIOGRAPHY, References, as_bibtex
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trace.seal import short_hash
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.multiplicity import Family
from trialtrace.run.trial.plan.references import ADJUSTMENTS, by
from trialtrace.run.trial.reported import in_main_report, in_order

# What computes; what recomputed stands with its version in the results.
COMPUTED_BY = ("numpy", "scipy")
KNOWN_ALONE = (
    "Each analysis is of the patients, and over visits of the values, whose outcome is known; "
    "missing ones are imputed, counted or bounded only where the method or the outcome says so."
)
ASIDE = "Analyses of the supplement of which this report shows results have besides:"
NOT_DECIDED = (
    "Comparisons that no test was planned to decide are given by estimates with intervals; a "
    "p-value beside one, as of an interaction, decides nothing."
)

BOTH_OF_SHARES = ("proportion.wilson", "proportion.clopper_pearson")
OF_SHARES = (
    "Of shares, Wilson's score interval has about its level on average; the exact interval, which "
    "is wider, has at least it, and stands where the plan wants that, as of harms or a threshold."
)


FINER = (
    "A limit that would round to no effect has so many more digits as tell on which side of it it "
    "lies."
)


def _finer(row: ResultRow) -> bool:
    value, low, high = row["stat_value"], row["ci_low"], row["ci_high"]
    if not row["ci_level"] or value is None or low is None or high is None:
        return False
    return finer(row["stat_name"], value, low, high)


def methods(material: Material, shown: Container[str] = ()) -> str:
    """What was computed how, by which software, and the references; of analyses of the supplement
    the results to which the report has a link, of those `shown`."""
    references = References()
    told = [MARKED] if material.tracer.set_to_published else []
    paragraphs = [*_prose(material, references, shown), *told]
    paragraphs += [_software(material), _cite(material)]
    file = f"The references as a file: [{BIBLIOGRAPHY}]({BIBLIOGRAPHY})."
    listed = references.listed()
    return "\n\n".join([*paragraphs, listed, *([file] if listed else [])]) + "\n"


def _prose(material: Material, references: References, shown: Container[str] = ()) -> Iterator[str]:
    """The paragraphs: of whom, the primary analyses; all others; multiplicity, intervals and
    missing values; then what is shown of the supplement, which numbers no reference of the rest."""
    every = in_order(material.trial)
    main = [one for one in every if in_main_report(material.trial, one)]
    first = [one for one in main if one.role == "primary"]
    primary: Uses = {}
    told = [_populations(material, main)]
    if first:
        labels = in_a_row([quoted(one.label) for one in first])
        told.append(f"The primary {'analysis is' if len(first) == 1 else 'analyses are'} {labels}.")
        for one in first:
            own = uses_of(material, [one], known=primary)
            sentences = [*sentences_on(own, references)]
            if sentences and len(first) > 1:
                sentences[0] = f"For {quoted(one.label)}, {lower_first(sentences[0])}"
            told += sentences
            primary |= own
        told += _decided(material, primary)
        told += _looks(material, references)
    yield " ".join(filter(None, told))
    others = uses_of(material, [one for one in main if one not in first], known=primary)
    if others:
        lead = f"The other analyses of this report have {'further ' * bool(first)}methods"
        yield f"{lead}: {by_analysis(others, references)}."
    yield " ".join(_general(material, references))
    aside = [one for one in every if one not in main]
    beside = uses_of(material, aside, known=primary | others, shown=shown)
    if beside:
        yield f"{ASIDE} {by_analysis(beside, references)}."


def _general(material: Material, references: References) -> Iterator[str]:
    """Multiplicity, sides of tests, intervals, missing values."""
    plan = material.trial.plan
    main = [one for one in plan.analyses.values() if in_main_report(material.trial, one)]
    rows = [row for one in main for row in material.printable(one.name)]
    tests = [row for row in rows if row["stat_name"] == "p_value"]
    families = [*_families(material, references, main=True)]
    yield from families
    yield from _controlled(material)
    if tests and not families:
        yield "No p-value is adjusted for several outcomes or comparisons."
    if any(without_p(plan, one, material.of(one.name)) for one in main):
        yield NOT_DECIDED
    sides = {json.loads(row["options"]).get("sides") for row in tests} - {None}
    if sides:
        yield f"Tests are two-sided{' unless stated otherwise' * (len(sides) > 1)}."
    yield (
        f"Confidence intervals are at the {number(100 * plan.confidence)} % level unless stated "
        "otherwise."
    )
    if {row["method"] for row in material.results} >= {*BOTH_OF_SHARES}:
        yield OF_SHARES
    if any(map(_finer, material.results)):
        yield FINER
    yield KNOWN_ALONE


def _populations(material: Material, analyses: list[Analysis]) -> str:
    """Of whom the analyses are: of one population, or of one but for some."""
    populations = material.trial.populations
    of = {
        one.name: escape_markdown(lower_first(populations[one.estimand.population].label))
        for one in analyses
    }
    if not of:
        return ""
    (most, _), *rest = Counter(of.values()).most_common()
    told = [f"Analyses are of “{most}”"]
    for population, n in rest:
        labels = [quoted(one.label) for one in analyses if of[one.name] == population]
        which = in_a_row(labels) if n <= FEW else f"{n} analyses, which say so,"
        told.append(f"{which} {'is' if n == 1 else 'are'} of “{population}”")
    return f"{'; '.join(told)}."


def _decided(material: Material, primary: Uses) -> Iterator[str]:
    """At which level primary comparisons are decided, or that no test decides."""
    if not any(kind == TESTED or "its p" in used.stats for (kind, _), used in primary.items()):
        return
    if explores(material):
        yield "The trial explores: no test decides."
        return
    levels = dict.fromkeys(level_words(material, one) for one in leading(material))
    yield escape_markdown(f"Primary comparisons are held against the {in_a_row([*levels])}.")
    for one in leading(material):
        if others := alongside(material, one):
            labels = in_a_row([quoted(each.label) for each in (one, *others)])
            yield f"An effect is shown only where the intervals of {labels} exclude no effect."


def _families(material: Material, references: References, *, main: bool) -> Iterator[str]:
    """How families of p-values are adjusted, of those with a test in the `main` report or of the
    others."""
    labels: dict[str, list[str]] = {}
    for family in _adjusted(material, main=main):
        labels.setdefault(family.adjust, []).append(quoted(family.label))
    for adjust, of in labels.items():
        how = ADJUSTMENTS[adjust]
        by_what = escape_markdown(how.title) + references.cited(how.reference)
        yield f"P-values of {in_a_row(of)} are adjusted by {by_what}."


def _adjusted(material: Material, *, main: bool) -> list[Family]:
    """Those families."""
    plan = material.trial.plan
    return [
        family
        for family in plan.multiplicity.values()
        if main
        == any(
            in_main_report(material.trial, plan.analyses[test.analysis]) for test in family.tests
        )
    ]


# What procedures control, by whether that is a share of rejections.
CONTROLLED = {
    False: "the chance of any false rejection",
    True: "the expected share of false rejections",
}


def _controlled(material: Material) -> Iterator[str]:
    """What the procedures of the report control, each by its name."""
    used = [family.adjust for family in _adjusted(material, main=True)]
    told = []
    for of_shares, what in CONTROLLED.items():
        of = dict.fromkeys(one for one in used if (one == "benjamini_hochberg") == of_shares)
        names = in_a_row([ADJUSTMENTS[one].title for one in of])
        told += [what + f" (by {names})" * (len({*used}) > 1)] if of else []
    if told:
        where = "each family alone, not over all of them" if len(used) > 1 else "the family"
        yield escape_markdown(f"This controls {in_a_row(told)} within {where}.")


def _looks(material: Material, references: References) -> Iterator[str]:
    """By what the level of a look is reckoned, and what the interval at it is."""
    for one in leading(material):
        if one.look and one.look.boundary.startswith("spending_"):
            spending = references.cited("Lan and DeMets 1983, Biometrika 70:659")
            text = f"The level of an interim analysis is by a spending function{spending}"
            if of_look(material, one):
                repeated = "Jennison and Turnbull 1989, J R Stat Soc B 51:305"
                text += f"; the primary interval is a repeated one{references.cited(repeated)}"
            yield f"{text}."


def methods_further(material: Material) -> str:
    """What was computed how, analysis by analysis: of the report's and of those of the supplement,
    with references of its own; nothing where the supplement has none."""
    references = References("s")
    listed = [
        [*_analyses(material, references, main=main), *_families(material, references, main=main)]
        for main in (True, False)
    ]
    if not listed[1]:
        return ""
    heads = ("Of the analyses in the main report:", "Of the analyses here:")
    parts = [
        f"{head}\n\n" + "\n".join(f"- {part}" for part in each)
        for head, each in zip(heads, listed, strict=True)
        if each
    ]
    return "\n\n".join([*parts, references.listed()]) + "\n"


def _analyses(
    material: Material,
    references: References,
    *,
    main: bool,
) -> Iterator[str]:
    """A sentence for all analyses of a population that have the same methods, those of the `main`
    report or those of the supplement; what comes by the same method stands together."""
    alike: dict[tuple[str, ...], list[Analysis]] = {}
    for analysis in in_order(material.trial):
        if in_main_report(material.trial, analysis) == main:
            stats: dict[tuple[str, str], dict[str, None]] = {}
            for row in material.printable(analysis.name):
                if row["stat_name"] not in BARE:
                    title, model, reference = method_words(material, row)
                    of = stats.setdefault((title + model, reference), {})
                    of[stat_words(row["stat_name"])] = None
            every = [
                f"{in_a_row(list(of))} {by(words)}\n{reference}"
                for (words, reference), of in stats.items()
            ]
            population = material.trial.populations[analysis.estimand.population].label
            alike.setdefault((population, *every), []).append(analysis)
    for (population, *used), analyses in alike.items():
        labels = in_a_row([escape_markdown(one.label) for one in analyses])
        told = []
        for words in used:
            text, _, reference = words.partition("\n")
            told.append(escape_markdown(text) + references.cited(reference))
        yield f"{labels} ({escape_markdown(lower_first(population))}): {'; '.join(told)}."


def _software(material: Material) -> str:
    """What computed and what recomputed, each with its version."""
    checks = (check for found in material.tracer.checks.values() for check in found)
    by = {(re.split(r"[ .:]", one["check_by"])[0], one["version"]) for one in checks}
    python = platform.python_version()
    others = sorted(f"{name} {told}" for name, told in by if told != python)
    computed = [f"{name} {version(name)}" for name in COMPUTED_BY]
    text = f"Computed by trialtrace {trialtrace.__version__} with Python {python}, "
    text += f"{in_a_row(computed)}"
    return escape_markdown(f"{text}; recomputed by {in_a_row(others)}." if others else f"{text}.")


UNSIGNED = (
    "It is unsigned and undated, with [room for names and dates](#tbl-seal): of those who made it "
    "no names, interests, funding or review of ethics are declared, and instead of a date the hash "
    "says from which data, plan and code."
)


def _cite(material: Material) -> str:
    """How this report is cited: no author and no date, which the run does not know."""
    value = material.seal.value
    run = f", run {short_hash(value)}" if value else ""
    kind = "synthetic data, no evidence" if material.trial.synthetic else "re-analysis"
    kind = f" [{kind}]" if material.trial.synthetic or material.claims else ""
    text = f"{material.trial.title}{kind}. Report by trialtrace {trialtrace.__version__}{run}."
    return f"**Cite this report as:** {escape_markdown(text)} {UNSIGNED}"


def bibliography(material: Material) -> str:
    """What the lists of report and supplement have, and what is behind all other results, as
    BibTeX, by author and year."""
    references = References()
    list(_looks(material, references))
    for main in (True, False):
        list(_families(material, references, main=main))
    methods_used = {(row["method"], row["options"]): row for row in material.results}
    return as_bibtex([*references, *dict.fromkeys(map(reference_of, methods_used.values()))])
