"""What print shows of the six trials, found from their ledgers alone; repaired, it is gone.

A row: trial, claim, component, the verdict, words of the finding, and what repairs it: other printed
expressions by claim, or whole claims, of which {"like": name, ...} are copies with other parts.
"""

import copy
from functools import cache

import pytest
import yaml
from paper import told

from trialtrace.audit.files.make import ledger
from trialtrace.audit.prints.registry import findings
from trialtrace.audit.verdicts.audit import audit_ledger, verdicts
from trialtrace.base.paths import project

STOP, DISPO, NMMS = "streckmann2024", "sprave2019", "musaro2019"
FULL = {
    "cipn_smt": "17/55 (30.9 %)",
    "cipn_wbv": "22/53 (41.5 %)",
    "cipn_tau": "35/50 (70.0 %)",
}
HOME_CON = {"feasible_home_con": {"like": "feasible_home_int", "group": "con", "printed": "9/16"}}
DEAD_WBV = {"deaths_wbv": {"like": "deaths_tau", "group": "wbv", "printed": "9 %"}}
INTERVAL = {"gap": {"like": "{}", "printed": "1.2 (95% CI −0.4 to 2.8)", "concludes": None}}
NO_COUNT_OF = "names all {} patients randomised to {}, but no count of {} prints as {}"


def gap(claim):
    return {"gap": INTERVAL["gap"] | {"like": claim}}


