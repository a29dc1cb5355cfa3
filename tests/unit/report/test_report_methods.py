"""The paragraph of methods with its references, and these as BibTeX."""

import html
import platform
import re
from importlib.metadata import version
from types import SimpleNamespace

import mini_run
import pytest
from mini_trial import settings_of

from trialtrace.report.material import Material
from trialtrace.report.sections import methods as module
from trialtrace.report.sections.methods import (
    KNOWN_ALONE,
    UNSIGNED,
    _cite,
    _controlled,
    bibliography,
    methods,
    methods_further,
)
from trialtrace.report.sections.methods_used import BESIDE_A_TEST
from trialtrace.report.sections.references import References, articles, others
from trialtrace.run.trace.seal import grouped
from trialtrace.run.trial.plan.references import ADJUSTMENTS, method_of
from trialtrace.run.trial.plan.registry import cards
from trialtrace.run.trial.plan.titles import titles
from trialtrace.run.trial.reported import in_main_report, in_order


@pytest.fixture(scope="module")
def material(tmp_path_factory: pytest.TempPathFactory) -> Material:
    run = mini_run.run_mini(tmp_path_factory.mktemp("methods"))
    return Material(run.trial, settings_of("mini", "full"), run.folder, {"analyse_plan": "0" * 64})


@pytest.fixture(scope="module")
def text(material: Material) -> str:
    return html.unescape(methods(material))


def test_each_method_of_the_plan_is_named_with_its_reference(text: str, material: Material):
    listed = dict(re.findall(r"^(\d+)\. \[\]\{#ref-\d+\}(.+)$", text, re.MULTILINE))
    assert [*listed] == [str(n) for n in range(1, len(listed) + 1)] and len(listed) > 3

    def cited(words: str) -> str:
        match = re.search(rf"{re.escape(words)} \[\\\[(\d+)\\\]\]\(#ref-\1\)", text)
        assert match, words
        return listed[match[1]]

    newcombe = cited("risk difference (Newcombe's score interval")
    assert newcombe == "Newcombe 1998, Stat Med 17:873, method 10"
    assert cited("Fisher's exact test") == "Fisher 1935, J R Stat Soc 98:39"
    holm = cited("are adjusted by Holm's step-down adjustment")
    assert holm == "Holm 1979, Scand J Stat 6:65"
    # In the supplement as the papers stand in PubMed.
    further = html.unescape(methods_further(material))
    assert "Fisher 1935. The logic of inductive inference. J R Stat Soc 98:39" in further


def test_the_methods_are_a_paragraph_a_kind_of_outcome(text: str, material: Material):
    prose = text.partition("Computed by")[0]
    assert not re.search(r"^\s*[-*\d]+[.]? ", prose, re.MULTILINE)
    first, binary, *_ = prose.split("\n\n")
    shown = re.sub(r" \[\\\[\d+\\\]\]\(#ref-\d+\)", "", binary)
    assert first.startswith("Analyses are of “all randomised”")
    assert " are held against the level of 0.05." in first
    assert shown.startswith("**Yes-or-no outcomes.** Arms are described by the ")
    for once in ("Tests are two-sided", "Confidence intervals are at the 95 % level", KNOWN_ALONE):
        assert prose.count(once) == 1
    # What a test or an estimate has beside it stands with the number.
    assert "degrees of freedom" not in shown and "χ²;" not in shown


def test_every_method_of_the_main_report_is_cited_in_the_prose(text: str, material: Material):
    main = [one for one in in_order(material.trial) if in_main_report(material.trial, one)]
    listed = text.partition("1. []{#ref-1}")[2]
    for row in (row for one in main for row in material.printable(one.name)):
        if row["stat_name"] not in BESIDE_A_TEST and (about := method_of(row["method"])).reference:
            assert about.reference in listed, about


def test_articles_of_the_cards_have_their_titles():
    named = (one for card in cards() for one in (card, *card.also.values()))
    references = [one.reference for one in (*named, *ADJUSTMENTS.values()) if one.reference]
    assert not [entry for _, entry in articles(references) if "  title = " not in entry]
    assert not [title for title in titles().values() if "- " in title or title != title.strip()]


def test_software_stands_with_its_versions_and_the_report_with_its_hash(
    text: str, material: Material, monkeypatch: pytest.MonkeyPatch
):
    for name in ("numpy", "scipy", "statsmodels"):
        assert f"{name} {version(name)}" in text
    assert f"Python {platform.python_version()}, " in text
    shown = f", run {grouped(material.seal.value)[:17]}" if material.seal.value else ""
    kind = " [re-analysis]" if material.claims else ""
    assert f"**Cite this report as:** {material.trial.title}{kind}. Report by trialtrace" in text
    assert text.count(f"{shown}. {UNSIGNED}\n")
    monkeypatch.setattr(type(material.trial), "synthetic", True)
    assert f"{material.trial.title} [synthetic data, no evidence]. Report by" in html.unescape(
        _cite(material)
    )


