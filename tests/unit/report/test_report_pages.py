"""Names of pages, tables, figures and the stamp of synthetic data."""

import re
from html import unescape
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trialtrace.base.stamp import SYNTHETIC
from trialtrace.base.words import LABELS
from trialtrace.report.figures.canvas import drawing, save_drawing
from trialtrace.report.links import file_name, number_page, trace_link
from trialtrace.report.pages.shell import page
from trialtrace.report.pages.trace_page import Around, numbers_page
from trialtrace.report.tables import (
    NO_BREAK,
    link,
    median_links,
    pipe_table,
    short_text,
    with_names,
)

slugs = st.text("abAB0.+=_-", min_size=1, max_size=12)
names = st.text("abAB0.+=_-@; /", min_size=1, max_size=60)
ids = st.builds("t/{}/{}@{};parameter={};level={}".format, *[slugs] * 5)


@given(st.lists(names, unique=True, max_size=30))
def test_pages_never_share_a_name_also_where_case_is_ignored(texts):
    made = {file_name(text).lower() for text in texts}
    assert len(made) == len(texts)


@given(ids)
def test_names_of_files_are_short_and_every_system_takes_them(name):
    assert re.fullmatch(r"[a-z0-9_.-]{1,60}", number_page(name))


@given(st.lists(ids, unique=True, max_size=30))
def test_no_two_numbers_share_a_place(names):
    assert len({trace_link(name) for name in names}) == len(names)


def test_names_that_differ_in_case_alone_are_told_apart():
    one, other = (number_page(f"t/a/count.m@x;parameter={name}") for name in ("Yes", "yes"))
    assert one != other


def test_a_plain_name_is_readable_a_long_one_is_cut_and_told_apart():
    assert number_page("t/a/p_value.fisher@x-y") == "a.html"
    assert number_page("t/baseline/mean.t@x;parameter=age;level=1") == "baseline.age.html"
    long = [f"t/a/mean.t@x;parameter={'v' * 200}{end}" for end in "12"]
    assert number_page(long[0]) != number_page(long[1])
    assert re.fullmatch(r"trace/a\.html#[a-z2-7]{8}", trace_link("t/a/f.b@all"))
    assert trace_link("t/a/f.b@all", "n") == f"{trace_link('t/a/f.b@all')}/n"


def row(stat, value, **more):
    empty = dict.fromkeys(("ci_low", "ci_high", "ci_level", "unit", "n_used"))
    given = {"result_id": f"t/a/{stat}.m@x", "stat_name": stat, "stat_value": value}
    return empty | given | {"stat_text": "shown"} | more


@pytest.mark.parametrize(
    ("given", "text"),
    [
        (row("risk_ratio", 0.543), "0.54"),
        (row("proportion", 0.25, ci_low=0.1, ci_high=0.4, ci_level=0.95), "25.0 % (10.0 to 40.0)"),
        (row("median_time", 5.0, ci_low=4.0, ci_level=0.95, unit="weeks"), "5 (4 to not reached)"),
        (row("mean", 5.0, ci_level=0.95), "5.00 (not estimable)"),
        (row("median_time", None, stat_text="not reached"), "not reached"),
        (row("follow_up", 449.0, ci_level=0.95, unit="days"), "449 (bounds not reached)"),
        (row("risk_ratio", None, stat_text="not estimable"), "not estimable"),
        (row("proportion", None, stat_text="not estimable", n_used=0), "no patients"),
        (row("incidence", 0.44, stat_text="44.0–61.5 %"), "44.0–61.5 %"),
    ],
)
def test_a_cell_of_a_table(given, text):
    assert short_text(given).replace(NO_BREAK, " ") == text


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ((5.5, 4.5, 6.0), "5.50 (4.50 to 6.00)"),
        ((1.0, 0.96, 1.0), "1.000 (0.960 to 1.000)"),
        ((172.0, 164.0, 177.5), "172.0 (164.0 to 177.5)"),
        ((44.0, 33.0, 54.0), "44 (33 to 54)"),
        ((2.5,), "2.50"),
        ((None, None, None), "not estimable (not estimable to not estimable)"),
    ],
)
def test_a_median_and_its_quartiles_have_as_many_decimals(values, text):
    stats = ("median", "q1", "q3")
    rows = [
        row(stat, value, stat_text="not estimable")
        for stat, value in zip(stats, values, strict=False)
    ]
    assert re.sub(r"\[(.*?)\]\(.*?\)", r"\1", median_links(rows[0], rows[1:])) == text


