"""Where things stand on a page in Chromium, by the boxes that it draws."""

import re
from collections.abc import Iterator

import pytest
from browsed.window import CHROMIUM, WIDTHS, View, Window, window
from site_pages import text_of

from trialtrace.base.stamp import SYNTHETIC
from trialtrace.report.pages.shell import page
from trialtrace.report.render.house import breakable

# One process renders the sites.
pytestmark = [
    pytest.mark.filterwarnings("ignore:constrained_layout not applied"),
    pytest.mark.chromium,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not on the PATH"),
]
PHONE, TABLET, LAPTOP = WIDTHS
# Of each table the cells that do not begin or end where the head of their column does.
SHIFTED = """() => [...document.querySelectorAll('table')].flatMap(table => {
  const heads = [...table.querySelectorAll('thead th')].map(one => one.getBoundingClientRect());
  return [...table.querySelectorAll('tbody tr')].flatMap(row => {
    const cells = [...row.children].filter(one => one.colSpan === 1 && one.rowSpan === 1);
    if (cells.length !== heads.length) return [];
    return cells.filter((one, at) => {
      const box = one.getBoundingClientRect();
      return Math.abs(box.left - heads[at].left) > 1 || Math.abs(box.right - heads[at].right) > 1;
    }).map(one => one.textContent.trim().slice(0, 40));
  });
})"""


@pytest.fixture(scope="module")
def tab(hostile) -> Iterator[Window]:
    with window(hostile.at.site) as opened:
        yield opened


@pytest.mark.parametrize("page", ["mini/audit.html", "claims.html"])
def test_cells_of_a_table_stand_under_the_head_of_their_column(tab, hostile, page):
    tab.show(hostile.at.site / page, View(LAPTOP))
    assert tab.page.locator("td.verdict").count() > 3
    assert tab.page.evaluate(SHIFTED) == []


@pytest.mark.parametrize("width", [PHONE, LAPTOP])
def test_the_stamp_of_synthetic_data_stays_above_all_that_is_read(tab, tmp_path, width):
    rows = "".join(f'<tr id="r{at}"><td>{at}</td></tr>' for at in range(200))
    body = f"<table>\n<thead><tr><th>At</th></tr></thead>\n<tbody>{rows}</tbody></table>\n"
    (tmp_path / "long.html").write_text(page("Long", body, stamp=SYNTHETIC), encoding="utf-8")
    tab.show(tmp_path / "long.html", View(width))
    tab.page.evaluate("() => { location.hash = 'r120'; }")
    stamp, head, row = (tab.page.locator(one).bounding_box() for one in ("p.held", "th", "#r120"))
    assert stamp["y"] == 0
    assert stamp["y"] + stamp["height"] - 2 <= head["y"] <= stamp["y"] + stamp["height"]
    assert head["y"] + head["height"] - 2 <= row["y"] < 200


@pytest.mark.parametrize("share", [0.1, 0.45, 0.9])
def test_the_card_of_a_number_on_a_phone_leaves_the_number_in_sight(tab, hostile, share):
    path = hostile.at.site / "mini" / "report.html"
    anchor = re.search(r'<a id="([a-z2-7]{8})" href="trace/', path.read_text(encoding="utf-8"))[1]
    tab.show(path, View(PHONE))
    link = tab.page.locator(f"#{anchor}")
    down = "(one, share) => scrollBy(0, one.getBoundingClientRect().top - share * innerHeight)"
    link.evaluate(down, share)
    link.click()
    card, number = tab.page.locator(".card").bounding_box(), link.bounding_box()
    assert card["height"] >= 128
    above, below = card["y"] + card["height"] <= number["y"], card["y"] >= number["y"] + 10
    assert above or below
    assert card["y"] >= 0 and card["y"] + card["height"] <= 801


def test_a_figure_on_a_phone_scrolls_in_its_own_frame(tab, hostile):
    tab.show(hostile.at.site / "mini" / "report.html", View(PHONE))
    figure = tab.page.locator("figure:has(img)").first
    assert figure.locator("img").bounding_box()["width"] >= 560
    caption = figure.locator("figcaption").bounding_box()
    assert caption["x"] >= 0 and caption["x"] + caption["width"] <= PHONE
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= PHONE


