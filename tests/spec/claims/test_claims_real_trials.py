"""The ledgers of the real trials: verdicts that follow from arithmetic on the printed counts."""

import pytest
from shipped_trials import shipped

from trialtrace.audit.printed.sentences import MOST_WORDS
from trialtrace.audit.printed.verdicts import COLUMNS, FINDINGS
from trialtrace.audit.verdicts.tally import tally
from trialtrace.run.claims.audit import audit_claims
from trialtrace.run.tables.contracts import CLAIMS, read_table
from trialtrace.run.trial.claims.load import read_claims
from trialtrace.run.trial.load import load_trial

TRIALS = ("elmunzer2012", "ruetzler2013", "moertel1990")


@pytest.fixture(scope="module")
def claims_of(tmp_path_factory):
    """A function: the claims table of a trial, made once from its raw data."""
    made = {}

    def claims(name):
        if name not in made:
            trial, at = load_trial(name), shipped(name, tmp_path_factory)
            audited = tmp_path_factory.mktemp(name) / "claims.parquet"
            audit_claims(trial, at / "derived", at / "analysis", audited)
            made[name] = read_table(audited, CLAIMS)
        return made[name]

    return claims


VERDICTS = [
    # 27 / 295 = 9.15 %
    ("elmunzer2012", "pep_indomethacin", "percent", "equals", None),
    # 27 / 295 - 52 / 307 = -7.786 percentage points; 16.9 - 9.2 = 7.7 only from rounded numbers
    ("elmunzer2012", "pep_absolute_reduction", "percent", "differs", None),
    # 1 / 0.07786 = 12.8
    ("elmunzer2012", "pep_number_needed", "value", "equals", "same"),
    # Fisher's exact test: 0.005339
    ("elmunzer2012", "pep_p", "p", "equals", "same"),
    # 12 / 58 = 20.69 %
    ("elmunzer2012", "no_stent_placebo", "percent", "differs", None),
    # 3 / 48 = 6.25 %, a half, rounded up
    ("elmunzer2012", "no_stent_indomethacin", "percent", "equals", None),
    # The data has no severity; that 13 of 295 and 27 of 307 give p = 0.03 is said on print alone.
    ("elmunzer2012", "severe_p", "p", "no_result", None),
    # 235 rows
    ("ruetzler2013", "enrolled", "value", "differs", None),
    # 24 / 117 = 20.51 %
    ("ruetzler2013", "sore_throat_4h_licorice", "percent", "equals", None),
    # 22 of 117 against 42 of 116
    ("ruetzler2013", "less_at_30_min", "direction", "equals", "same"),
    ("moertel1990", "eligible_lev_5fu", "value", "equals", None),
    # 1 - exp(-0.51209312) = 40.1 %; 1 - exp(-0.01512329) = 1.5 %
    ("moertel1990", "recurrence_lev_5fu", "percent", "equals", "same"),
    ("moertel1990", "recurrence_lev", "percent", "equals", "same"),
    ("moertel1990", "first_death_lev_5fu_p", "p", "no_result", None),
]


@pytest.mark.parametrize(("trial", "claim", "component", "agreement", "decision"), VERDICTS)
def test_known_verdicts(claims_of, trial, claim, component, agreement, decision):
    (row,) = [
        row
        for row in claims_of(trial).to_pylist()
        if (row["claim_id"], row["component"]) == (claim, component)
    ]
    assert (row["against_data"], row["decision"]) == (agreement, decision)


@pytest.mark.parametrize("trial", TRIALS)
def test_every_claim_of_the_ledger_has_a_verdict(claims_of, trial):
    counts = tally(claims_of(trial))
    assert counts["claims"] == len(read_claims(load_trial(trial)))
    for column in COLUMNS:
        assert counts["claims"] == sum(counts[column].values())
    for row in claims_of(trial).to_pylist():
        recomputed = row["against_data"] not in ("no_result", "not_tied")
        assert (row["recomputed"] is not None) == recomputed
        for finding in FINDINGS.values():
            assert row[finding].endswith(".") and len(row[finding].split()) <= MOST_WORDS


def row_of(table, claim, component):
    rows = [r for r in table.to_pylist() if (r["claim_id"], r["component"]) == (claim, component)]
    (row,) = rows
    return row


def test_a_difference_of_rounded_percentages_is_found_with_the_data(claims_of):
    """16.9 - 9.2 = 7.7, and with it all that is linked: counts, shares, ratio, number needed, p."""
    row = row_of(claims_of("elmunzer2012"), "pep_absolute_reduction", "percent")
    assert "risk difference of percentages with one decimal" in row["alternative"]
    assert row["alternative"].endswith("on the same patients")
    assert row["data_more"].startswith("May be another choice: risk difference of percentages")
    assert "44 of 13,488 choices tried give it" in row["data_more"] and 0.1 < row["chance"] < 0.2


def test_linked_numbers_refuse_what_would_fit_one_of_them(claims_of):
    """20.6 % is 12 of 58 with digits cut off, but 6.3 % beside it is 3 of 48 (6.25) rounded up."""
    row = row_of(claims_of("elmunzer2012"), "no_stent_placebo", "percent")
    assert row["against_data"] == "differs" and row["alternative"] is None
    assert "together with the numbers linked to it" in row["data_more"]
    assert "digits cut off on the same patients" in row["data_more"]


def test_a_p_that_no_choice_gives_for_the_printed_counts(claims_of):
    """4 and 7 patients bled; no test of any set of patients with these counts gives P=0.72."""
    row = row_of(claims_of("elmunzer2012"), "bleeding_p", "p")
    assert row["against_data"] == "differs" and row["candidates"] > 4000


def test_no_choice_gives_both_numbers_of_the_deaths(claims_of):
    """Reduced by 33 % with P = 0.0007: 34 000 models, tests and patients tried, none gives both."""
    for claim, component in (("death_lev_5fu", "percent"), ("death_lev_5fu_p", "p")):
        row = row_of(claims_of("moertel1990"), claim, component)
        assert row["against_data"] == "differs" and row["candidates"] > 30_000


def test_follow_up_is_matched_so_easily_that_it_differs(claims_of):
    row = row_of(claims_of("moertel1990"), "follow_up", "value")
    assert (row["against_data"], row["alternative"], row["candidates"]) == ("differs", None, 1022)
    assert row["data_more"] is None
    assert row["chance"] == pytest.approx(0.917, abs=0.0005)