# ruff: noqa: E501
ROWS = {
    # The denominators behind the percentages.
    "ITT, training": (
        STOP,
        "cipn_smt",
        "percent",
        "inconsistent",
        [
            NO_COUNT_OF.format(55, "sensorimotor training", 55, "30.0 %"),
            "can be of 10, 20, 30, 40 or 50",
            "weights or on imputed values",
        ],
        FULL,
    ),
    "ITT, vibration": (
        STOP,
        "cipn_wbv",
        "percent",
        "inconsistent",
        [NO_COUNT_OF.format(53, "whole-body vibration", 53, "41.2 %"), "can be of 17, 34 or 51"],
        FULL,
    ),
    "ITT, usual care": (
        STOP,
        "cipn_tau",
        "percent",
        "inconsistent",
        [NO_COUNT_OF.format(50, "treatment as usual", 50, "70.6 %"), "can be of 17 or 34"],
        FULL,
    ),
    "p over all counts": (
        STOP,
        "cipn_p",
        "p",
        "compatible",
        [
            "Of 30 sets of counts",
            "from 0.000979 to 0.0816",
            "is that of 3 by the χ² test without correction",
            "needs more than the counts",
        ],
        FULL,
    ),
    "best and worst": (
        STOP,
        "cipn_smt",
        "percent",
        "inconsistent",
        [
            "sensorimotor training 27.3 to 36.4 %",
            "treatment as usual 48.0 to 80.0 %",
            "treatment as usual overlap with 9 of 10 sets",
        ],
        FULL,
    ),
    "outcomes without common patients": (
        STOP,
        "strength_smt",
        "percent",
        "compatible",
        ["1.8 % (of 55) and 1.9 % (of 52, 53 or 54)", "not have the same patients"],
        {"strength_smt": "1.9 %", "dose_smt": "33 %"},
    ),
    "a rule that cannot apply": (
        STOP,
        "cipn_pp_tau",
        "percent",
        "inconsistent",
        ["cannot apply to treatment as usual", "73.3 % there and 70.6 %"],
        {"cipn_pp_tau": "70.6 %"},
    ),
    "planned and randomised": (
        STOP,
        "planned",
        "value",
        "compatible",
        ["158 of the 236 planned were randomised (67 %)"],
        {"planned": "158"},
    ),
    # Intervals.
    "intervals of no usual method": (
        STOP,
        "cipn_tau",
        "ci_low",
        "alternative",
        ["No usual interval", "the bounds 58 to 83"],
        {"cipn_tau": "70.6 % (95 % CI 53.8–83.2)"},
    ),
    "the numbers randomised come near": (
        STOP,
        "cipn_smt",
        "ci_low",
        "alternative",
        [
            "Wald at 95 % on the printed percentages with the numbers randomised (55, 53 and 50) gives 10 of the 12 printed bounds and is within 1.0 points of all",
            "does not show that it was used",
        ],
        {"cipn_smt": "30.0 % (95 % CI 18.1–45.4)", "cipn_tau": "70.6 % (95 % CI 53.8–83.2)"},
    ),
    "another level comes near": (
        STOP,
        "cipn_smt",
        "ci_high",
        "alternative",
        [
            "Wald at 90 % comes nearest: on 12 of 40, 14 of 34 and 24 of 34 it gives 5 of the 6 bounds"
        ],
        {"cipn_smt": "30.0 % (95 % CI 18.1–45.4)", "cipn_tau": "70.6 % (95 % CI 53.8–83.2)"},
    ),
    "an interval that leans the wrong way": (
        STOP,
        "cipn_pp_tau",
        "ci_high",
        "inconsistent",
        ["Their middle is 73.5 to 74.5 %, further from 50 % than the percentage"],
        {"cipn_pp_tau": "73.3 % (95 % CI 61–86)"},
    ),
    "one death of 52": (
        STOP,
        "deaths_smt",
        "ci_low",
        "compatible",
        ["of 1 of 52 by Wald, cut at 0 and 1"],
        {"deaths_smt": "1.9 % (95 % CI 0.0–9.9)"},
    ),
    "seven deaths of 41": (
        STOP,
        "deaths_tau",
        "ci_high",
        "compatible",
        ["of 7 of 41 by Wald"],
        {"deaths_tau": "17 % (95 % CI 7–31)"},
    ),
    "p on the counts that the intervals leave": (
        STOP,
        "deaths_p",
        "p",
        "compatible",
        [
            "(1 of 52; 7 of 41) p is 0.0097 to 0.027 by the usual tests, none of which prints so",
            "546 (11 %) with",
        ],
        {"deaths_p": "P = .02"},
    ),
    "p that no counts give": (
        STOP,
        "vibration_p",
        "p",
        "compatible",
        ["None of 600 sets of counts", "gives P < .05", "from 0.0722", "(25 %) without correction"],
        {"vibration_tau": "60 %"},
    ),
    # Words against numbers.
    "headline": (
        STOP,
        "headline_wbv",
        "at_least",
        "inconsistent",
        [
            "does not hold for",
            "41.5 to 41.8 % with whole-body vibration",
            "“per protocol” it is 48.7 to 48.9 %",
        ],
        {"headline_wbv": "reduced by 40–70 %"},
    ),
    "headline that holds": (
        STOP,
        "headline_smt",
        "at_least",
        "compatible",
        ["in keeping", "57.4 to 57.6 %"],
        {"headline_smt": "reduced by 60–70 %"},
    ),
    "primary endpoint": (
        STOP,
        "published_endpoint",
        "words",
        "not_checkable",
        ["worded differently", "“time to CIPN” (the protocol) and “incidence of CIPN” (abstract)"],
        {"published_endpoint": "time to CIPN"},
    ),
    "benefit or compliance": (
        STOP,
        "compliance",
        "direction",
        "not_checkable",
        ["worded differently"],
        {"compliance": "patients with vinca alkaloids"},
    ),
    "a digest with fewer digits": (
        STOP,
        "digest_cipn_tau",
        "percent",
        "exact",
        ["the paper has 70.6 %"],
        {"cipn_tau": "72.6 %"},
    ),
    "a group that is left out": (
        STOP,
        "deaths_tau",
        "percent",
        "used",
        ["nothing beside it for whole-body vibration"],
        DEAD_WBV,
    ),
    "fewer": (
        STOP,
        "dose_less_wbv",
        "direction",
        "exact",
        ["32 % with sensorimotor training and 54 % with whole-body vibration: lower"],
        {"dose_wbv": "24 %"},
    ),
    "the arms add up": (
        STOP,
        "randomised",
        "value",
        "exact",
        ["55 + 53 + 50 are 158, as printed"],
        {"randomised": "159"},
    ),
    # Sprave 2019.
    "fractures": (
        DISPO,
        "fracture_p",
        "p",
        "not_checkable",
        [
            "P = 0.335 by the χ² test without correction",
            "0.612 by Fisher's exact test",
            "Expected counts are below 5",
        ],
        {"fracture_p": "p = 0.335"},
    ),
    "men": (
        DISPO,
        "male_p",
        "p",
        "compatible",
        ["the χ² test without correction gives"],
        {"male_p": "p = .622"},
    ),
    "thoracic": (
        DISPO,
        "thoracic_p",
        "p",
        "not_checkable",
        ["The ledger names no test", "0.429 by the χ² test without correction"],
        {"thoracic_p": "p = .429"},
    ),
    "age": (
        DISPO,
        "age_p",
        "p",
        "not_checkable",
        [
            "Student's t test gives p from 0.634 to 0.700, Welch's t test p from 0.635 to 0.701; "
            "printed is p = .724",
        ],
        {"age_p": "p = .67"},
    ),
    "categories": (
        DISPO,
        "tumour_other_con",
        "value",
        "inconsistent",
        ["add up to 25, not to 29; 7 in place of 3 would, and prints as 24.1%"],
        {"tumour_other_con": "7"},
    ),
    "its percentage": (
        DISPO,
        "tumour_other_con_percent",
        "percent",
        "inconsistent",
        ["3 of 29 is 10.3 %"],
        {"tumour_other_con": "7"},
    ),
    "p of the categories, repaired or not": (
        DISPO,
        "tumour_p",
        "p",
        "not_checkable",
        ["P = 0.205 by the χ² test", "With 7 in place of 3 they give P = 0.498 by the χ² test"],
        {"tumour_other_con": "7", "tumour_p": "p = .498"},
    ),
    "feasible": (
        DISPO,
        "conclusion",
        "words",
        "not_checkable",
        [
            "no share of patients is printed from which on it would be feasible",
            "48 to 81 %",
            "38 to 72 %",
        ],
        {
            "threshold": {
                "like": "session_minutes",
                "fact": "feasibility_threshold",
                "printed": "60%",
            }
        },
    ),
    "safe": (
        DISPO,
        "safety",
        "words",
        "compatible",
        ["10.5 %", "9.8 %"],
        {"adverse_events_int": "2", "adverse_events_con": "3"},
    ),
    "sessions at home": (
        DISPO,
        "feasible_home_int",
        "count",
        "exact",
        ["nothing beside it for muscle relaxation"],
        HOME_CON,
    ),
    "minutes": (
        DISPO,
        "session_minutes",
        "value",
        "inconsistent",
        ["“30 min” (the registry) and “15 min”"],
        {"session_minutes": "30 min"},
    ),
    "no difference": (
        DISPO,
        "pain_p",
        "p",
        "not_checkable",
        ["without an interval of the difference"],
        gap("pain_p"),
    ),
    # Musarò 2019.
    "uncorrected degrees of freedom": (
        NMMS,
        "strength",
        "df1",
        "compatible",
        ["whole degrees of freedom: these are the uncorrected ones"],
        {"strength": "F(1.9, 39.9) = 5.907, p < 0.01"},
    ),
    "readings of F": (
        NMMS,
        "strength",
        "df2",
        "compatible",
        [
            "fits 22 subjects, as printed",
            "(a) 2 conditions by 2 visits taken as one factor of 4",
            "(b) 2 conditions by 4 visits",
            "(c) 4 visits under one condition",
            "Only the interaction tests",
            "F(1, 21), and its p does not follow",
            "it would be F(3, 60)",
        ],
        {"strength": "F(3, 60) = 5.907, p < 0.01"},
    ),
    "p over ε": (
        NMMS,
        "strength",
        "p",
        "compatible",
        [
            "needs ε from 0.531 to 1.000",
            "0.0013 without a correction for sphericity (ε = 1) and 0.0241 with the strongest (ε = 0.333)",
        ],
        {"strength": "F(3, 63) = 5.907, p < 0.05"},
    ),
    "effect size": (
        NMMS,
        "strength",
        "statistic",
        "compatible",
        ["0.220"],
        {"strength": "F(3, 63) = 3.907, p < 0.05"},
    ),
    "upper arms": (
        NMMS,
        "strength_place",
        "words",
        "not_checkable",
        ["worded differently", "“upper arms” (abstract"],
        {"strength_place": "upper arms"},
    ),
    **{
        f"change of {name}": (
            NMMS,
            f"changes_{name}",
            "words",
            "not_checkable",
            ["measured after stimulation only: there is no baseline"],
            {name: ["before stimulation", "after stimulation"]},
        )
        for name in ("currents", "genes", "fibres")
    },
    "reinnervation": (
        NMMS,
        "reinnervation",
        "words",
        "not_checkable",
        ["without an interval of the difference", "margin of equivalence"],
        {
            "gap": {
                "like": "cmap",
                "printed": "0.1 (95% CI −0.4 to 0.6)",
                "compare": ["real", "sham"],
                "concludes": None,
            }
        },
    ),
    "side effects": (
        NMMS,
        "safety",
        "words",
        "compatible",
        ["0 of 22 leave room for a risk of up to 12.7 %"],
        {"safety": "one evident side effect", "safety.about": {"outcome": "harm"}},
    ),
    # The real trials.
    "strata that cannot be two parts": (
        "elmunzer2012",
        "no_stent_placebo",
        "percent",
        "inconsistent",
        [
            "No two parts of 52 of 307 print as 16.1% and 20.6%: at least 2 of the 307",
            "40 of 249 and 12 of 58",
        ],
        {"no_stent_placebo": "20.7%"},
    ),
    "strata that can": (
        "elmunzer2012",
        "stent_indomethacin",
        "percent",
        "compatible",
        ["24 of 247 and 3 of 48"],
        {"stent_indomethacin": "9.9%"},
    ),
    "bleeding": (
        "elmunzer2012",
        "bleeding_p",
        "p",
        "not_checkable",
        ["0.546 by Fisher's exact test", "The ledger names no test"],
        {"bleeding_p": "P=0.55"},
    ),
    "reduction of rounded percentages": (
        "elmunzer2012",
        "pep_absolute_reduction",
        "percent",
        "alternative",
        ["that of the two rounded percentages"],
        {"pep_absolute_reduction": "7.8 percentage points"},
    ),
    "events of a hazard ratio": (
        "moertel1990",
        "death_lev_5fu",
        "percent",
        "compatible",
        ["at least 274 events by Wald's test; there are 619 patients"],
        {"death_lev_5fu_p": "P = 0.07"},
    ),
    "patients of three arms": (
        "moertel1990",
        "eligible",
        "value",
        "exact",
        ["315 + 310 + 304 are 929, as printed"],
        {"eligible": "930"},
    ),
}


