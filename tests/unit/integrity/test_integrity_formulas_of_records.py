"""Chances of records, visits and occurrences that checks of rows tell, against R and by hand."""

from dataclasses import replace
from itertools import combinations

import numpy as np
import pytest
from scipy import stats

from trialtrace.run.integrity import (
    allocation,
    breaks,
    carried,
    codings,
    contacts,
    cuts,
    exchanged,
    factors,
    meanings,
    records,
    sequence,
    weekdays,
)
from trialtrace.run.integrity import values as single
from trialtrace.run.integrity.export import (
    CODE,
    DATE,
    NUMBER,
    Column,
    Export,
    Sheet,
    resolution,
)


def test_the_unit_of_numbers():
    assert resolution(np.array([1.0, 20, 3])) == 1
    assert resolution(np.array([1.5, 20, 3])) == 0.1
    assert resolution(np.array([1.25, 0.1, 1e6])) == 0.01
    assert resolution(np.array([1 / 3])) is None


@pytest.mark.parametrize(
    ("label", "days"),
    [
        ("week 12", 84),
        ("Day 28", 28),
        ("3 months", 91.2),
        ("1-year visit", 365.25),
        ("baseline", None),
        ("12", None),
        ("week 4 to week 8", None),
        ("weekly", None),
    ],
)
def test_days_until_a_visit_are_those_of_its_label(label, days):
    assert contacts.day_of(label) == (days if days is None else pytest.approx(days))


def test_visits_after_the_last_contact_are_binomial_as_in_r():
    n, last = 40, 19000.0 + np.arange(40)
    seen, score = last - 100 + 60.0 * (np.arange(n) % 2), np.full(n, 5.0) + np.arange(n) % 7
    seen[:3], seen[3:6] = last[:3] + 8, last[3:6] + 7
    entered = last - 90
    entered[:5] = last[:5] - 62
    score[3:5] = np.nan
    none = np.zeros(n, np.intp)
    who = np.arange(n)

    def sheet(name, *columns, visits=False):
        made = tuple(Column(name, kind, values) for name, kind, values in columns)
        return Sheet(name, who + 2, who, none, none, made, visits=visits)

    people = sheet("p", ("entered", DATE, entered), ("end", DATE, last), ("w12", NUMBER, score))
    visits = sheet("v", ("seen", DATE, seen), visits=True)
    export = Export(n, "p", (people, visits), entry=("p", "entered"), planned={("p", "w12"): 84})
    dated, planned = contacts.looks(replace(export, last=(export.known(("p", "end")),)))
    # binom.test(3, 40, 0.001, alternative = "greater"), binom.test(3, 5, 0.01, …): p.value
    assert (dated.where, dated.rows) == ("p.end", (2, 3, 4))
    assert dated.p == pytest.approx(9.6097399422460359e-06, rel=1e-12)
    assert (planned.where, planned.rows) == ("p.w12", (2, 3, 4))
    assert planned.p == pytest.approx(9.8505999999999934e-06, rel=1e-12)
    # Occurrences count by the day on which they began.
    dates = tuple(Column(name, DATE, seen + by) for name, by in (("end", 30.0), ("start", 0.0)))
    events = Sheet("ae", who + 2, who, none, none, dates, occurrences=True)
    began, _ = contacts.looks(
        replace(export, sheets=(people, events), last=(export.known(("p", "end")),))
    )
    assert "occurrences" in began.told and (began.p, began.rows) == (dated.p, dated.rows)
    # Three of five who had gone are free of an event by week 12; one of them died.
    free = replace(export.known(("p", "w12")), values=np.where(who < 3, 1.0, np.nan))
    died = Column("died_on", DATE, np.where(who == 0, last, np.nan))
    people = replace(people, columns=(*people.columns, died))
    alone = Export(n, "p", (people,), entry=("p", "entered"), free=((free, 84.0),))
    last_one = (export.known(("p", "end")),)
    assert not list(contacts.looks(replace(alone, last=last_one)))
    free = replace(free, values=np.where((who < 3) | (who > 15), 1.0, np.nan))
    (told,) = contacts.looks(replace(alone, last=last_one, free=((free, 84.0),)))
    assert told.told.startswith("2 of 5") and told.rows == (3, 4)
    # Where most are after it, it is that of an earlier export, or no last contact.
    early = replace(export.known(("p", "end")), values=last - 300)
    (every,) = contacts.looks(replace(export, planned={}, last=(early,)))
    assert every.told.startswith("40 of 40") and every.p == pytest.approx(0.001**40)


