"""Links in figures: each leads to the trace of the result that it lies over, in a page as in the
file of the figure, and is compared with what was written."""

import csv
import re
from collections import Counter

import mini_run
import mini_trial
import pytest
from mini_trial import settings_of

from trialtrace.report.figures.make import draw_figures
from trialtrace.report.links import trace_link
from trialtrace.report.material import Material
from trialtrace.report.pages.at_risk_page import at_risk_pages
from trialtrace.report.render.pandoc import with_images, with_links
from trialtrace.report.shown.compare import alterations
from trialtrace.report.shown.html_lines import html_lines
from trialtrace.report.tables import NO_BREAK

PLAN = (mini_trial.PLAN + mini_trial.MORE_DISPLAYS).replace("at: [0, 30]", "at: [0, 30, 90]")
LINK = re.compile(r'<a class="field" href="\.\./(trace/[^"]+)"><title>([^<]*)</title>')


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    root = tmp_path_factory.mktemp("links")
    run = mini_run.run_mini(root, plan=PLAN)
    material = Material(run.trial, settings_of("mini", "full"), run.folder, {})
    draw_figures(material, root / "figures")
    return material, root / "figures"


def links(folder, name):
    return LINK.findall((folder / f"{name}.svg").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["forest_1", "flow", "kaplan_meier_1", "cumulative_incidence_1"])
def test_a_link_says_the_number_that_its_trace_has(made, name):
    material, folder = made
    results = {trace_link(row["result_id"]): row for row in material.results}
    found = links(folder, name)
    assert found
    for link, words in found:
        text = results[link]["stat_text"].replace("95% CI ", "")
        assert text.replace(NO_BREAK, " ") in words.replace(NO_BREAK, " "), words


def test_a_curve_leads_to_its_results_and_so_do_its_numbers_at_risk(made):
    """The plan estimates the share at day 30, and counts the events and those at risk."""
    material, folder = made
    told = [trace_link(row["result_id"]) for row in material.of("death_time")]
    found = Counter(link for link, _ in links(folder, "kaplan_meier_1"))
    wanted = {
        trace_link(row["result_id"])
        for row in material.of("death_time")
        if row["group1_level"] in ("drug", "placebo")
        and row["method"] in ("survival.kaplan_meier", "events.count", "at_risk.count")
    }
    assert set(found) == wanted <= set(told)
    assert set(found.values()) == {1}


def test_every_number_at_risk_leads_to_its_trace_or_to_what_it_counts(made):
    """Days 0 and 90 of the figure are no times of the plan: the page beside the figure has these,
    with the records that are at risk then."""
    material, folder = made
    drawn = draw_figures(material, folder)
    at_risk_pages(material, drawn, folder.parent)
    for name in ("kaplan_meier_1", "cumulative_incidence_1"):
        with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
            rows = [row for row in csv.DictReader(file) if row["at_risk"]]
        svg = (folder / f"{name}.svg").read_text(encoding="utf-8")
        places = re.findall(rf'href="\.\./at-risk/{name}\.html#([a-z0-9]+)"', svg)
        text = (folder.parent / f"at-risk/{name}.html").read_text(encoding="utf-8")
        assert len(places) == sum(not row["result"] for row in rows) > 0
        assert sorted(places) == sorted(re.findall(r'<section id="([^"]+)">', text))
        for row in rows:
            told = f"<h2>{row['line']}, {float(row['days']):g} days: {row['at_risk']} at risk</h2>"
            assert (told in text) == (not row["result"]), told
            records = rf"{re.escape(told)}\n<dl>.*?<dt>records</dt>\n<dd>(\d+) of"
            counted = re.search(records, text, re.DOTALL)
            assert row["result"] or (counted and counted[1] == row["at_risk"])


def page(folder, *names):
    body = "".join(f'<figure><img src="{name}.svg" alt="Of {name}" /></figure>' for name in names)
    return with_images(f"<p>Before</p>{body}<p>After</p>", folder)


def test_figures_of_a_page_are_elements_of_it_without_names_twice(made):
    _, folder = made
    told = page(folder, "forest_1", "flow", "kaplan_meier_1", "forest_1")
    assert told.count("<svg ") == 4 and "<img" not in told and "<style" not in told
    assert 'role="group" aria-label="Of flow"' in told
    identifiers = re.findall(r'\bid="([^"]+)"', told)
    assert len(identifiers) == len(set(identifiers)) > 0
    used = re.findall(r'href="#([^"]+)"|url\(#([^)]+)\)', told)
    assert {one or other for one, other in used} <= set(identifiers)
    assert 'class="field" href="trace/' in told and "../" not in told


def test_a_page_of_quarto_has_the_same_element(made):
    """Pandoc writes a drawing into a page as base64, with its words in an `aria-label`."""
    import base64

    data = base64.b64encode((made[1] / "forest_1.svg").read_bytes()).decode()
    page_of_quarto = (
        f'<img role="img" aria-label="Of forest_1" src="data:image/svg+xml;base64,{data}" />'
    )
    other = '<img src="data:image/svg+xml;base64,PHN2Zy8+" />'
    told = with_links(f"<p>Before</p><figure>{page_of_quarto}</figure><p>After</p>{other}")
    assert told == page(made[1], "forest_1") + other


def test_a_figure_without_links_stays_an_image(made):
    _, folder = made
    told = page(folder, "profile_1")
    assert "<svg" not in told and 'src="data:image/svg+xml;base64,' in told


ALTERED = {
    "a place of a path": (r'<path d="M (\d)', r'<path d="M 9\1', "figure"),
    "a mark more": ("</svg>", "<g></g></svg>", "figure"),
    "the words for it": ('aria-label="Of', 'aria-label="Not of', "figure"),
    "what a link says": (r"<title>([^<]*)\d", r"<title>\g<1>77", "number"),
    "where a link leads": (r'href="trace/[^"]*"', 'href="trace/other.html#aaaaaaaa"', "link"),
}


@pytest.mark.parametrize("how", ALTERED)
def test_an_alteration_of_a_figure_in_a_page_is_told(made, how):
    old, new, what = ALTERED[how]
    told = page(made[1], "forest_1", "flow")
    altered = re.sub(old, new, told, count=1)
    assert altered != told
    found = alterations(html_lines(told.encode()), html_lines(altered.encode()))
    assert [one.what for one in found] == [what]


def test_the_steps_of_a_curve_name_whose_events_they_are(made):
    _, folder = made
    with (folder / "kaplan_meier_1.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    dead = {
        f"mini-{row['id']}": float(row["days"])
        for row in mini_run.patients()
        if row["died"] == 1 and float(row["days"]) <= 90
    }
    found = {
        one: float(row["days"])
        for row in rows
        if row["subjects"]
        for one in row["subjects"].split("; ")
    }
    assert found == dead and dead
    at_risk = [row for row in rows if row["at_risk"]]
    assert all(bool(row["result"]) == (float(row["days"]) == 30) for row in at_risk)
