"""What the vectors of a curve hold beside what is seen: nothing beyond the axes, and under
restricted disclosure no patient's exact day."""

import re
from types import SimpleNamespace as Stub
from xml.etree.ElementTree import fromstring

import mini_run
import mini_trial
import numpy as np
import pytest
from matplotlib.layout_engine import LayoutEngine
from mini_trial import settings_of
from svg_paths import data_places

from trialtrace.report.figures.at_risk import PLACES, rounded_up
from trialtrace.report.figures.canvas import drawing, save_drawing
from trialtrace.report.figures.make import draw_figures
from trialtrace.report.material import Material

END = 4000
# The day at which the plan estimates the share.
PLANNED = 30
CURVES = ("kaplan_meier_1", "cumulative_incidence_1")
DISCLOSURES = ("full", "restricted")


def days(number: int) -> int:
    """From 1004 to 8793, each 3 days or more from the grid of the axis; 8 of 20 lie on the axis."""
    return 593 + 410 * number + number % 2


@pytest.fixture(scope="module")
def figures(tmp_path_factory):
    """disclosure -> folder of figures; the axis of the curves ends at day 4000."""
    root = tmp_path_factory.mktemp("svg")
    rows = [row | {"days": days(row["id"])} for row in mini_run.patients()]
    plan = (mini_trial.PLAN + mini_trial.MORE_DISPLAYS).replace("at: [0, 30]", f"at: [0, {END}]")
    run = mini_run.run_mini(root, rows, plan=plan)
    made = {}
    for disclosure in DISCLOSURES:
        made[disclosure] = root / disclosure
        settings = settings_of("mini", disclosure)
        draw_figures(Material(run.trial, settings, run.folder, {}), made[disclosure])
    return made


def times(figures, disclosure, name):
    return [x for x, _ in data_places(figures[disclosure] / f"{name}.svg", (0, END))]


@pytest.mark.parametrize("disclosure", DISCLOSURES)
@pytest.mark.parametrize("name", CURVES)
def test_no_curve_goes_on_beyond_its_axis(figures, disclosure, name):
    found = times(figures, disclosure, name)
    assert max(found) == pytest.approx(END, abs=0.1)
    assert min(found) == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("name", CURVES)
def test_full_disclosure_draws_the_days_as_they_are(figures, name):
    exact = {days(number) for number in range(1, 21)}
    # A hundredth of a point is a tenth of a day here.
    assert any(abs(x - day) < 0.1 for x in times(figures, "full", name) for day in exact)


@pytest.mark.parametrize("name", CURVES)
def test_restricted_disclosure_draws_no_day_finer_than_the_picture(figures, name):
    """A step of the axis is 10 days; the days of the patients lie between."""
    step = END / PLACES
    found = times(figures, "restricted", name)
    # Drawings have places to a hundredth of a point, a tenth of a day here.
    assert all(abs(x / step - round(x / step)) < 1e-2 for x in found)
    exact = [days(number) for number in range(1, 21)]
    assert not any(abs(x - day) < 1 for x in found for day in exact)


def test_who_is_only_censored_has_a_mark_alone(tmp_path):
    """Curves have a place where they step and at their end: here one event and one end an arm."""
    rows = [row | {"days": days(row["id"]), "died": "0"} for row in mini_run.patients()]
    for row in rows[:2]:
        row["died"] = "1"
    plan = mini_trial.PLAN.replace("at: [0, 30]", "at: [0, 9000]")
    run = mini_run.run_mini(tmp_path, rows, plan=plan)
    settings = settings_of("mini", "full")
    draw_figures(Material(run.trial, settings, run.folder, {}), tmp_path / "figures")
    drawn = tmp_path / "figures" / "kaplan_meier_1.svg"
    told = {round(x) for x, _ in data_places(drawn, (0, 9000), marks=False)}
    # The link to the share at a day of the plan ends there.
    assert told == {0, PLANNED, days(1), days(2), days(19), days(20)}
    told = {round(x) for x, _ in data_places(drawn, (0, 9000))}
    assert told == {0, PLANNED, *map(days, range(1, 21))}


def test_an_axis_that_the_data_end_is_rounded_up():
    assert [rounded_up(x) for x in (0, 1, 87, 101, 8756.0)] == [0, 1, 87, 110, 8800]


