"""What analyses describe, estimate and test, and by which methods, as the prose of the methods has
it."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field

from trialtrace.base.words import OF_P_VALUES, P_VALUES, SYMBOLS
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.links import trace_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.event_words import stat_words
from trialtrace.report.sections.models import (
    estimation_words,
    form_words,
    model_words,
    reference_of,
)
from trialtrace.report.sections.references import References
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.references import method_of

# A statistic that a method is not asked of: a count, and what stands in brackets behind a p-value.
BARE = {"n", "events", "count", "at_risk", "chi_squared", "t", "u", "v", "z", "p_adjusted"}
BARE |= {"df", "df1", "df2", "df1_corrected", "df2_corrected"}
# What prose does not name beside the test or the estimate that it goes with.
BESIDE_A_TEST = BARE | SYMBOLS | OF_P_VALUES | {"verdict", "sum", "fraction_missing"}
BESIDE_A_TEST |= P_VALUES - {"p_value", "p_lowest", "p_highest"}
# Methods that the name of their statistic says.
PLAIN = ("description", "distribution over the values")
# By the beginning of a method's name, what its title is a design of.
ANOVA = "repeated_measures_anova_"

DESCRIBED, ESTIMATED, TESTED = "described", "estimated", "tested"
# How a sentence on a primary analysis begins, by whether it has several of the kind.
LEADS = {
    DESCRIBED: ("Arms are described by the",) * 2,
    ESTIMATED: ("Effects are estimated by the",) * 2,
    TESTED: ("The test is", "The tests are"),
}
# Up to so many analyses are named beside a method that they alone have.
FEW = 2


@dataclass
class Used:
    """A method with its reference, what it gives, and the labels of the analyses that have it."""

    title: str
    model: str
    reference: str
    stats: dict[str, None] = field(default_factory=dict)
    analyses: dict[str, None] = field(default_factory=dict)


# By kind and the words of the method.
Uses = dict[tuple[str, str], Used]


def uses_of(
    material: Material,
    analyses: Iterable[Analysis],
    *,
    known: Container[tuple[str, str]] = (),
    shown: Container[str] | None = None,
) -> Uses:
    """What analyses describe, estimate and test, by which methods that are not `known`; of all
    results, or of those `shown`."""
    found: Uses = {}
    for analysis in analyses:
        for row in material.printable(analysis.name):
            seen = shown is None or trace_link(row["result_id"]) in shown
            if not seen or row["stat_name"] in BESIDE_A_TEST or _of_anova_alone(row):
                continue
            title, model, reference = method_words(material, row)
            key = _kind(row), title + model
            if key[0] == TESTED and ((both := (ESTIMATED, key[1])) in found or both in known):
                # An estimate and its own test are one method.
                key = both
            if key not in known:
                used = found.setdefault(key, Used(title, model, reference))
                test = row["stat_name"] == "p_value"
                used.stats["its p" if test else _in_prose(row["stat_name"])] = None
                used.analyses[analysis.label] = None
    return found


def _of_anova_alone(row: ResultRow) -> bool:
    """Whether a result is what an analysis of variance has beside its p."""
    return ANOVA in row["method"] and row["stat_name"] != "p_value"


def _in_prose(stat: str) -> str:
    """The label of a statistic behind "the"."""
    return f"share {stat_words(stat)}" if stat == "survival" else stat_words(stat)


def _kind(row: ResultRow) -> str:
    if row["stat_name"] == "p_value":
        return TESTED
    return DESCRIBED if row["group1_level"] and not row["comparison"] else ESTIMATED


def sentences_on(uses: Uses, references: References) -> Iterator[str]:
    """ "Arms are described by the …", "Effects are estimated by the …", "The tests are …"."""
    for kind, leads in LEADS.items():
        of = [used for (one, _), used in uses.items() if one == kind]
        items = [item for used in of for item in _items(kind, used, references)]
        if items:
            yield f"{leads[len(items) > 1]} {in_a_row(items)}."


def by_analysis(uses: Uses, references: References) -> str:
    """ "for “Bleeding”, proportion (exact interval [8]); …": methods by the few analyses that have
    them."""
    found: dict[str, dict[tuple[bool, str], Used]] = {}
    for (kind, words), used in sorted(uses.items(), key=lambda one: [*LEADS].index(one[0][0])):
        labels = in_a_row([quoted(label) for label in used.analyses])
        whose = labels if len(used.analyses) <= FEW else f"{len(used.analyses)} analyses"
        # What describes arms and compares them by one method stands together.
        same = found.setdefault(whose, {}).setdefault((kind == TESTED, words), used)
        same.stats |= used.stats
    parts = []
    for whose, of in found.items():
        items = [
            item
            for (test, _), used in of.items()
            for item in _items(TESTED if test else ESTIMATED, used, references)
        ]
        parts.append(f"for {whose}, {in_a_row(items)}")
    return "; ".join(parts)


def _items(kind: str, used: Used, references: References) -> list[str]:
    """ "risk difference (Newcombe's score interval [2])", "Fisher's exact test [5]", the number of
    its reference behind the method; of what needs no method each statistic."""
    stats, title, model = [*used.stats], used.title, used.model.removeprefix(", ")
    cited = references.cited(used.reference)
    if title in PLAIN:
        return [escape_markdown(stat) + cited for stat in stats]
    if kind == TESTED or (len(stats) == 1 and title.startswith(stats[0])):
        if model:
            return [f"{escape_markdown(title)}{cited} ({escape_markdown(model)})"]
        return [escape_markdown(title) + cited]
    how = escape_markdown(title) + cited + escape_markdown(used.model)
    return [f"{escape_markdown(in_a_row(stats))} ({how})"]


def quoted(label: str) -> str:
    return f"“{escape_markdown(label)}”"


def method_words(material: Material, row: ResultRow) -> tuple[str, str, str]:
    """A method in words, what its model takes in behind a comma each, and the reference."""
    about = method_of(row["method"])
    # What describes an arm has no model.
    words = [*model_words(material, row), *form_words(material, row), *estimation_words(row)]
    words *= not row["group1_level"]
    anova = "analysis of variance, " * (ANOVA in row["method"])
    return anova + about.title, "".join(f", {word}" for word in words), reference_of(row)