def test_a_number_of_nines_is_due_as_often_as_its_neighbours():
    values = np.repeat(np.arange(1.0, 201), 2)
    # Within a tenth 20 others, twice each, on 20 units; of those within five units 10 on 10.
    assert single.due(values, 99) == 2 * 2
    # At an end, where nothing is near, one value is due on the tenth that is inside the column.
    assert single.due(np.append(values, [777.0] * 4), 777) == 2 * 1 / 78
    more = np.append(values, [99.0] * 10)
    (look,) = single.codes(one_sheet(more))
    # ppois(11, 4, lower.tail = FALSE), times the three such numbers: 77, 88 and 99.
    assert look.p == pytest.approx(3 * 0.00091522914727006305, rel=1e-12)
    assert len(look.rows) == 12 and look.told.startswith("12 of 410 patients")
    assert not list(single.codes(one_sheet(values[values < 77])))
    # Whole numbers beside whole ones: tenths are written by others.
    assert single.due(np.append(values, values + 0.1), 99) == 4
    # Where people write 96 as often, 99 is no code; far below they may write what they like.
    assert [next(single.codes(one_sheet(np.append(more, [n] * 10)))).p for n in (96.0, 66.0)] == [
        pytest.approx(1.0),
        look.p,
    ]


def one_sheet(values):
    who, none = np.arange(len(values)), np.zeros(len(values), np.intp)
    sheet = Sheet("t", who + 2, who, none, none, (Column("x", NUMBER, values),))
    return Export(len(values), "t", (sheet,))


def test_pairs_born_on_one_day_are_as_rare_as_what_they_share():
    q = np.array([0.5, 0.2, 0.1])
    equal = np.array([[0, 0, 0], [0, 1, 1], [1, 0, 1], [1, 1, 1]], float)
    # Both of the rarest, with or without the other: 0.2 * 0.1; the first and the rarest, or those.
    expected = [1, 0.02, 0.5 * 0.8 * 0.1 + 0.02, 0.01]
    assert records.share_as_rare(equal, q) == pytest.approx(expected)