@pytest.mark.parametrize("disclosure", DISCLOSURES)
def test_interval_censored_curves_keep_to_their_axis(figures, tmp_path, disclosure):
    """Visits at odd days; the axis is that of the visits, rounded up where nothing may be told."""
    from trialtrace.report.figures.interval_survival import _places
    from trialtrace.stats.survival.interval_censored import turnbull

    left = np.array([0.0, 101.0, 203.0, 333.0, 333.0])
    fit = turnbull(left, np.array([101.0, 203.0, 333.0, 437.0, np.inf]))
    fine = disclosure == "full"
    last = 437.0 if fine else rounded_up(437.0)
    at = _places(fit, 1.0, last, fine)
    ends = np.concatenate([at.left, at.right[np.isfinite(at.right)]])
    assert ends.min() >= 0
    assert ends.max() <= last
    on_grid = np.allclose(ends * PLACES / last, np.round(ends * PLACES / last))
    assert on_grid != fine


def test_no_line_is_drawn_where_interval_censored_data_do_not_say_how_the_curve_runs():
    """Of two, one had the event between days 101 and 203."""
    from trialtrace.report.figures.interval_survival import _draw, _places
    from trialtrace.stats.survival.interval_censored import turnbull

    fit = turnbull(np.array([101.0, 203.0]), np.array([203.0, np.inf]))
    lines, boxes, hatched = [], [], []

    def fill_between(*at, facecolor, hatch=None, **_):
        (hatched if hatch and facecolor == "none" else boxes).append(at)

    axes = Stub(plot=lambda *xy, **_: lines.append(xy), fill_between=fill_between)
    _draw(axes, _places(fit, 1.0, 300.0, fine=True), {"color": "black"}, "Drug", "//")
    ((time, share),) = lines
    assert np.array_equal(time, [0, 101, np.nan, 203, 203], equal_nan=True)
    assert np.array_equal(share, [1, 1, np.nan, 0.5, 0.5], equal_nan=True)
    # A hatch on a fill of its colour is not seen.
    assert boxes == hatched == [([101, 203], 0.5, 1.0)]


def test_interval_censored_curves_end_with_the_share_after_all_visits():
    """Of five, four had the event between two visits."""
    from trialtrace.report.figures.interval_survival import _after_the_last_step
    from trialtrace.stats.survival.interval_censored import turnbull

    left = np.array([0.0, 101.0, 203.0, 333.0, 437.0])
    fit = turnbull(left, np.array([101.0, 203.0, 333.0, 437.0, np.inf]))
    told = _after_the_last_step(Stub(arm_label=str.capitalize), {"drug": fit})
    assert told == " The share with the event after the last step: Drug 80.0 %."


def test_the_last_bits_of_a_layout_change_no_byte(tmp_path):
    """The solver of layouts leaves them to the places of its terms in memory."""

    class Solver(LayoutEngine):
        def __init__(self, noise):
            super().__init__()
            self._adjust_compatible = self._colorbar_gridspec = True
            self.noise = noise

        def execute(self, fig):
            for axes in fig.axes:
                axes.set_position([0.2 + self.noise, 0.2, 0.7 - self.noise, 0.7])

    files = []
    for noise in (0.0, 1e-13):
        with drawing(3, 2) as figure:
            figure.add_subplot().plot([0, 1], [0, 1])
            figure.set_layout_engine(Solver(noise))
            save_drawing(figure, tmp_path, "line", None)
        files.append([(tmp_path / f"line.{end}").read_bytes() for end in ("svg", "png")])
    assert files[0] == files[1]


def test_words_of_a_drawing_are_words_where_they_are_told(tmp_path):
    """Read, searched and spoken as they stand, with blanks that begin a line."""
    with drawing(3, 2) as figure:
        axes = figure.add_subplot()
        axes.set_title("Shares & ε")
        axes.text(0.5, 0.5, "  set in", ha="right", weight="bold")
        save_drawing(figure, tmp_path, "words", None)
    svg = (tmp_path / "words.svg").read_text()
    root = fromstring(svg)
    told = {text.text: text for text in root.iter("{http://www.w3.org/2000/svg}text")}
    assert {"Shares & ε", "\N{NO-BREAK SPACE}" * 2 + "set\N{NO-BREAK SPACE}in", "0.2"} <= set(told)
    assert "text-anchor: middle" in told["Shares & ε"].get("style", "")
    bold = next(text for words, text in told.items() if words.endswith("in"))
    assert "text-anchor: end" in bold.get("style", "")
    assert re.search("(font-weight|font): (bold|700)", bold.get("style", ""))
    assert "font-family: 'DejaVu Sans', 'Verdana'" in bold.get("style", "")
