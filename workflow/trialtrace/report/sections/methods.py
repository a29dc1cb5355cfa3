"""The methods of the main report in words that can be copied, with citations, software and how the
report is cited; the references once more as BibTeX."""

import platform
import re
from collections.abc import Container, Iterable, Iterator, Mapping
from importlib.metadata import version
from itertools import chain

import trialtrace
from trialtrace.base.words import finer, number
from trialtrace.report.figures.picture import in_a_row
from trialtrace.report.links import trace_link
from trialtrace.report.material import Material
from trialtrace.report.render.escape import escape_markdown
from trialtrace.report.sections.event_words import stat_words
from trialtrace.report.sections.models import estimation_words, form_words, model_words
from trialtrace.report.sections.questions import leading, of_look
from trialtrace.run.tables.conditions import lower_first
from trialtrace.run.tables.contracts.rows import ResultRow
from trialtrace.run.trace.seal import short_hash
from trialtrace.run.trial.plan.build import Analysis
from trialtrace.run.trial.plan.multiplicity import Family
from trialtrace.run.trial.plan.references import ADJUSTMENTS, by, method_of
from trialtrace.run.trial.reported import in_main_report, in_order

BIBLIOGRAPHY = "references.bib"
# What computes; what recomputed stands with its version in the results.
COMPUTED_BY = ("numpy", "scipy")
# A statistic that a method is not asked of: a count, and what stands in brackets behind a p-value.
_BARE = {"n", "events", "count", "at_risk", "chi_squared", "t", "u", "v", "z", "p_adjusted"}
_BARE |= {"df", "df1", "df2", "df1_corrected", "df2_corrected"}
_ARTICLE = re.compile(
    r"(?:^|[:;] )(?P<authors>[A-Z][\w'’ ,.\-]*?) (?P<year>[12]\d{3}), "
    r"(?P<journal>[A-Z][A-Za-z ]+?) (?P<volume>\d+):(?P<page>\d+)"
)
_OTHER = re.compile(r"(?P<authors>[A-Z][\w'’ ,.\-]*?) (?P<year>[12]\d{3})(?:, (?P<title>[A-Z].*))?")

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


def _to_list(at: int, letter: str = "") -> str:
    return rf" [\[{at}\]](#ref-{letter}{at})"


class _References:
    """References by the number under which the text has them; the places of a list are told from
    those of another by its `letter`."""

    def __init__(self, letter: str = "") -> None:
        self.letter = letter
        self._numbers: dict[str, int] = {}

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def cited(self, reference: str) -> str:
        """ " [3]" as a link to the list: in round brackets stand patients. Nothing without one."""
        if not reference:
            return ""
        at = self._numbers.setdefault(reference, len(self._numbers) + 1)
        return _to_list(at, self.letter)


def cited(material: Material, analysis: Analysis, text: str) -> str:
    """A text on an analysis of the main report with the number of its reference behind each method
    where it is named first."""
    if not in_main_report(material.trial, analysis):
        return text
    if not material.cited:
        references = _References()
        list(_analyses(material, references))
        at = {reference: number for number, reference in enumerate(references, 1)}
        every = [
            method_of(name) for name in dict.fromkeys(row["method"] for row in material.results)
        ]
        material.cited.update(
            {escape_markdown(one.title): at[one.reference] for one in every if one.reference in at}
        )
    numbers, found = material.cited, set[str]()
    # The longer name first: one may be a part of another.
    names = "|".join(map(re.escape, sorted(numbers, key=len, reverse=True)))

    def numbered(match: re.Match[str]) -> str:
        if match[0] in found:
            return match[0]
        found.add(match[0])
        return match[0] + _to_list(numbers[match[0]])

    # A link has no second one in its words.
    alone = rf"(?<![\w-])(?:{names})(?![\w-])(?![^\[\]]*\]\()"
    return re.sub(alone, numbered, text) if names else text


def methods(material: Material, shown: Container[str] = ()) -> str:
    """What was computed how, by which software, and the references; of analyses of the supplement
    the results to which the report has a link, of those `shown`."""
    references = _References()
    plan = material.trial.plan
    parts = [*_analyses(material, references)]
    parts += _families(material, references, main=True)
    parts += _controlled(material)
    parts += _looks(material, references)
    if beside := [*_analyses(material, references, main=False, shown=shown)]:
        parts.append("Of analyses in the supplement, the results that this report shows:")
        parts += beside
    if {row["method"] for row in material.results} >= {*BOTH_OF_SHARES}:
        parts.append(OF_SHARES)
    if any(map(_finer, material.results)):
        parts.append(FINER)
    parts.append(
        f"Confidence intervals are at the {number(100 * plan.confidence)} % level unless stated "
        "otherwise."
    )
    listed = _list(references)
    file = f"The references as a file: [{BIBLIOGRAPHY}]({BIBLIOGRAPHY})."
    paragraphs = ["\n".join(f"- {part}" for part in parts), _software(material), _cite(material)]
    return "\n\n".join([*paragraphs, listed, *([file] if listed else [])]) + "\n"


def _families(material: Material, references: _References, *, main: bool) -> Iterator[str]:
    """How each family of p-values is adjusted, of those with a test in the `main` report or of the
    others."""
    for family in _adjusted(material, main=main):
        how = ADJUSTMENTS[family.adjust]
        label, title = escape_markdown(family.label), escape_markdown(how.title)
        yield f"{label}: p-values adjusted by {title}{references.cited(how.reference)}."


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


