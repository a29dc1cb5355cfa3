"""Analyses of the synthetic cohort of musaro2019 beside each other and beside R."""

from pathlib import Path

import pyarrow.parquet as pq
import pytest
from shipped_trials import shipped


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    return shipped("musaro2019", tmp_path_factory)


def test_the_printed_degrees_of_freedom_come_out_under_every_reading(folder):
    rows = pq.read_table(folder / "analysis" / "results.parquet").to_pylist()
    found = {row["result_id"].removeprefix("musaro2019/"): row["stat_value"] for row in rows}
    cells = "repeated_measures_anova_cells@all;effect=cell"
    two = "repeated_measures_anova_treatment_by_visit@all;effect="
    one = "repeated_measures_anova_visits@all;effect=visit"
    for analysis, who in [
        ("fcr_cells", cells),
        ("fcr_two_factors", f"{two}visit"),
        ("fcr_two_factors", f"{two}treatment_visit"),
        ("fcr_real_side", one),
    ]:
        df = [found[f"{analysis}/{stat}.{who}"] for stat in ("df1", "df2")]
        assert df == [3, 63], analysis
    square = found["fcr/t.paired_t@real-sham;visit=after"] ** 2
    assert found[f"fcr_two_by_two/f.{two}treatment_visit"] == pytest.approx(square, rel=1e-9)


@pytest.mark.parametrize(
    ("analysis", "method"),
    [
        ("upper_arm_unstructured", "unstructured_differences"),
        ("upper_arm_cells", "unstructured_cells"),
    ],
)
def test_an_unstructured_model_of_whole_patients_is_the_paired_t_of_each_visit(
    folder, analysis, method
):
    rows = pq.read_table(folder / "analysis" / "results.parquet").to_pylist()
    found = {(row["analysis_id"], row["method"], row["visit"]): row for row in rows}
    pairs = {"change_difference": "mean_difference", "p_value": "p_value", "t": "t", "df": "df"}
    for visit in ("after", "follow-up 1", "follow-up 2"):
        for model, paired in pairs.items():
            one = found[analysis, f"{model}.{method}", visit]
            other = found["upper_arm_each_visit", f"{paired}.paired_t", visit]
            bounds = () if model in ("p_value", "t", "df") else ("ci_low", "ci_high")
            for part in ("stat_value", *bounds):
                assert one[part] == pytest.approx(other[part], rel=1e-8), (visit, model, part)
            if model == "df":
                assert one["stat_value"] == pytest.approx(21)


# R 4.2.2, car 3.1-1 on the strength of this cohort, the 15 patients with all 48 values:
# Anova(lm(Y ~ 1), idata = idata, idesign = ~ treatment * visit * location, type = "III").
THREE_FACTORS = {
    "treatment": (1.04912888367, 1.0, 0.323081388608),
    "visit": (14.1663175268, 0.928838201601, 3.41787210065e-06),
    "location": (0.767917385716, 0.847614565742, 0.557176809812),
    "treatment_visit": (0.583556332326, 0.68939326498, 0.569832574522),
    "treatment_location": (0.612906687783, 0.628016007214, 0.617457650291),
    "visit_location": (1.76653898839, 0.389816266693, 0.118056196997),
    "treatment_visit_location": (1.2673633551, 0.40899059785, 0.28030497643),
}


def test_muscle_as_a_third_factor_has_the_numbers_of_car(folder):
    rows = pq.read_table(folder / "analysis" / "results.parquet").to_pylist()
    found = {
        (row["group2_level"], row["stat_name"]): row
        for row in rows
        if row["analysis_id"] == "muscles_three_factors"
    }
    for effect, (f, epsilon, p) in THREE_FACTORS.items():
        assert found[effect, "f"]["n_used"] == 15
        ours = [found[effect, stat]["stat_value"] for stat in ("f", "epsilon_gg", "p_value")]
        assert ours == pytest.approx([f, epsilon, p], rel=1e-9)
