"""Families of p-values that were adjusted together, each as one table of the supplement."""

from collections.abc import Iterator
from math import inf

from trialtrace.report.links import analysis_place
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.decisions import adjusted_of, explores
from trialtrace.report.sections.findings import compared, parting, resting_on
from trialtrace.report.tables import captioned, link, pair_text, pipe_table, slug
from trialtrace.run.tables.contracts.rows import ResultRow, values_of
from trialtrace.run.trace.words import family_of, members
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import ADJUSTMENTS
from trialtrace.run.trial.reported import in_order

# Of a longer family those alone that come below the level: all stand with their analyses.
MOST_OF_FAMILY = 40


def families(material: Material, analysis: str) -> Iterator[str]:
    """For each family of an analysis: a table of its p-values, as they are and adjusted, with what
    follows at the level of the decision.

    The first analysis of the report that has a family has the table; the others link there.
    """
    plan, results = material.trial.plan, material.tracer.results
    found = dict.fromkeys(name for row in material.of(analysis) if (name := family_of(row)))
    for name in found:
        family = plan.multiplicity[name]
        if place := getattr(family, "in_place", None):
            of = plan.analyses[place.of]
            yield (
                f"{escape_markdown(family.label)}: the adjusted p is that with its p in the place "
                f"of “[{escape_markdown(of.label)}](#{analysis_place(of.name)})” among "
                f"{escape_markdown(plan.multiplicity[place.family].label)}, and decides nothing."
            )
            continue
        first = _first(material, name)
        if first.name != analysis:
            place = f"#{analysis_place(first.name)}"
            whose = f"“[{escape_markdown(first.label)}]({place})”"
            yield f"{escape_markdown(family.label)}: see {whose}."
            continue
        rows = members(plan, results, name)
        how = ADJUSTMENTS[family.adjust].title
        # The test of all arms with which a closed test begins is adjusted by nothing.
        opens = [row for row in rows if adjusted_of(material, row) is None]
        many = len(rows) - len(opens)
        head = f"{family.label}: {many} p-values, adjusted together by {how}"
        if opens:
            tests = "test of all arms, which opens" if len(opens) == 1 else "tests that open"
            head += f"; the {tests} the way to them, not counted"
        caption, level = f"{head}.", plan.analyses[analysis].decision_level
        verdicts = [] if explores(material) else [f"At most {level:.3g}"]
        if len(rows) > MOST_OF_FAMILY:
            rows = [row for row in rows if _adjusted_value(material, row) <= level]
            caption += f" Shown are the {len(rows)} whose adjusted p is at most {level:.3g}."
        if rows and all(row["group1_level"] and not row["comparison"] for row in rows):
            caption += " Each is of one arm alone: a change within it is no effect of treatment."
        header = ["Test", "p", "Adjusted p", *verdicts]
        named = [_test_words(material, row) for row in rows]
        if len(set(named)) < len(named):
            named = [material.tracer.about.subject(row) for row in rows]
        body = [
            _of_family(material, row, words, level)[: len(header)]
            for row, words in zip(rows, named, strict=True)
        ]
        if body:
            yield captioned(material, pipe_table(header, body), f"family-{slug(name)}", caption)
        else:
            yield escape_markdown(caption)


def _test_words(material: Material, row: ResultRow) -> str:
    """ "CIPN, after chemotherapy, all arms": what a test of a family is of, in short."""
    label = material.trial.plan.analyses[row["analysis_id"]].label
    who = pair_text(material, row) if row["comparison"] else "all arms"
    stratum = [material.stratum_words(row["stratum"])] if row["stratum"] else []
    parts = [*(material.parameter_words(row) or [label]), row["visit"], *stratum, who]
    return ", ".join(filter(None, parts))


def _of_family(material: Material, row: ResultRow, words: str, level: float) -> list[str]:
    """A line of a family's table. A test without an adjusted p-value of its own opens the way to
    those that have one."""
    adjusted = adjusted_of(material, row)
    decided = "" if adjusted is None else "yes" if _adjusted_value(material, row) <= level else "no"
    if decided == "yes":
        decided += _but(material, row) + escape_markdown(resting_on(material, row))
    return [
        escape_markdown(words),
        link(row),
        "" if adjusted is None else link(adjusted),
        decided,
    ]


def of_one_pair(one: ResultRow, other: ResultRow) -> bool:
    """Whether two results compare the same arms in the same outcome."""
    place = ("parameter", "visit", "stratum", "comparison", "reference")
    return values_of(one, place) == values_of(other, place)


def _same(one: ResultRow | None, other: ResultRow) -> bool:
    return one is not None and one["result_id"] == other["result_id"]


def _but(material: Material, row: ResultRow) -> str:
    """That an effect is not shown all the same, and by which primary analysis it is not."""
    analysis = material.trial.plan.analyses[row["analysis_id"]]
    # Tests by another rule, without an estimate, are of the analysis that they are made of.
    found = [*compared(material, analysis)]
    whose = analysis if found else material.trial.plan.analyses.get(analysis.of or "", analysis)
    for one in found or compared(material, whose):
        same = _same(one.planned, row) if found else of_one_pair(one.estimate, row)
        parts = parting(material, whose, one.estimate) if same else None
        if parts is not None:
            other = material.trial.plan.analyses[parts["analysis_id"]]
            place = f"#{analysis_place(other.name)}"
            return f", but see “[{escape_markdown(other.label)}]({place})”: no effect is shown"
    return ""


def _adjusted_value(material: Material, row: ResultRow) -> float:
    """Infinite where there is none, or it could not be estimated."""
    adjusted = adjusted_of(material, row)
    value = adjusted["stat_value"] if adjusted is not None else None
    return inf if value is None else value


def _first(material: Material, family: str) -> Analysis:
    """The analysis of the report that comes first of those with p-values of a family."""
    return next(
        problem
        for problem in in_order(material.trial)
        if any(family_of(row) == family for row in material.of(problem.name))
    )
