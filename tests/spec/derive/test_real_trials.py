"""The real trials: counts as printed, or as the data's documentation has them.

Elmunzer 2012 (N Engl J Med 366:1414): 602 randomised, pancreatitis 27 of 295 and 52 of 307,
bleeding 4 and 7. Ruetzler 2013 (Anesth Analg 117:614): the data has 235 of the 236 enrolled, two
of them without outcomes; sore throat at 4 h in 24 of 117 and 52 of 116. Moertel 1990 as in R's
survival::colon: 929 patients, 468 recurrences, 452 deaths, by `table(colon$etype, colon$status)`.
The examples: CGD 1991 (N Engl J Med 324:509): 128 patients, serious infections in 14 of 63 and 30
of 65, 20 and 56 of them; days at risk by `with(cgd, tapply(tstop - tstart, treat, sum))`. Thall
1990 (Biometrics 46:657): 31 and 28 patients, seizures by `with(MASS::epil, tapply(y, trt, sum))`.
Arthritis 1986 as in R's multgee::arthritis: 302 patients, by `tapply(y, list(trt, time), sum)`.
"""

import pyarrow as pa
import pyarrow.compute as pc


def parameter(table: pa.Table, code: str, arm: str, visit: str | None = None) -> pa.Table:
    """The records of a parameter in an arm."""
    chosen = pc.and_(pc.equal(table["PARAMCD"], code), pc.equal(table["TRTP"], arm))
    if visit is not None:
        chosen = pc.and_(chosen, pc.equal(table["AVISIT"], visit))
    return table.filter(chosen)


def events(table: pa.Table, code: str, arm: str, visit: str | None = None) -> tuple[float, int]:
    """(sum of AVAL, records with a value) of a parameter in an arm."""
    values = parameter(table, code, arm, visit)["AVAL"]
    return pc.sum(values).as_py(), pc.count(values).as_py()


def test_moertel_first_event_is_never_after_recurrence_or_death(derived):
    adtte = derived("moertel1990")["adtte"]
    first, recurrence, death = (
        adtte.filter(pc.equal(adtte["PARAMCD"], code)) for code in ("DFS", "RECUR", "DEATH")
    )
    earliest = pc.min_element_wise(recurrence["AVAL"], death["AVAL"])
    assert pc.all(
        pc.less_equal(first["AVAL"], pc.max_element_wise(recurrence["AVAL"], death["AVAL"]))
    )
    censored = pc.equal(first["CNSR"], 1)
    assert first["AVAL"].filter(censored) == earliest.filter(censored)
    with_event = pc.or_(pc.equal(recurrence["CNSR"], 0), pc.equal(death["CNSR"], 0))
    assert pc.equal(first["CNSR"], 0) == with_event


def test_several_infections_of_a_patient(derived):
    tables = derived("cgd1991")
    assert tables["adsl"].num_rows == 128
    for arm, patients, infected, infections, days in (
        ("interferon", 63, 14, 20, 18953),
        ("placebo", 65, 30, 56, 18524),
    ):
        assert events(tables["bds"], "INFECTED", arm) == (infected, patients)
        rows = parameter(tables["adtte"], "INFECT", arm)
        assert pc.sum(pc.equal(rows["CNSR"], 0)).as_py() == infections
        assert pc.sum(pc.subtract(rows["TSTOP"], rows["TSTART"])).as_py() == days
        first = parameter(tables["adtte"], "FIRST", arm)
        assert pc.sum(pc.equal(first["CNSR"], 0)).as_py() == infected


def test_seizures_of_eight_weeks(derived):
    tables = derived("thall1990")
    assert events(tables["bds"], "SEIZURES", "progabide") == (987, 31)
    assert events(tables["bds"], "SEIZURES", "placebo") == (961, 28)
    assert events(tables["bds"], "PERIOD", "placebo", "weeks 1-2") == (262, 28)


def test_ratings_of_arthritis(derived):
    tables = derived("arthritis1986")
    assert tables["adsl"].num_rows == 302
    for arm, visit, total, patients, good in (
        ("auranofin", "month 1", 494, 151, 56),
        ("auranofin", "month 5", 515, 146, 73),
        ("placebo", "month 3", 446, 148, 44),
        ("placebo", "month 5", 464, 147, 58),
    ):
        assert events(tables["bds"], "RATING", arm, visit) == (total, patients)
        assert events(tables["bds"], "GOOD", arm, visit) == (good, patients)