def _controlled(material: Material) -> Iterator[str]:
    """What the procedures of the report control, each by its name."""
    used = [family.adjust for family in _adjusted(material, main=True)]
    controlled = {False: "the chance of any", True: "the expected share of"}
    told = []
    for of_shares, what in controlled.items():
        of = [one for one in used if (one == "benjamini_hochberg") == of_shares]
        names = [ADJUSTMENTS[one].title for one in of]
        if names:
            told.append(f"{what} false rejections by {in_a_row(list(dict.fromkeys(names)))}")
    if told:
        where = "each family alone, not over all of them" if len(used) > 1 else "the family alone"
        yield escape_markdown(f"Controlled within {where}: {'; '.join(told)}.")


def _looks(material: Material, references: _References) -> Iterator[str]:
    """By what the level of a look is reckoned, and what the interval at it is."""
    for one in leading(material):
        if one.look and one.look.boundary.startswith("spending_"):
            spending = references.cited("Lan and DeMets 1983, Biometrika 70:659")
            text = f"Level of an interim analysis by a spending function{spending}"
            if of_look(material, one):
                repeated = "Jennison and Turnbull 1989, J R Stat Soc B 51:305"
                text += f"; the primary interval is a repeated one{references.cited(repeated)}"
            yield f"{text}."


def methods_further(material: Material) -> str:
    """What was computed how in the analyses of the supplement, with references of its own."""
    references = _References("s")
    every = [
        *_analyses(material, references, main=False),
        *_families(material, references, main=False),
    ]
    parts = [f"- {part}" for part in every]
    return "\n\n".join(["\n".join(parts), _list(references)]) + "\n" if parts else ""


def _list(references: _References) -> str:
    """The references with their numbers, each a place that the text leads to."""
    return "\n".join(
        f"{at}. []{{#ref-{references.letter}{at}}}{escape_markdown(each)}"
        for at, each in enumerate(references, 1)
    )


def _analyses(
    material: Material,
    references: _References,
    *,
    main: bool = True,
    shown: Container[str] | None = None,
) -> Iterator[str]:
    """A sentence for all analyses of a population that have the same methods, those of the `main`
    report or those of the supplement, all results or those `shown`; what comes by the same method
    stands together."""
    alike: dict[tuple[str, ...], list[Analysis]] = {}
    for analysis in in_order(material.trial):
        if in_main_report(material.trial, analysis) == main:
            stats: dict[str, dict[str, None]] = {}
            for row in material.printable(analysis.name):
                seen = shown is None or trace_link(row["result_id"]) in shown
                if seen and row["stat_name"] not in _BARE:
                    stats.setdefault(_method(material, row), {})[stat_words(row["stat_name"])] = (
                        None
                    )
            every = [f"{in_a_row(list(of))} {by(method)}" for method, of in stats.items()]
            if not every and shown is not None:
                continue
            population = material.trial.populations[analysis.estimand.population].label
            alike.setdefault((population, *every), []).append(analysis)
    for (population, *used), analyses in alike.items():
        labels = in_a_row([escape_markdown(one.label) for one in analyses])
        told = []
        for words in used:
            text, _, reference = words.partition("\n")
            told.append(escape_markdown(text) + references.cited(reference))
        yield f"{labels} ({escape_markdown(lower_first(population))}): {'; '.join(told)}."


def _method(material: Material, row: ResultRow) -> str:
    """A method in words, what its model takes in, and behind a line's end the reference."""
    about = method_of(row["method"])
    # What describes an arm has no model.
    words = [*model_words(material, row), *form_words(material, row), *estimation_words(row)]
    words *= not row["group1_level"]
    model = "".join(f", {word}" for word in words)
    return f"{about.title}{model}\n{about.reference or ''}"


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
    BibTeX, by author and year; titles are not recorded."""
    references = _References()
    list(_looks(material, references))
    for main in (True, False):
        list(_families(material, references, main=main))
    methods_used = dict.fromkeys(row["method"] for row in material.results)
    every = [*references, *(method_of(name).reference or "" for name in methods_used)]
    found: dict[str, str] = {}
    for entry in (*_articles(every), *_others(every)):
        found.setdefault(*entry)
    return "\n".join(found[key] for key in sorted(found))


def _others(references: Iterable[str]) -> Iterator[tuple[str, str]]:
    """Books, and what has no volume and page: author, year and the words behind them."""
    for part in chain.from_iterable(reference.split("; ") for reference in references):
        if not _ARTICLE.search(part) and (match := _OTHER.fullmatch(part)):
            yield _entry("misc", match, {"title": match["title"]})


def _articles(references: Iterable[str]) -> Iterator[tuple[str, str]]:
    for match in chain.from_iterable(map(_ARTICLE.finditer, references)):
        more = {"journal": match["journal"], "volume": match["volume"], "pages": match["page"]}
        yield _entry("article", match, more, f"-{match['page']}")


def _entry(
    kind: str, match: re.Match[str], more: Mapping[str, str | None], end: str = ""
) -> tuple[str, str]:
    """The key of a reference, by author, year and `end`, and its entry."""
    authors = match["authors"].replace(" et al.", " and others").replace(", ", " and ")
    key = re.sub(r"\W", "", authors.partition(" and ")[0]).lower() + match["year"] + end
    fields = {"author": authors, "year": match["year"], **more}
    lines = ",\n".join(f"  {name} = {{{text}}}" for name, text in fields.items() if text)
    return key, f"@{kind}{{{key},\n{lines}\n}}\n"
