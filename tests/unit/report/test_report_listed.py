"""What a report lists once: cells that several endpoints could not use, and remarks."""

from types import SimpleNamespace as Stub

from test_report_wording import row

from trialtrace.report.sections.data_quality import _of_cleaning, _of_endpoints
from trialtrace.report.sections.remarks import remarks
from trialtrace.run.cleaning.account import RejectSummary
from trialtrace.run.trace.variables import About

ENDPOINTS = {
    "dose": Stub(name="dose", label="Dose"),
    "dose_other": Stub(name="dose_other", label="Dose, other table"),
}
MATERIAL = Stub(trial=Stub(endpoints=ENDPOINTS))


def reject(rule, reason, rows, column="drug", severity="reject"):
    return RejectSummary(
        "drugs", severity, "cell", column, rule, reason, "drugs.csv", len(rows), tuple(rows)
    )


def test_cells_that_endpoints_could_not_use_are_told_once():
    rejects = [
        reject("unknown_code", "not one of the codes a, b", [2]),
        reject("dose_no_drug", "Dose: a dose without a drug", [3, 4]),
        reject("dose_other_no_drug", "Dose, other table: a dose without a drug", [3, 4]),
        reject("dose_other_unknown_drug", "Dose, other table: a drug it lacks", [9]),
    ]
    assert list(_of_cleaning(MATERIAL, rejects)) == [
        ["drugs.drug", "cell rejected", "not one of the codes a, b", "1", "2"]
    ]
    assert list(_of_endpoints(MATERIAL, rejects)) == [
        [
            "drugs.drug",
            "no endpoint can use the cell",
            "a dose without a drug (dose; dose, other table)",
            "2",
            "3–4",
        ],
        [
            "drugs.drug",
            "no endpoint can use the cell",
            "a drug it lacks (dose, other table)",
            "1",
            "9",
        ],
    ]


def remarked(*rows):
    material = Stub(
        of=lambda _: rows,
        arm_label=lambda arm: arm.capitalize(),
        stratum_words=lambda stratum: f"Age group: {stratum.partition('=')[2]}",
        parameter_words=lambda each: [each["parameter"]] if each["parameter"] else [],
        tracer=Stub(about=About(Stub(endpoints={}, populations={}), Stub())),
    )
    return list(remarks(material, "a"))


PAIR = {
    "comparison": "real",
    "reference": "sham",
    "group1_level": None,
    "stat_text": "1",
    "parameter": None,
}


def test_a_remark_names_what_it_is_about_not_every_statistic_of_it():
    left = "1 subject is left out."
    one = [row(f"{stat}.paired_t", 1.0, **PAIR, warning=left) for stat in ("mean_difference", "t")]
    assert remarked(*one) == ["1 subject is left out."]
    other = row("mean_difference.paired_t", 1.0, **(PAIR | {"parameter": "Gene"}))
    (told,) = remarked(*one, other)
    assert told.count("](") == 1 and told.startswith("[Real against sham](")
    assert told.endswith("): 1 subject is left out.")


def test_a_remark_on_an_effect_names_the_effect():
    rows = [
        row(
            "p_value.anova",
            0.1,
            **(PAIR | {"comparison": None, "reference": None}),
            group2="effect",
            group2_level=name,
            warning=f"About {name}.",
        )
        for name in ("visit", "treatment_visit")
    ]
    assert ["[Visit]" in told or "[Treatment × visit]" in told for told in remarked(*rows)] == [
        True,
        True,
    ]


def test_a_remark_names_a_subgroup_as_its_table_does():
    none = "The sample has no patients."
    rows = [
        row("mean_difference.paired_t", 1.0, **PAIR, stratum=f"agegr={at}", warning=none)
        for at in ("old", "young")
    ]
    rows[1]["warning"] = None
    (told,) = remarked(*rows)
    assert told.startswith("[Mean difference, age group&#58; old, real against sham](")
