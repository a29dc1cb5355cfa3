"""Values, conditions and calls as R writes them."""

import pytest

from trialtrace.report.rcode.call import used
from trialtrace.report.rcode.names import Given, defined, words
from trialtrace.report.rcode.write import conditions, filled, literal, rows

GIVEN = Given(
    values="AVAL",
    treatment="TRTP",
    treated="new",
    reference="old",
    labels={"new": "New"},
    arms=["old", "new"],
    counted={"SEX": {"is": "F"}},
    strata=["SITEID", "SOD"],
    covariates=["BASE"],
    visits=["week 1", "week 2"],
    own=False,
    sequence="SEQUENCE",
    cluster="SITEID",
    receipt="",
)


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (1, "1"),
        (0.1, "0.1"),
        (True, "TRUE"),
        (None, "NULL"),
        ('say "no"\\', '"say \\"no\\"\\\\"'),
        ("≥ 3 °C", '"\\u2265 3 \\u00b0C"'),
        ("\U0001f642", '"\\U0001f642"'),
        ("a\nb", '"a\\u000ab"'),
        (["a", 2], 'c("a", 2)'),
    ],
)
def test_a_value_is_written_as_r_reads_it(value, expected):
    assert literal(value) == expected


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"AVAL": "present"}, "!is.na(AVAL)"),
        ({"AGE": "missing"}, "is.na(AGE)"),
        ({"AVAL": {"above": 0, "at_most": 10}}, "AVAL > 0 & AVAL <= 10"),
        ({"AVAL": {"between": [1, 2]}}, "AVAL >= 1 & AVAL <= 2"),
        ({"SEX": {"in": ["F", "M"]}}, 'SEX %in% c("F", "M")'),
        ({"ADT": {"at_least": {"column": "STARTDT"}}}, "ADT >= STARTDT"),
        ({"any": [{"A": {"is": 1}}, {"B": {"is": 2}}]}, "((A == 1) | (B == 2))"),
        # %in% is never unknown, and its negation would keep the rows without a value.
        ({"not": {"SEX": {"in": ["F", "M"]}}}, '!((SEX == "F" | SEX == "M"))'),
        ({"2ND": {"is": 1}}, "`2ND` == 1"),
    ],
)
def test_a_condition_is_one_of_r(condition, expected):
    assert " & ".join(conditions(condition)) == expected


def test_rows_of_whole_subjects_without_others():
    predicate = {
        "PARAMCD": {"is": "PAIN"},
        "complete": {"AVISIT": ["a", "b"]},
        "lacking": [{"dataset": "adsl", "where": {"ITTFL": {"is": "Y"}}}],
    }
    assert list(rows("bds", predicate)) == [
        'd <- subset(bds, PARAMCD == "PAIN")',
        'other <- subset(adsl, ITTFL == "Y")',
        "d <- d[!d$USUBJID %in% other$USUBJID, ]",
        "# Only subjects with every value.",
        'd <- d[d$AVISIT %in% c("a", "b") & !is.na(d$AVAL), ]',
        'seen <- unique(d[c("USUBJID", "AVISIT")])',
        "d <- d[d$USUBJID %in% names(which(table(seen$USUBJID) == 2)), ]",
    ]


def test_a_call_is_filled_with_options():
    call = "f(x, ties = {ties}, correct = {correction=continuity}, alternative = {sides})"
    given = {"ties": "efron", "correction": "none", "sides": "two_sided"}
    expected = 'f(x, ties = "efron", correct = FALSE, alternative = "two.sided")'
    assert filled(call, given) == expected
    with pytest.raises(KeyError, match="ties"):
        filled("{ties}", {})


def test_names_are_those_that_are_used():
    assert words('f(x, event = "time", at$arm, conf.level = z) # hit') == {"f", "x", "at", "z"}


def test_only_what_a_call_needs_is_written():
    assert defined("fisher.test(cells)", GIVEN) == [
        'x <- d$AVAL[d$TRTP == "new"]  # New',
        'y <- d$AVAL[d$TRTP == "old"]  # old',
        "e1 <- sum(x)  # events",
        "n1 <- length(x)",
        "e0 <- sum(y)",
        "n0 <- length(y)",
        "cells <- rbind(c(e1, n1 - e1), c(e0, n0 - e0))",
    ]
    assert defined("survdiff(Surv(time, event) ~ arm + strata(stratum))", GIVEN) == [
        'arm <- factor(d$TRTP, c("old", "new"))',
        "time <- d$AVAL",
        "event <- d$CNSR == 0",
        "stratum <- interaction(d$SITEID, d$SOD, drop = TRUE)",
    ]
    assert defined("mean(hit)", GIVEN) == ['hit <- d$SEX == "F"']


def test_statements_that_a_value_does_not_need_are_left_out():
    lines = """\
a <- 1
# Of b.
b <- function(p) {
  p + a
}
c <- 3
"""
    assert list(used(lines, "b(2)")) == ["a <- 1", "# Of b.", "b <- function(p) {", "  p + a", "}"]
    assert list(used(lines, "c")) == ["c <- 3"]
