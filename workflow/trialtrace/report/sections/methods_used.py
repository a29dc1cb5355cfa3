"""What analyses describe, estimate and test, and by which methods, as the prose of the methods has
it."""

from collections.abc import Container, Iterable, Iterator
from dataclasses import dataclass, field

from trialtrace.base.words import OF_P_VALUES, P_VALUES, SYMBOLS
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.event_words import stat_words
from trialtrace.report.sections.models import model_words, reference_of
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


@dataclass
class Used:
    """A method with its reference, and what it gives."""

    title: str
    model: str
    reference: str
    stats: dict[str, None] = field(default_factory=dict)


# By kind and the words of the method.
Uses = dict[tuple[str, str], Used]


def uses_of(
    material: Material, analyses: Iterable[Analysis], kinds: Container[str] | None = None
) -> Uses:
    """What analyses describe, estimate and test, and by which methods; of endpoints of some
    `kinds`, else of all."""
    found: Uses = {}
    for analysis in analyses:
        for row in material.printable(analysis.name):
            endpoint = material.trial.endpoints.get(row["parameter"] or "")
            other = kinds is not None and (endpoint is None or endpoint.kind not in kinds)
            if other or row["stat_name"] in BESIDE_A_TEST or _of_anova_alone(row):
                continue
            title, model, reference = method_words(material, row)
            key = _kind(row), title + model
            if key[0] == TESTED and (both := (ESTIMATED, key[1])) in found:
                # An estimate and its own test are one method.
                key = both
            used = found.setdefault(key, Used(title, model, reference))
            test = row["stat_name"] == "p_value"
            used.stats["its p" if test else _in_prose(row["stat_name"])] = None
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
    """ "Arms are described by the …", "Effects are estimated by the …", "The tests are …"; models
    of the same title stand once."""
    for kind, leads in LEADS.items():
        of = [used for (one, _), used in uses.items() if one == kind]
        told = dict.fromkeys(item for used in of for item in items(kind, used, references))
        if told:
            yield f"{leads[len(told) > 1]} {in_a_row([*told])}."


def items(kind: str, used: Used, references: References, *, whole: bool = False) -> list[str]:
    """ "risk difference (Newcombe's score interval [2])", "Fisher's exact test [5]", the number of
    its reference behind the method; of what needs no method each statistic. The `whole` has what
    its model takes in."""
    stats, title = [*used.stats], used.title
    model = used.model.removeprefix(", ") if whole else ""
    cited = references.cited(used.reference)
    if title in PLAIN:
        return [escape_markdown(stat) + cited for stat in stats]
    if kind == TESTED or (len(stats) == 1 and title.startswith(stats[0])):
        return [escape_markdown(title) + cited + f" ({escape_markdown(model)})" * bool(model)]
    how = escape_markdown(title) + cited + f", {escape_markdown(model)}" * bool(model)
    return [f"{escape_markdown(in_a_row(stats))} ({how})"]


def quoted(label: str) -> str:
    return f"“{escape_markdown(label)}”"


def method_words(material: Material, row: ResultRow) -> tuple[str, str, str]:
    """A method in words, what its model takes in behind a comma each, and the reference."""
    about = method_of(row["method"])
    # What describes an arm has no model.
    words = model_words(material, row)
    words *= not row["group1_level"]
    anova = "analysis of variance, " * (ANOVA in row["method"])
    return anova + about.title, "".join(f", {word}" for word in words), reference_of(row)