def test_references_as_bibtex(material: Material):
    text = bibliography(material)
    assert text.count("@article{") + text.count("@misc{") == text.count("\n}\n") > 3
    assert (
        "@article{newcombe1998-873,\n  author = {Newcombe},\n  year = {1998},\n"
        "  title = {Interval estimation for the difference between independent proportions: "
        "comparison of eleven methods},\n  journal = {Stat Med},\n  volume = {17},\n"
        "  pages = {873}\n}\n"
    ) in text


@pytest.mark.parametrize(
    ("reference", "authors"),
    [
        ("Landis, Heyman and Koch 1978, Int Stat Rev 46:237", ["Landis and Heyman and Koch"]),
        (
            "Bloom 1984, Eval Rev 8:225; Angrist, Imbens and Rubin 1996, J Am Stat Assoc 91:444",
            ["Bloom", "Angrist and Imbens and Rubin"],
        ),
        ("Katz et al. 1978, Biometrics 34:469", ["Katz and others"]),
        ("Breslow and Day 1980; Tarone 1985, Biometrika 72:91", ["Tarone"]),
        ("normal approximation; Mann and Whitney 1947, Ann Math Stat 18:50", ["Mann and Whitney"]),
        ("Cohen 1988, chapter 7", []),
    ],
)
def test_articles_of_a_reference(reference: str, authors: list[str]):
    found = [re.search(r"author = \{(.*)\}", entry)[1] for _, entry in articles([reference])]
    assert found == authors


def test_what_has_no_page_is_in_the_file_too():
    ((_, known),) = others(["Cohen 1988, chapter 7"])
    assert "title = {Statistical Power Analysis for the Behavioral Sciences}" in known
    book = "Breslow and Day 1980, The Analysis of Studies; Tarone 1985, Biometrika 72:91"
    title = "  title = {The Analysis of Studies}"
    (entry,) = others([book, "Cohen and others"])
    assert entry == (
        "breslow1980",
        f"@misc{{breslow1980,\n  author = {{Breslow and Day}},\n  year = {{1980}},\n{title}\n}}\n",
    )


def test_the_file_has_what_the_lists_of_the_reports_have(material: Material):
    """By author and year: what levels and intervals of a look are from too."""
    text = bibliography(material)
    listed = re.findall(
        r"^\d+\. \[\]\{#ref-\w+\}([A-Z][\w'’]+)[^\n]*? ([12]\d{3})",
        methods(material) + methods_further(material),
        re.MULTILINE,
    )
    assert len(listed) > 3
    for author, year in listed:
        assert re.search(rf"author = \{{{author}[^}}]*\}},\n  year = \{{{year}\}}", text), author


def test_the_supplement_has_the_methods_of_its_own_analyses(text: str, material: Material):
    hidden = next(
        one
        for one in material.trial.plan.analyses.values()
        if not in_main_report(material.trial, one)
    )
    further = html.unescape(methods_further(material))
    shown = next(one for one in in_order(material.trial) if in_main_report(material.trial, one))
    assert all(f"| {one.label} |" in further for one in (hidden, shown))
    assert hidden.label not in text
    # Its list has places of its own, where a document of somebody's has both.
    assert "1. []{#ref-s1}" in further and r"[\[1\]](#ref-s1)" in further
    assert not {*re.findall(r"\{#([\w-]+)\}", further)} & {*re.findall(r"\{#([\w-]+)\}", text)}


def test_the_level_of_a_look_has_its_references(monkeypatch):
    look = SimpleNamespace(boundary="spending_obrien_fleming")
    monkeypatch.setattr(module, "leading", lambda _: [SimpleNamespace(look=look)])
    monkeypatch.setattr(module, "of_look", lambda *_: ["at the level"])
    assert [*module._looks(None, References())] == [
        r"The level of an interim analysis is by a spending function [\[1\]](#ref-1); "
        r"the primary interval is a repeated one [\[2\]](#ref-2)."
    ]
    look.boundary = "pocock"
    assert [*module._looks(None, References())] == []


def test_only_procedures_of_the_report_are_told_with_what_they_control():
    def told(*adjusted: str) -> str:
        of = {"shown": "main", "aside": "supplement"}
        families = {
            f"{at}{name}": SimpleNamespace(adjust=one, tests=[SimpleNamespace(analysis=name)])
            for name, every in (("shown", adjusted), ("aside", ["hochberg"]))
            for at, one in enumerate(every)
        }
        analyses = {name: SimpleNamespace(report=where) for name, where in of.items()}
        plan = SimpleNamespace(multiplicity=families, analyses=analyses)
        trial = SimpleNamespace(trial=SimpleNamespace(plan=plan))
        return html.unescape(" ".join(_controlled(trial)))

    assert told("holm") == "This controls the chance of any false rejection within the family."
    assert told("holm", "benjamini_hochberg", "holm") == (
        "This controls the chance of any false rejection (by Holm's step-down adjustment) and the "
        "expected share of false rejections (by Benjamini and Hochberg's adjustment) within each "
        "family alone, not over all of them."
    )
    assert told() == ""