def test_patients_registered_twice_are_held_against_all_pairs():
    at = np.arange(80)
    born = 7000.0 + 31 * at
    sex, smoker, height = at % 2, (at // 3) % 3, 150.0 + (at * 7) % 37
    for values in (born, sex, smoker, height):
        values[76:] = values[:4]
    kinds = {"born": (DATE, born), "sex": (CODE, sex), "smoker": (CODE, smoker)}
    kinds["height"] = NUMBER, height
    columns = tuple(Column(k, kind, values.astype(float)) for k, (kind, values) in kinds.items())
    none = np.zeros(80, np.intp)
    look = next(records.looks(Export(80, "t", (Sheet("t", at + 2, at, none, none, columns),))))
    assert look.rows == (2, 3, 4, 5, 78, 79, 80, 81)
    pairs = list(combinations(range(80), 2))
    equal = {k: np.mean([v[i] == v[j] for i, j in pairs]) for k, (_, v) in kinds.items()}
    whole = equal["sex"] * equal["smoker"] * equal["height"]
    most = next(m for m in sorted(records.SHARES) if m >= whole)
    due = 3 * len(pairs) * equal["born"] * most
    assert look.p == pytest.approx(4 * stats.poisson.sf(3, due), rel=1e-6)


def test_numbers_alike_where_the_others_are():
    rng = np.random.default_rng(8)
    x = np.round(rng.normal(50, 10, 4000))
    near, free = np.round(x + rng.normal(0, 3, 4000)), np.round(rng.normal(50, 10, 4000))
    alone = [records.chance_alike(one) for one in (x, near, free)]
    chance = records.beside(np.column_stack([x, near, free]))
    # Of pairs that are equal in x so many are equal in the number near it, not the free one.
    i, j = np.array(list(combinations(range(4000), 2)), np.intp).T
    same = x[i] == x[j]
    told = [np.mean(one[i][same] == one[j][same]) for one in (near, free)]
    assert chance[1:] == pytest.approx(told, rel=0.15)
    assert chance[1] > 2.5 * alone[1] and chance[2] == pytest.approx(alone[2], rel=0.01)


def test_days_to_events_of_one_follow_up_are_one_fact():
    """Who had none of the events has the day of the last contact in each."""
    rng = np.random.default_rng(3)
    last = rng.integers(900, 1500, 2000).astype(float)
    days = [np.where(rng.random(2000) < 0.4, np.floor(last * rng.random()), last) for _ in "abc"]
    age, none = rng.integers(20, 80, 2000).astype(float), np.zeros(2000, np.intp)
    columns = tuple(Column("x", NUMBER, each) for each in (*days, age))
    who = np.arange(2000)
    kept = records.rare(Sheet("t", who + 2, who, none, none, columns))
    assert [each.tolist() for each in kept] == [days[0].tolist(), age.tolist()]


def test_records_alike_in_three_columns_are_all_found():
    data = np.random.default_rng(9).integers(0, 4, (60, 5)).astype(float)
    data[::7, 1] = np.nan
    expected = [
        pair for pair in combinations(range(60), 2) if (data[pair[0]] == data[pair[1]]).sum() >= 3
    ]
    assert records.alike_in(data, 3).tolist() == [list(pair) for pair in expected]
    # What many rows share is not rare.
    assert not len(records.alike_in(np.zeros((31, 3)), 3))


def test_an_exchange_is_the_difference_of_two_correlations():
    rng = np.random.default_rng(10)
    trait, other = rng.normal(size=(2, 80, 1))
    first, second = (each + 0.4 * rng.normal(size=(80, 3)) for each in (trait, other))
    assert exchanged.exchanged(first, second, 1) > 0.99
    first[:, 1], second[:, 1] = second[:, 1].copy(), first[:, 1].copy()
    own = stats.spearmanr(first[:, 1], first[:, [0, 2]].mean(axis=1)).statistic
    cross = stats.spearmanr(first[:, 1], second[:, [0, 2]].mean(axis=1)).statistic
    z = (np.arctanh(own) - np.arctanh(abs(cross))) * np.sqrt(77 / 2.12)
    assert stats.norm.cdf(z) <= exchanged.exchanged(first, second, 1) < 1e-6


def test_a_score_on_a_smaller_scale_is_one_that_nobody_keeps():
    scores = np.random.default_rng(11).uniform(20, 100, (30, 2))
    scores[:, 1] /= 10
    assert factors.on_scale(scores, 1, 100, 10) == pytest.approx(0.8**30)
    assert factors.on_scale(scores, 0, 100, 10) == 1
    # Low for all, and not by as much less apart.
    assert factors.on_scale(np.column_stack([scores[:, 0], scores[:, 1] % 1]), 1, 100, 10) == 1


def test_a_scale_to_one_has_no_smaller_scale():
    shares = np.random.default_rng(12).uniform(0, 1, (30, 2))
    export = one_sheet(shares[:, 0])
    columns = tuple(Column(f"x{at}", NUMBER, shares[:, at]) for at in (0, 1))
    wide = (("t", "x0"), ("t", "x1"))
    sheet = replace(export.sheets[0], columns=columns)
    export = Export(30, "t", (sheet,), wide=(wide,))
    looks = [*factors.looks(replace(export, scales=dict.fromkeys(wide, 1.0)))]
    assert any("smaller scale" in one.told for one in looks)
    assert all(one.p == 1 for one in looks if "smaller scale" in one.told)


def test_occurrences_after_the_last_date_are_due_as_long_after_entry():
    since, until, followed = (
        np.array(days) for days in ([5, 15.0], [30.0, 30, 10], [30.0, 30, 60])
    )
    due, p = cuts.of_occurrences(since, until, followed)
    # All three were seen on day 5 before the end; of those seen on day 15 two of three.
    assert due == pytest.approx(1 / 2) and p == pytest.approx((2 / 3) ** (1 / cuts.LESS))


@pytest.mark.parametrize("window", [20, 170, 2000])
def test_occurrences_that_end_days_after_entry_are_no_table_that_ends(window):
    """Of 120 patients followed for a year or two; red is a table cut on a day of the calendar."""
    cut = []
    for seed in range(40):
        rng = np.random.default_rng(seed)
        entered, last = rng.uniform(0, 700, 120), rng.uniform(400, 760, 120)
        who = np.repeat(np.arange(120), 2)
        since = rng.uniform(0, np.minimum(window, last[who]))
        day = entered[who] + since
        p = cuts.of_occurrences(since, day.max() - entered, last)[1]
        there = day < 500
        early = cuts.of_occurrences(since[there], day[there].max() - entered, last)[1]
        cut.append((p, early))
    whole, ended = np.array(cut).T
    assert whole.min() > 1e-3 and np.median(ended) < 1e-6


def test_numbers_of_occurrences_that_are_not_there_are_binomial_as_in_r():
    who, none = np.repeat(np.arange(12), 2), np.zeros(24, np.intp)
    number = np.tile([0, 1], 12)
    number[1:12:2] = 2
    sheet = Sheet("ae", np.arange(24), who, number, none, (), occurrences=True)
    (look,) = sequence.numbering(Export(12, "p", (sheet,)))
    # binom.test(6, 30, 0.05, alternative = "greater")$p.value
    assert look.told.startswith("6 of 30") and look.p == pytest.approx(0.003282485595)
    late = Sheet("ae", np.arange(24), who, number + 3, none, (), occurrences=True)
    assert not list(sequence.numbering(Export(12, "p", (late,))))


def test_a_number_that_is_ten_times_less_has_a_decimal_more():
    rng = np.random.default_rng(12)
    values = np.round(np.exp(rng.normal(-1, 0.4, (60, 2))), 2) + 0.01
    values[:, 1] = np.round(values[:, 1] * 0.85, 2) / 10
    logs = np.log(values)
    ratio = logs[:, 1] - logs[:, 0]
    assert factors._finer(logs, 1) == pytest.approx(np.log(10))
    told = [factors.converted(ratio, 0.4, finer) for finer in (0.0, np.log(10))]
    assert told[0] == 1 and told[1] < 1e-6


def _events(serious: np.ndarray, grade: np.ndarray, levels: tuple[str, ...]) -> Export:
    n = len(grade)
    who, none = np.arange(n), np.zeros(n, np.intp)
    died = Column("died_on", DATE, np.where(who < 5, 19000.0, np.nan))
    coded = (
        Column("serious", CODE, serious.astype(float), label="Serious", levels=("No", "Yes")),
        Column("grade", CODE, grade.astype(float), label="Grade", levels=levels),
    )
    people = Sheet("p", who + 2, who, none, none, (died,))
    events = Sheet("ae", who + 2, who, none, none, coded, occurrences=True)
    return Export(n, "p", (people, events))


def test_codes_against_what_they_are_called():
    grade = np.arange(60) % 3
    right, words = (grade == 2).astype(int), ("Mild", "Severe", "Fatal")
    for serious, p in ((right, 1.0), (1 - right, None)):
        looks = {one.where: one for one in meanings.looks(_events(serious, grade, words))}
        # Of the 20 with a fatal event (2, 5, 8 …) only the first has a day of death.
        dead = looks["ae.grade"]
        assert dead.told.startswith("19 of 20") and len(dead.rows) == 19
        assert dead.p == pytest.approx(stats.binom.sf(18, 20, 0.01))
        first, others = grade[serious == 1], grade[serious == 0]
        due = stats.mannwhitneyu(first, others, alternative="less", method="asymptotic").pvalue
        assert looks["ae.serious"].p == pytest.approx(min(1.0, 2 * due))
        assert (looks["ae.serious"].p < 1e-6) == (p is None)
    # By their words the codes run the other way.
    (turned, _) = sorted(
        meanings.looks(_events(right, grade, ("Fatal", "Severe", "Mild"))), key=lambda one: one.p
    )
    assert {turned.where} <= {"ae.serious", "ae.grade"} and turned.p < 1e-6


def test_who_completed_was_followed_for_longer():
    n = 60
    who, none = np.arange(n), np.zeros(n, np.intp)
    entered, days = np.full(n, 19000.0), np.where(who < 50, 180.0 + who, 10.0 + who)
    columns = (Column("entered", DATE, entered), Column("seen", DATE, entered + days))
    for levels, unusual in ((("Completed", "Lost"), False), (("Lost", "Completed"), True)):
        ended = Column("ended", CODE, (who >= 50).astype(float), levels=levels)
        people = Sheet("p", who + 2, who, none, none, (*columns, ended))
        export = Export(n, "p", (people,), entry=("p", "entered"))
        (look,) = meanings.looks(replace(export, last=(export.known(("p", "seen")),)))
        assert (look.p < 1e-4) == unusual and look.where == "p.ended"


def test_dates_that_avoid_the_days_beside_the_weekend():
    who, none = np.arange(60), np.zeros(60, np.intp)
    # 2022-01-03 was a Monday; five working days a week.
    days = 18995.0 + who // 5 * 7 + who % 5
    for by, p in ((0.0, 1.0), (-1.0, 7 * (5 / 7) ** 60), (-2.0, 1.0)):
        columns = [Column(name, DATE, days) for name in ("a", "b")]
        columns.append(Column("entered", DATE, days + by))
        looks = weekdays.rest_days(
            Export(60, "p", (Sheet("p", who, who, none, none, tuple(columns)),))
        )
        chance = {one.where: one.p for one in looks}
        assert chance == {"p.a": 1, "p.b": 1, "p.entered": pytest.approx(p)}


def test_a_table_without_a_row_of_one_group():
    n = 60
    who, none = np.arange(n), np.zeros(n, np.intp)
    site, arm = (who % 3).astype(np.intp), (who % 2).astype(np.intp)
    sex = Column("sex", CODE, (who // 30).astype(float))
    people = Sheet("p", who, who, none, none, (sex,))
    for kept, told in (
        (site > 0, "a site"),
        (arm > 0, "an arm"),
        (who > 29, "one sex"),
        (who > 4, ""),
    ):
        rows = np.flatnonzero(kept & (who % 5 < 4))
        events = Sheet("ae", rows, rows, none[rows], none[rows], (), occurrences=True)
        (look,) = cuts.looks(Export(n, "p", (people, events), arm=arm, site=site))
        assert (look.p < 1e-5) == bool(told) and told in look.told
    # 20 of a site, of the others 32 of 40: odds of 32.5/8.5 by two; two ways, three groups.
    rows = np.flatnonzero((site > 0) & (who % 5 < 4))
    events = Sheet("ae", rows, rows, none[rows], none[rows], (), occurrences=True)
    (look,) = cuts.looks(Export(n, "p", (people, events), site=site))
    assert look.p == pytest.approx(2 * (1 / (1 + 32.5 / 8.5 / 2)) ** 20 * 5)


def test_all_of_an_end_on_one_side_by_enumeration():
    drawn = list(combinations(range(7), 3))
    due = sum(max(each) < 5 for each in drawn) / len(drawn)
    assert breaks.on_one_side(3, 5, 7) == pytest.approx(due)


def test_copies_at_a_visit_are_held_against_the_others():
    # 1 of 21 is at least one in two; 15 of 20 is 16 of 22, whose odds of 16 to 6 times five are 80
    # to 6; of few others nothing is said.
    assert carried.of_a_visit(20, 20, 0, 20) == pytest.approx(0.5**20)
    assert carried.of_a_visit(20, 20, 15, 20) == pytest.approx((80 / 86) ** 20)
    assert carried.of_a_visit(20, 20, 3, 5) == 1.0


def test_a_run_of_an_arm_is_told_unless_the_file_is_sorted():
    lots = np.tile([0, 1, 1, 0, 1, 0, 0, 1], 8)
    lots[20:44] = 1
    (look,) = allocation._longest(_by_rows(lots), lots, np.arange(64), "p")
    q = (lots == 1).mean()
    assert look.p == pytest.approx(64 * (1 - q) * q ** len(look.rows), rel=1e-9)
    assert {*range(22, 46)} <= {*look.rows} and len(look.rows) <= 26
    (look,) = allocation._longest(_by_rows(lots), np.sort(lots), np.arange(64), "p")
    assert look.p == 1.0


def _by_rows(arm: np.ndarray) -> Export:
    none, at = np.zeros(len(arm), np.intp), np.arange(len(arm))
    sheet = Sheet("p", at + 2, at, none, none, (), in_order=True)
    return Export(len(arm), "p", (sheet,), arm=arm)


def test_pairs_that_are_the_same_are_held_against_those_that_differ_in_little():
    rng = np.random.default_rng(5)
    data = rng.integers(0, [3, 4, 5, 6], (120, 4)).astype(float)
    data[-9:] = data[:9]
    none, at = np.zeros(120, np.intp), np.arange(120)
    columns = tuple(Column(f"c{i}", CODE, column) for i, column in enumerate(data.T))
    export = Export(120, "p", (Sheet("p", at + 2, at, none, none, columns),))
    (look,) = records._the_same(export)
    equal = [int((data[a] == data[b]).sum()) for a, b in combinations(range(120), 2)]
    none_off, one_off, two_off = (equal.count(4 - k) for k in range(3))
    assert look.told.startswith(f"{none_off} pairs of 120 patients")
    mean = 3 * (one_off + 1) ** 2 / (two_off + 1)
    assert look.p == pytest.approx(stats.poisson.sf(none_off - 1, mean), rel=1e-6)


def test_two_numbers_of_other_levels_are_exchanged_without_any_correlation():
    rng = np.random.default_rng(8)
    low, high = rng.normal(10, 1, (40, 3)), rng.normal(90, 9, (40, 3))
    assert exchanged.exchanged(low, high, 1) > 0.9
    low[:, 1], high[:, 1] = high[:, 1].copy(), low[:, 1].copy()
    assert exchanged.exchanged(low, high, 1) == pytest.approx(2 * 0.5**40)


def test_one_value_at_a_site_is_held_against_the_others():
    values = np.tile(np.arange(5.0), 8)
    values[:12] = 3.0
    site, none, at = np.repeat([0, 1, 2], [12, 14, 14]), np.zeros(40, np.intp), np.arange(40)
    sheet = Sheet("p", at + 2, at, none, none, (Column("x", NUMBER, values),))
    export = Export(40, "p", (sheet,), site=site, used=frozenset({("p", "x")}))
    (look,) = codings.looks(export)
    others = values[12:]
    alike = sum(a == b for a, b in combinations(others, 2)) / (28 * 27 / 2)
    assert look.p == pytest.approx(3 * alike**11)
    assert look.rows == tuple(range(2, 14))


def test_patients_of_few_levels_are_equal_by_chance():
    """Forty villages under a name and a number, of one arm and area each, and an answer: thousands
    of pairs are the same; of columns of many levels sixty are too many."""
    rng = np.random.default_rng(7)
    n = 600
    village, at, none = rng.integers(0, 40, n), np.arange(n), np.zeros(n, np.intp)
    own = [village, 99 - village, village % 2, village // 10, rng.random(n) < 0.3]

    def p_of(data: list[np.ndarray]) -> float:
        columns = tuple(Column(f"c{i}", CODE, one.astype(float)) for i, one in enumerate(data))
        export = Export(n, "p", (Sheet("p", at + 2, at, none, none, columns),))
        (look,) = records._the_same(export)
        return look.p

    assert p_of(own) > 0.5
    many = [rng.integers(0, 40, n) for _ in own]
    for column in many:
        column[-60:] = column[:60]
    assert p_of(many) < 1e-6
    # A number that nearly nobody shares decides nothing of the others.
    fine = [np.arange(n), *many[1:]]
    fine[0][-60:] = fine[0][:60]
    assert p_of(fine) < 1e-6
    # Who has hardly a value is like others by what is not there.
    gone = [rng.integers(0, 40, n).astype(float) for _ in own]
    for column in gone[1:]:
        column[-9:] = np.nan
    gone[0][-9:] = 1
    assert p_of(gone) > 0.5
