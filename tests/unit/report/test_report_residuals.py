"""The picture of the residuals of an analysis of variance: its numbers, its words, its mistakes."""

from dataclasses import replace

import mini_run
import mini_trial
import numpy as np
import pyarrow.parquet as pq
import pytest
from mini_trial import edit, write_project

from trialtrace.report.figures import residual_quantiles
from trialtrace.report.figures.make import draw_figures
from trialtrace.report.figures.picture import NothingToDraw
from trialtrace.report.material import Material
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_settings

COURSE = """\
  pain_course:
    label: Course of pain
    role: supportive
    estimand: pain_itt
    visits: all
    tests: [{mixed_anova: {within: visit, between: arm, sums_of_squares: III, sphericity: none}}]
multiplicity:
"""
SHOWN = """\
displays:
  residual_quantiles:
    - {title: Pain, analysis: pain_course}
"""
PLAN = mini_trial.PLAN.replace("multiplicity:\n", COURSE, 1).replace("displays:\n", SHOWN, 1)
NO_CLAIMS = "papers: {}\nclaims: {}\n"


@pytest.fixture(scope="module")
def material(tmp_path_factory):
    run = mini_run.run_mini(tmp_path_factory.mktemp("residuals"), claims=NO_CLAIMS, plan=PLAN)
    settings = replace(load_settings(run.at), disclosure="full")
    return Material(run.trial, settings, run.folder, {})


def test_the_numbers_beside_it_are_residuals_of_the_patients_with_every_visit(material, tmp_path):
    (figure,) = [
        each for each in draw_figures(material, tmp_path) if each.kind == "residual_quantiles"
    ]
    lines = (tmp_path / "residual_quantiles_1.csv").read_text().splitlines()
    assert lines[0] == "visit,arm,normal_quantile,residual,subject"
    ours = [line.split(",") for line in lines[1:]]
    rows = pq.read_table(material.folder / "derived" / "bds.parquet").to_pandas()
    wide = rows[rows["PARAMCD"] == "PAIN"].pivot(
        index=["USUBJID", "TRTP"], columns="AVISIT", values="AVAL"
    )
    wide = wide.dropna()
    group = wide.groupby(level="TRTP")
    theirs = (wide - group.transform("mean")) / group.transform("std")
    for number, of_visit in theirs.items():
        shown = np.array([each[2:4] for each in ours if each[0] == number], dtype=float)
        assert shown[:, 1] == pytest.approx(np.sort(of_visit.dropna().to_numpy()), abs=1e-9)
        assert (np.diff(shown[:, 0]) > 0).all()
        whose = [each[4] for each in ours if each[0] == number]
        assert whose == [*of_visit.droplevel("TRTP").sort_values(kind="stable").index]
    assert f"{len(wide)} values from" in figure.alt and "correlation 0." in figure.alt


def test_quantiles_are_those_of_r():
    # R 4.2.2: qqnorm(1:5)$x[5] and qqnorm(1:22)$x[22].
    from scipy.special import ndtri

    five, many = (ndtri(residual_quantiles._positions(n))[-1] for n in (5, 22))
    assert (five, many) == pytest.approx((1.179761118, 2.000423569), abs=1e-8)


def test_an_analysis_without_f_has_no_picture(material):
    with pytest.raises(NothingToDraw, match="no figure, since the analysis has no F"):
        residual_quantiles.draw(material, {"title": "Pain", "analysis": "pain_each"})


@pytest.mark.parametrize(
    ("before", "after", "place", "said"),
    [
        ("analysis: pain_course", "analysis: pain_cours", "analysis", "an analysis of the plan"),
        ("analysis: pain_course", "analysis: pain_each", "analysis", "with mixed_anova or"),
        ("pain_course}", "pain_course, parameter: relief}", "parameter", "an endpoint of pain_"),
    ],
)
def test_a_mistake_is_told(tmp_path, before, after, place, said):
    at = write_project(tmp_path, plan=PLAN)
    edit(at, "plan.yaml", before, after)
    told = [str(one) for one in check_trial(at, "mini")]
    here = f"displays.residual_quantiles[1].{place}"
    assert any(here in text and said in text for text in told), told