def test_rows_of_many_cells_are_few_lines_high(tab, hostile):
    path = max((hostile.at.site / "mini" / "rows").glob("bds.*.html"), key=lambda one: one.name)
    tab.show(path, View(LAPTOP))
    # The rows are unpacked once the page is there.
    every = int(re.search(r">All (\d+) records<", text_of(path))[1])
    rows = "document.querySelectorAll('.frame tbody tr').length"
    tab.page.wait_for_function(f"() => {rows} === {every}")
    wide = "() => document.querySelector('.frame table').getBoundingClientRect().width"
    need = """() => { const table = document.querySelector('.frame table').cloneNode(true);
      table.style.width = 'max-content';
      document.querySelector('.frame').append(table);
      return table.getBoundingClientRect().width; }"""
    assert tab.page.evaluate(wide) == tab.page.evaluate(need)


def test_a_link_to_a_set_leaves_its_rows_in_sight_with_links_to_raw_lines(tab, hostile):
    folder = hostile.at.site / "mini"
    path = max((folder / "rows").glob("bds.*.html"), key=lambda one: one.stat().st_size)
    text = text_of(path)
    anchor, n = re.search(r'id="(r\w+)" data-rows="[^"]+"><a [^>]*>(\d+) records', text).groups()
    tab.show(path, View(LAPTOP))
    seen = (
        "() => [...document.querySelectorAll('.frame tbody tr')].filter(one => !one.hidden).length"
    )
    every = int(re.search(r">All (\d+) records<", text)[1])
    tab.page.wait_for_function(f"({seen})() === {every}")
    assert every > int(n)
    assert '"' not in tab.page.locator(".frame tbody td").all_inner_texts()
    tab.page.evaluate(f"location.hash = '{anchor}'")
    tab.page.wait_for_function(f"({seen})() === {n}")
    link = tab.page.locator(".frame tbody tr:not([hidden]) a").first
    table, line = re.fullmatch(r"\.\./data/(\w+)\.html#L(\d+)", link.get_attribute("href")).groups()
    assert link.inner_text() == line
    active = "() => document.querySelectorAll('.frame tbody :not(tr, td, a)').length"
    assert tab.page.evaluate(active) == 0
    assert f"<tr id=L{line}>" in text_of(folder / "data" / f"{table}.html")


def test_names_of_code_end_a_line_at_their_joints_alone(tab, tmp_path):
    assert breakable("<pre><code>a_b</code></pre>") == "<pre><code>a_b</code></pre>"
    table = "<table><tbody><tr><td><code>adverse_events.outcomes</code></td></tr></tbody></table>"
    text = page("Names", f'<div style="width: 5rem">{table}</div>', stamp=None)
    assert "adverse_<wbr>events.<wbr>outcomes" in text
    (tmp_path / "names.html").write_text(text, encoding="utf-8")
    tab.show(tmp_path / "names.html", View(LAPTOP))
    tops = tab.page.evaluate(
        """() => [...document.querySelector('code').childNodes].filter(one => one.data).map(one => {
          const range = document.createRange();
          range.selectNodeContents(one);
          return range.getClientRects().length;
        })"""
    )
    assert tops == [1, 1, 1]


def test_a_link_of_a_figure_opens_the_card_of_its_number_by_keyboard(tab, hostile):
    """The card stands outside of the drawing, and the way back leads to the link."""
    tab.show(hostile.at.site / "mini" / "report.html", View(LAPTOP))
    link = tab.page.locator("svg a.field").first
    number = re.findall(r"\d+(?:\.\d+)?", link.locator("title").text_content())[-1]
    link.focus()
    tab.page.keyboard.press("Enter")
    card = tab.page.locator(".card")
    card.wait_for()
    assert number in card.inner_text()
    assert tab.page.locator("svg .card").count() == 0
    tab.page.keyboard.press("Escape")
    tab.page.wait_for_function("document.activeElement.matches('svg a.field')")
    assert tab.page.locator(".card").count() == 0


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_a_figure_has_a_light_ground_and_fits_its_page(tab, hostile, dark):
    tab.show(hostile.at.site / "mini" / "report.html", View(PHONE, dark=dark))
    ground = "one => getComputedStyle(one).backgroundColor"
    drawing = tab.page.locator("figure svg").first
    assert drawing.evaluate(ground) == ("rgb(255, 255, 255)" if dark else "rgba(0, 0, 0, 0)")
    assert tab.page.evaluate("document.documentElement.scrollWidth") <= PHONE