def test_a_number_is_a_link_to_its_trace():
    assert link(row("risk_ratio", 0.543)) == f"[0.54]({trace_link('t/a/risk_ratio.m@x')})"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Table ntx: 1 of 2 rows.", "Table `ntx`: 1 of 2 rows."),
        ("Table qlq_c30: 1 of 2 rows.", "Table `qlq_c30`: 1 of 2 rows."),
        ("Table pain, column arm: no arm.", "Table `pain`, column `arm`: no arm."),
        ("Not in the table of subjects.", "Not in the table of subjects."),
        ("By the table `patients`.", "By the table `patients`."),
    ],
)
def test_names_of_tables_are_code_also_where_they_are_words(text, shown):
    assert unescape(with_names(text)) == shown


def test_a_table_with_its_numbers_to_the_right():
    assert pipe_table(["", "n"], [["a", "1"]]) == "|  | n |\n| --- | ---: |\n| a | 1 |\n"


@pytest.mark.parametrize("synthetic", [True, False])
def test_the_stamp_stands_on_a_synthetic_page_only(synthetic):
    text = page("Title <b>", "<p>x</p>", stamp=SYNTHETIC if synthetic else None)
    assert ("Synthetic data: not evidence" in text) == synthetic
    assert "<title>Title &lt;b&gt;</title>" in text
    assert "default-src 'none'" in text


def test_a_trace_page_of_synthetic_data_is_stamped():
    trace = {
        "text": "1",
        "heading": "mean 1",
        "label": LABELS["mean"],
        "n_used": 2,
        "denominator": None,
        "subject": "s",
        "result_id": "t/a/mean.m@x",
        "value": 1.0,
        "ci_level": None,
        "from": [],
        "error": None,
        "warning": None,
        "checks": [],
        "rows": [],
        "cleaning": [],
        "rejected": [],
        "constants": [],
        "variables": [],
        "functions": [],
        "family": [],
        "claims": [],
        "drawn": [],
        "estimand": None,
        "synthetic": True,
        "method": {"name": "m", "title": "m", "reference": "", "options": {}},
        "plan": {"file": "config/trials/t/plan.yaml", "line": 3, "key": "analyses.a"},
    }
    stamped, plain = (
        numbers_page(
            "H",
            [trace],
            Around(
                SimpleNamespace(
                    title="T", synthetic=synthetic, stamp=SYNTHETIC if synthetic else None, draft=""
                )
            ),
        )
        for synthetic in (True, False)
    )
    assert 'class="synthetic held"' in stamped
    assert 'class="synthetic' not in plain


def draw(folder, *, synthetic):
    with drawing(3, 2) as figure:
        axes = figure.subplots()
        axes.plot([0, 1], [0, 1], "o-", label="a $ b")
        axes.fill_between([0, 1], [0, 0], [1, 1])
        axes.legend()
    save_drawing(figure, folder, "figure", SYNTHETIC if synthetic else None)
    return {path.suffix: path.read_bytes() for path in folder.iterdir()}


def test_a_figure_has_the_same_bytes_twice(tmp_path):
    first, second = (draw(tmp_path / name, synthetic=False) for name in "ab")
    assert first == second
    assert set(first) == {".svg", ".png"}


def test_a_synthetic_figure_is_stamped_in_its_picture_and_its_file(tmp_path):
    plain = draw(tmp_path / "plain", synthetic=False)
    stamped = draw(tmp_path / "stamped", synthetic=True)
    for kind in (".svg", ".png"):
        assert b"synthetic, not evidence" in stamped[kind]
        assert b"synthetic" not in plain[kind]
    assert b">SYNTHETIC</text>" in stamped[".svg"]


def test_the_style_of_a_figure_does_not_leak():
    import matplotlib

    before = dict(matplotlib.rcParams)
    with drawing(1, 1):
        pass
    assert dict(matplotlib.rcParams) == before


def test_sentences_about_a_primary_analysis_name_its_corrected_test():
    from trialtrace.report.sections.findings import planned_p

    step = SimpleNamespace(method="chi_squared")
    tests = [
        row("p_value", p, method=f"p_value.{name}")
        for p, name in [(0.5, "cox_wald"), (0.04, "chi_squared_continuity")]
    ]
    analysis = SimpleNamespace(tests=(step,))
    assert planned_p(analysis, tests)["stat_value"] == 0.04
    assert planned_p(analysis, tests[:1]) is None