@cache
def document(trial):
    path = project().trial_config(trial) / "claims.yaml"
    return yaml.safe_load(path.read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def shipped():
    """A function: the verdicts on a trial's ledger as it is shipped, made once."""
    made = {}

    def rows(trial):
        if trial not in made:
            audit = audit_ledger(ledger(document(trial)))
            made[trial] = told(audit.rows, audit.findings)
        return made[trial]

    return rows


def repaired(given, repairs):
    """The ledger with other expressions, claims, visits of an outcome, or what a claim is about."""
    made = copy.deepcopy(given)
    for name, change in repairs.items():
        if isinstance(change, str):
            made["claims"][name]["printed"] = change
        elif isinstance(change, list):
            made["outcomes"][name]["visits"] = change
        elif "like" not in change:
            made["claims"][name.removesuffix(".about")]["about"] = change
        else:
            claim = copy.deepcopy(given["claims"][change["like"]])
            claim["printed"] = change["printed"]
            about = claim["about"] | {
                k: v for k, v in change.items() if k not in ("like", "printed")
            }
            claim["about"] = {key: value for key, value in about.items() if value is not None}
            made["claims"][name] = claim
    return made


@pytest.mark.parametrize("what", ROWS)
def test_the_ledger_shows_it_and_its_repair_does_not(shipped, what):
    trial, claim, component, agreement, words, repairs = ROWS[what]
    found, text = shipped(trial)[claim, component]
    assert found == agreement, text
    assert [word for word in words if word not in text] == [], text
    whole = ledger(repaired(document(trial), repairs))
    found = list(findings(whole))
    after = told(verdicts(whole, found), found).get((claim, component), (None, ""))
    assert words[0] not in after[1], after


def test_another_endpoint_of_a_companion_paper_is_no_contradiction(shipped):
    rows = shipped(DISPO)
    for name in ("attendance_higher", "attendance_lower"):
        assert rows[name, "percent"][0] == "not_checkable"


def test_nothing_else_is_called_wrong(shipped):
    """Every claim that an editor would be told of stands in a row above."""
    told = {(trial, claim) for trial, claim, *_ in ROWS.values()}
    for trial in {row[0] for row in ROWS.values()}:
        for (claim, component), (agreement, text) in shipped(trial).items():
            if agreement in ("inconsistent", "alternative"):
                assert (trial, claim) in told | ALSO, (claim, component, text)


# The other group, or the other arms, of what a row tells.
ALSO = {
    (STOP, "cipn_pp_smt"),
    ("elmunzer2012", "stent_placebo"),
    # 12 of 58, cut off and not rounded, would give it by Fisher's test: the strata tell it.
    ("elmunzer2012", "no_stent_p"),
}
