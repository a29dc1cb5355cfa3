"""Where things stand on a page in Chromium, by the boxes that it draws."""

from collections.abc import Iterator

import pytest

from browsed.window import CHROMIUM, WIDTHS, View, Window, window
from trialtrace.report.pages.shell import page

# One process renders the sites.
pytestmark = [
    pytest.mark.filterwarnings("ignore:constrained_layout not applied"),
    pytest.mark.xdist_group("display"),
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
    (tmp_path / "long.html").write_text(page("Long", body, synthetic=True), encoding="utf-8")
    tab.show(tmp_path / "long.html", View(width))
    tab.page.evaluate("() => { location.hash = 'r120'; }")
    stamp, head, row = (tab.page.locator(one).bounding_box() for one in ("p.held", "th", "#r120"))
    assert stamp["y"] == 0
    assert stamp["y"] + stamp["height"] - 2 <= head["y"] <= stamp["y"] + stamp["height"]
    assert head["y"] + head["height"] - 2 <= row["y"] < 200
