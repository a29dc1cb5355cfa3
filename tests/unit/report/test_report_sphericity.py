"""An analysis of variance in a table: the degrees of freedom are those of the p beside them."""

import json
import re

from test_report_wording import row

from trialtrace.report.sections.compact import _corrected_by, _corrections, _tested

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
}


def rows(sphericity, names=VALUES):
    """ruetzler2013's effect of the four times, as car prints it."""
    options = json.dumps({"sphericity": sphericity})
    return [
        row(f"{name}.mixed_anova", name)
        | {"stat_name": name, "stat_value": VALUES[name], "options": options}
        for name in names
    ]


def words(told):
    return re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", told).replace("\N{NO-BREAK SPACE}", " ")


def test_the_degrees_of_freedom_are_those_of_the_p():
    assert words(_tested(rows("greenhouse_geisser"))).startswith("F 4.12 (1.95, 451.3), p 0.018")
    plain = [name for name in VALUES if not name.endswith("_corrected")]
    assert words(_tested(rows("none", plain))).startswith("F 4.12 (3, 693), p ")


def test_every_correction_stands_beside_the_uncorrected_test():
    told = words(_corrections(rows("greenhouse_geisser")))
    assert told.split("; ") == [
        "uncorrected (3, 693) p 0.007",
        "Greenhouse–Geisser ε 0.651, p 0.018",
        "Huynh–Feldt (Lecoutre) ε 1.02, taken as 1, p 0.007",
        "lower bound ε 0.333, p 0.044",
        "Mauchly's W 0.410, p &#60;0.0001",
    ]


def test_the_caption_names_the_correction_of_the_plan():
    assert _corrected_by(rows("greenhouse_geisser")).endswith("Greenhouse and Geisser's ε")
    assert _corrected_by(rows("lower_bound")).endswith("the lower bound of ε")
    assert _corrected_by(rows("none")) == ""
