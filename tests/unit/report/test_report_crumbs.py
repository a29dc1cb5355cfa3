"""The way to a page: at the top of every one, from the start of the site where there is one."""

import re

import pytest
from site_pages import broken_links, pages

from trialtrace.report.links import crumbs, of_report
from trialtrace.report.pages.site_copy import alone, in_site

pytestmark = [
    pytest.mark.filterwarnings("ignore:constrained_layout not applied"),
    pytest.mark.full,
]
WAY = re.compile(r'<nav class="crumbs" aria-label="Breadcrumb"><ol>(.*?)</ol></nav>')
STEP = re.compile(r'<li>(?:<a href="([^"]*)">)(.*?)</a></li>|<li aria-current="page">(.*?)</li>')
NAVS = re.compile(r'<nav\b[^>]*aria-label="([^"]*)"')


def way(text):
    """Link and title of each step of the only way of a page; that of the page itself is last."""
    (found,) = WAY.findall(text)
    return [(link, title or here) for link, title, here in STEP.findall(found)]


@pytest.fixture(scope="module")
def site(hostile):
    return hostile.at.site


@pytest.fixture(scope="module")
def report(hostile):
    return hostile.folder / "report"


@pytest.mark.parametrize(
    ("end", "links", "here"),
    [
        ("mini/summary.html", ["../index.html", ""], ""),
        ("mini/report.html", ["../index.html", "summary.html", ""], "Report"),
        (
            "mini/audit.html",
            ["../index.html", "summary.html", "report.html", ""],
            "Audit of the published numbers",
        ),
        ("mini/plan.html", ["../index.html", "summary.html", "report.html", ""], ""),
        ("mini/code.html", ["../index.html", "./summary.html", "./report.html", ""], "Code"),
        (
            "mini/data/export.html",
            ["../../index.html", "../summary.html", "../report.html", ""],
            "export: raw rows",
        ),
        (
            "mini/trace/relief_primary.html",
            ["../../index.html", "../summary.html", "../report.html", ""],
            "",
        ),
        ("changes.html", ["index.html", ""], "What the last runs changed"),
        ("claims.html", ["index.html", ""], "Published numbers of all trials"),
    ],
)
def test_a_page_tells_the_way_to_it(site, end, links, here):
    steps = way((site / end).read_text(encoding="utf-8"))
    assert [link for link, _ in steps] == links
    assert steps[0][1] == "Trials"
    assert steps[-1][1].startswith(here) and all(title for _, title in steps)


def test_every_page_of_a_site_but_its_start_has_one_way_and_names_each_navigation_once(site):
    for path in site.rglob("*.html"):
        text = path.read_text(encoding="utf-8")
        names = NAVS.findall(text)
        assert len(names) == len(set(names)), path
        if path.name != "index.html":
            steps = way(text)
            links = [(path.parent / link).resolve() for link, _ in steps[:-1]]
            assert all(link.is_file() for link in links), path
            assert links[0] == site / "index.html" and path not in links


def test_a_report_alone_leads_to_nothing_outside_of_it(report, tmp_path):
    import shutil

    shutil.copytree(report, tmp_path / "mailed")
    found = pages(tmp_path / "mailed")
    assert broken_links(found) == []
    for path in found:
        steps = way(path.read_text(encoding="utf-8"))
        assert not [link for link, _ in steps if "index.html" in link]


def test_a_page_of_a_site_without_the_way_to_its_start_is_that_of_the_report(site, report):
    for path in report.rglob("*.html"):
        copied = (site / "mini" / path.relative_to(report)).read_bytes()
        assert copied != path.read_bytes()
        assert alone(copied) == path.read_bytes() == alone(path.read_bytes())


def test_a_title_is_text():
    told = crumbs(of_report("<b>A</b>"), 'x"<i>', "../")
    assert "<b>" not in told and "<i>" not in told
    assert alone(in_site(told, "../../").encode()).decode() == told
