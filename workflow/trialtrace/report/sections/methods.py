"""The statistical methods of the main report in prose that can be copied, with numbered citations,
software and how the report is cited; the supplement lists them analysis by analysis."""

import json
import platform
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from importlib.metadata import version

import trialtrace
from trialtrace.base.words import number
from trialtrace.report.audit.cohort_words import MARKED
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.material import Material, without_p
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.decisions import decides_anything, explores, level_words
from trialtrace.report.sections.methods_used import (
    LEADS,
    items,
    quoted,
    sentences_on,
    uses_of,
)
from trialtrace.report.sections.models import reference_of
from trialtrace.report.sections.questions import alongside, leading, of_look
from trialtrace.report.sections.references import BIBLIOGRAPHY, References, as_bibtex
from trialtrace.report.tables import texts_table
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.trace.seal import short_hash
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.methods import BINARY, INTERVALS, RECURRENT, SCORES, TIMES
from trialtrace.run.trial.plan.multiplicity import Family
from trialtrace.run.trial.plan.references import ADJUSTMENTS
from trialtrace.run.trial.reported import in_main_report, in_order

# What computes; what recomputed stands with its version in the results.
COMPUTED_BY = ("numpy", "scipy")
KNOWN_ALONE = (
    "Each analysis is of the patients, and over visits of the values, whose outcome is known; "
    "missing ones are imputed, counted or bounded only where the method or the outcome says so."
)
NOT_DECIDED = (
    "Comparisons that no test was planned to decide are given by estimates with intervals; a "
    "p-value beside one, as of an interaction, decides nothing."
)


def methods(material: Material) -> str:
    """What was computed how, a paragraph a kind of outcome, by which software; the references."""
    references = References()
    told = [*_prose(material, references)]
    told += [MARKED] if material.tracer.set_to_published else []
    told += [f"{_software(material)} {FURTHER}"]
    told += [_cite(material)]
    file = f"The references as a file: [{BIBLIOGRAPHY}]({BIBLIOGRAPHY})."
    listed = references.listed(titles=False)
    return "\n\n".join([*told, listed, *([file] if listed else [])]) + "\n"


def _prose(material: Material, references: References) -> Iterator[str]:
    """Of whom and at which level, then the outcomes by their kind, then what holds for all."""
    main = [one for one in in_order(material.trial) if in_main_report(material.trial, one)]
    opening = [_populations(material, main), *_decided(material), *_looks(material, references)]
    yield " ".join(filter(None, opening))
    for title, kinds in OUTCOMES.items():
        told = " ".join(sentences_on(uses_of(material, main, kinds), references))
        if told:
            yield f"**{title}.** {told}"
    yield " ".join(_general(material, references))


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
    yield KNOWN_ALONE


def _populations(material: Material, analyses: list[Analysis]) -> str:
    """Of which population most analyses are."""
    populations = material.trial.populations
    of = Counter(populations[one.estimand.population].label for one in analyses)
    if not of:
        return ""
    most = escape_markdown(lower_first(of.most_common(1)[0][0]))
    return f"Analyses are of “{most}”{' where no other population is named' * (len(of) > 1)}."


def _decided(material: Material) -> Iterator[str]:
    """At which level primary comparisons are decided, or that no test decides."""
    if explores(material):
        yield "The trial explores: no test decides."
        return
    decided = [
        one
        for one in leading(material)
        if decides_anything(material.trial.plan, one, material.of(one.name))
    ]
    if levels := dict.fromkeys(level_words(material, one) for one in decided):
        yield escape_markdown(f"Primary comparisons are held against the {in_a_row([*levels])}.")
    for one in decided:
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
    """A line an analysis with its population and methods, and references of its own."""
    references = References("s")
    body = [_line(material, one, references) for one in in_order(material.trial)]
    header = ["Analysis", "Population", *(kind.capitalize() for kind in LEADS)]
    caption = "Methods of each analysis of the plan."
    families = [*_families(material, references, main=True)]
    families += _families(material, references, main=False)
    table = texts_table(material, header, body, "methods", caption)
    return "\n\n".join([table, *families, references.listed()]) + "\n"


def _line(material: Material, analysis: Analysis, references: References) -> list[str]:
    uses = uses_of(material, [analysis])
    population = material.trial.populations[analysis.estimand.population].label
    cells = [
        "; ".join(
            item
            for (one, _), used in uses.items()
            if one == kind
            for item in items(kind, used, references, whole=True)
        )
        for kind in LEADS
    ]
    return [escape_markdown(analysis.label), escape_markdown(population), *cells]


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


FURTHER = (
    "The supplement has the [methods](#tbl-methods) of each analysis, and of which "
    "[estimand](#tbl-estimands) each is."
)
UNSIGNED = (
    "It is unsigned, with [room for names and dates](#tbl-seal); the hash says from which data, "
    "plan and code it is."
)
# Outcomes that have methods of their own.
OUTCOMES: dict[str, Sequence[str]] = {
    "Yes-or-no outcomes": BINARY,
    "Values and scores": SCORES,
    "Times to an event": (*TIMES, *INTERVALS),
    "Recurrent events": RECURRENT,
}


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
