"""An analysis of variance in a report: the degrees of freedom are those of the p beside them."""

import html
import json
import re
from types import SimpleNamespace

from test_report_wording import row

from trialtrace.report.links import trace_link
from trialtrace.report.sections.anova import _columns, anova_sentences, f_tests

VALUES = {
    "p_value": 0.0177,
    "f": 4.116,
    "df1": 3.0,
    "df2": 693.0,
    "p_uncorrected": 0.0066,
    "epsilon_gg": 0.651,
    "epsilon_hf": 1.02,
    "epsilon_lower": 1 / 3,
    "p_gg": 0.0177,
    "p_hf": 0.0066,
    "p_lower": 0.0436,
    "df1_corrected": 1.954,
    "df2_corrected": 451.3,
    "mauchly_w": 0.41,
    "mauchly_p": 0.00001,
    "partial_eta_squared": 0.0175,
    "generalised_eta_squared": 0.0088,
}


def rows(sphericity, names=VALUES, **values):
    """ruetzler2013's effect of the four times, as car prints it."""
    options = json.dumps({"sphericity": sphericity})
    of = {
        "analysis_id": "over_time",
        "ci_level": None,
        "comparison": None,
        "reference": None,
        "group2": "effect",
        "group2_level": "arm_visit",
        "n_used": 233,
        "options": options,
    }
    made = [
        row(f"{name}.mixed_anova", name) | of | {"stat_name": name, "stat_value": value}
        for name, value in (VALUES | values).items()
        if name in names
    ]
    for each in made:
        if each["stat_name"] == "partial_eta_squared":
            each |= {"ci_low": 0.0027, "ci_high": 0.0331, "ci_level": 0.9}
    return made


def material(made):
    about = SimpleNamespace(second_words=lambda row: row["group2_level"].replace("_", " × "))
    return SimpleNamespace(
        of=lambda name: made,
        tracer=SimpleNamespace(about=about),
        parameter_words=lambda row: [],
        trial=SimpleNamespace(
            synthetic=False,
            stamp=None,
            design=SimpleNamespace(framework="superiority"),
            plan=SimpleNamespace(analyses={}),
        ),
    )


def analysis():
    return SimpleNamespace(name="over_time", role="supportive", label="Pain", decision_level=0.05)


def words(told):
    text = re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", told).replace("\N{NO-BREAK SPACE}", " ")
    return html.unescape(text)


def cells(made):
    (test,) = f_tests(material(made), "over_time")
    return {words(title): words(cell(test)) for title, cell in _columns([test])}


def test_the_degrees_of_freedom_are_those_of_the_p_and_the_uncorrected_ones_stand_beside():
    found = cells(rows("greenhouse_geisser"))
    assert found["F and p as planned (Greenhouse–Geisser)"] == "F(1.95, 451.3) = 4.12, p = 0.018"
    assert found["uncorrected"] == "F(3, 693) = 4.12, p = 0.007"
    plain = [name for name in VALUES if not name.endswith("_corrected")]
    found = cells(rows("none", plain, p_value=0.0066))
    assert found["F and p as planned (uncorrected)"] == "F(3, 693) = 4.12, p = 0.007"
    assert found["uncorrected"] == ""


def test_every_correction_and_mauchlys_test_have_a_place():
    found = cells(rows("greenhouse_geisser"))
    assert found["Greenhouse–Geisser: ε, F, p"] == "0.651, F(1.95, 451.3), p = 0.018"
    assert found["Huynh–Feldt (Lecoutre): ε, F, p"] == "1.02, taken as 1, F(3, 693), p = 0.007"
    assert found["lower bound of ε: ε, F, p"] == "0.333, F(1, 231), p = 0.044"
    assert found["Mauchly's W, p"] == "0.410, p <0.0001"
    assert found["partial η²"] == "0.018 (0.003 to 0.033)"
    assert found["n"] == "233"


def test_degrees_of_freedom_that_are_results_lead_to_them():
    (test,) = f_tests(material(rows("greenhouse_geisser")), "over_time")
    columns = {words(title): cell(test) for title, cell in _columns([test])}
    for title, sources in {
        "Greenhouse–Geisser: ε, F, p": ["epsilon_gg", "df1_corrected", "df2_corrected", "p_gg"],
        "Huynh–Feldt (Lecoutre): ε, F, p": ["epsilon_hf"] * 3 + ["p_hf"],
    }.items():
        leads = re.findall(r"\]\(([^)]*)\)", columns[title])
        assert leads == [trace_link(f"t/a/{one}.mixed_anova@drug") for one in sources]


def test_where_there_is_no_test_of_sphericity_it_says_why():
    two_levels = [name for name in VALUES if not name.startswith("mauchly")]
    assert cells(rows("none", two_levels))["Mauchly's W, p"] == "not applicable: one contrast"
    undefined = rows("none", mauchly_w=None, mauchly_p=None)
    assert cells(undefined)["Mauchly's W, p"] == "undefined: too few subjects"


def test_a_sentence_says_it_as_a_paper_prints_it():
    (told,) = anova_sentences(material(rows("greenhouse_geisser")), analysis())
    assert words(told) == (
        "Arm × visit: F(1.95, 451.3) = 4.12, p = 0.018 (Greenhouse–Geisser, ε 0.651), "
        "partial η² = 0.018 (0.003 to 0.033)"
    )


def test_the_interaction_comes_first():
    made = [
        each | {"group2_level": effect}
        for effect in ("arm", "visit", "arm_visit")
        for each in rows("none")
    ]
    assert next(test.effect for test in f_tests(material(made), "over_time")) == "arm × visit"


def test_one_contrast_has_no_correction_to_name():
    made = rows("greenhouse_geisser", df1=1.0, df1_corrected=1.0)
    (told,) = anova_sentences(material(made), analysis())
    assert "ε" not in told


def test_many_effects_are_told_by_the_table():
    made = [each | {"parameter": f"scale {at}"} for at in range(7) for each in rows("huynh_feldt")]
    (told,) = anova_sentences(material(made), analysis())
    assert told.startswith("7 F tests of 7 endpoints")


def test_effects_of_a_family_are_counted_each_by_itself():
    """Of 35 and 35 tests those below the level may be of one effect alone."""
    made = []
    for at in range(4):
        for effect, adjusted in (("arm", None), ("visit", 0.001), ("arm_visit", 0.9)):
            own = [
                each | {"parameter": f"scale {at}", "group2_level": effect} for each in rows("none")
            ]
            made += own
            if adjusted is not None:
                holm = row("p_adjusted.holm_mixed_anova", adjusted)
                made.append(own[0] | holm | {"group2": "effect", "group2_level": effect})
                made[-1] |= {"parameter": f"scale {at}", "stat_value": adjusted}
    (told,) = anova_sentences(material(made), analysis())
    assert told == (
        "12 F tests of 4 endpoints; adjusted p-values below 0.05 by effect: arm × visit 0 of 4, "
        "visit 4 of 4; arm not judged"
    )


def test_an_effect_between_subjects_has_nothing_to_correct():
    names = ("p_value", "f", "df1", "df2", "partial_eta_squared", "generalised_eta_squared")
    found = cells(rows("greenhouse_geisser", names))
    assert found["F and p as planned (uncorrected)"].startswith("F(3, 693)")
    assert found["Mauchly's W, p"] == found["Greenhouse–Geisser: ε, F, p"] == ""


def test_effects_by_ranks_are_no_analysis_of_variance():
    assert f_tests(material(rows("none", ("p_value", "f", "df1", "df2"))), "over_time") == []
