"""Slips in a part of a column, at a site, in a few cells or numbers: chances by hand and by scipy,
clean twins that stay silent, and what must not change them."""

from dataclasses import replace
from fractions import Fraction
from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from trialtrace.run.integrity import codings, contacts, identifiers, ordered, turned
from trialtrace.run.integrity import values as single
from trialtrace.run.integrity.export import CODE, DATE, NUMBER, Column, Export, Sheet
from trialtrace.run.integrity.first_page import remark_lines
from trialtrace.run.integrity.look import judged


def export_with(*columns: Column, **more) -> Export:
    n = len(columns[0].values)
    none = np.zeros(n, np.intp)
    sheet = Sheet("p", np.arange(2, n + 2), np.arange(n), none, none, columns, in_order=True)
    return Export(n, "p", (sheet,), **more)


def numbers(values, name: str = "x") -> Column:
    return Column(name, NUMBER, np.asarray(values, float))


@given(st.lists(st.integers(0, 3), min_size=1, max_size=5), st.integers(1, 4))
def test_the_chance_of_rising_draws_is_that_of_all_draws(values, length):
    every = list(product(values, repeat=length))
    rising = sum(list(each) == sorted(each) for each in every)
    assert ordered.rises(np.array(values, float), length) == pytest.approx(rising / len(every))


@pytest.mark.parametrize(("values", "length"), [(50, 30), (3, 100), (20_000, 100)])
def test_a_long_run_among_different_values_has_the_chance_of_draws_with_repetition(values, length):
    chance = Fraction(comb(values + length - 1, length), values**length)
    every = np.arange(values, dtype=float)
    assert ordered.rises(every, length) == pytest.approx(float(chance), rel=1e-9)
    assert ordered.rises(every, 20_000) <= ordered.rises(every, length)


def part(values) -> tuple[float, tuple[int, ...]]:
    looks = [one for one in ordered.looks(export_with(numbers(values))) if "longest" in one.told]
    return (looks[0].p, looks[0].rows) if looks else (1.0, ())


def test_a_part_that_stands_sorted_is_told_with_its_rows():
    rng = np.random.default_rng(1)
    values = rng.normal(size=120)
    assert part(values)[0] > 0.01
    values[40:55] = np.sort(values[40:55])
    p, rows = part(values)
    assert p < 1e-8 and {*range(42, 57)} <= {*rows} and len(rows) < 19
    # Any scale, either direction, and from the last row to the first.
    for same in (np.exp(values), -values, values[::-1]):
        assert part(same)[0] == pytest.approx(p)


def test_a_file_in_parts_that_are_sorted_is_a_sorted_file():
    rng = np.random.default_rng(2)
    blocks = [np.sort(rng.normal(size=30)) for _ in range(4)]
    assert part(np.concatenate(blocks))[0] == 1


def test_rows_of_a_patient_that_rise_by_themselves_count_once():
    """Of 60 patients with five rows each of which every patient's rise, six whose rows rise on."""
    rng = np.random.default_rng(3)
    level = rng.normal(0, 30, 60)
    level[20:26] = np.sort(level[20:26])
    values = (level[:, None] + np.arange(5) / 10).ravel()
    first = np.arange(0, 300, 5)
    p = ordered.of_part(values, first, 100, 130)
    assert p == pytest.approx(60 * ordered.rises(level, 6), rel=1e-9)
    assert p > 0.05


def with_scales(turn: bool) -> Export:
    rng = np.random.default_rng(4)
    ill, site = rng.normal(size=150), np.arange(150) % 3
    pain = np.clip(np.round(5 + 1.8 * ill + rng.normal(size=150)), 0, 10)
    walked, weight = np.round(400 - 60 * ill + 40 * rng.normal(size=150)), rng.normal(size=150)
    if turn:
        pain[site == 1] = 10 - pain[site == 1]
    columns = (numbers(pain, "pain"), numbers(walked, "walked"), numbers(weight, "weight"))
    return export_with(*columns, site=site.astype(np.intp))


def test_a_scale_turned_round_at_a_site_runs_against_what_it_goes_with():
    found = {one.where: one for one in turned.looks(with_scales(turn=True))}
    clean = {one.where: one for one in turned.looks(with_scales(turn=False))}
    assert found["p.pain"].p < 1e-6 and {row % 3 for row in found["p.pain"].rows} == {0}
    assert all(one.p > 0.5 for one in clean.values()) and "p.weight" not in found
    # Of two alone it is the correlation of both; with the turned site they go together nowhere.
    export = with_scales(turn=True)
    (sheet,), both = export.sheets, export.sheets[0].columns[:2]
    pain, walked = (column.values[export.site == 1] for column in both)
    r = stats.spearmanr(pain, -walked).statistic
    looks = [*turned.looks(replace(export, sheets=(replace(sheet, columns=both),)))]
    p = stats.norm.cdf(np.arctanh(r) * np.sqrt((50 - 3) / 1.06))
    assert [one.p for one in looks if not one.remark] == [pytest.approx(p)] * 2


@pytest.mark.parametrize("change", [np.exp, lambda x: x**3, lambda x: 3 * x + 7])
def test_a_scale_by_its_ranks_is_the_same_on_any_scale(change):
    export = with_scales(turn=True)
    (sheet,) = export.sheets
    columns = tuple(replace(one, values=change(one.values / 100)) for one in sheet.columns)
    other = replace(export, sheets=(replace(sheet, columns=columns),))
    chances = [{one.where: one.p for one in turned.looks(each)} for each in (export, other)]
    assert chances[0] == pytest.approx(chances[1])


def test_a_level_that_would_be_like_the_others_turned_round_is_a_remark():
    rng = np.random.default_rng(5)
    site, score = np.arange(120) % 4, np.clip(np.round(rng.normal(3, 1.5, 120)), 0, 10)
    score[:2] = 0, 10
    for high, told in ((10, True), (0, False)):
        values = np.where(site == 2, abs(high - score), score)
        looks = turned.looks(export_with(numbers(values), site=site.astype(np.intp)))
        lines = [*remark_lines(judged(looks), {})]
        assert bool(lines) == told
        assert all("30 of 120 patients, of a site" in line.text for line in lines)


def test_a_visit_at_which_nobody_has_a_value_is_none():
    export = with_scales(turn=True)
    (sheet,) = export.sheets
    empty = numbers(np.full(export.n, np.nan), "pain_0")
    wide = ((("p", "pain_0"), ("p", "pain")),)
    other = replace(export, sheets=(replace(sheet, columns=(empty, *sheet.columns)),), wide=wide)
    assert len(other.series) == 1
    plain, beside = ({one.where: one for one in turned.looks(each)} for each in (export, other))
    assert plain == beside


def test_zeros_far_below_all_else_are_held_against_what_lies_between():
    rng = np.random.default_rng(6)
    score = np.round(rng.normal(60, 8, 100))
    score[:5] = 0
    (look,) = single.codes(export_with(numbers(score)))
    known = score[5:]
    third, upper = np.quantile(known, [0.25, 0.75])
    inside = known[(known >= third) & (known <= upper)]
    most = max(np.unique(inside, return_counts=True)[1]) / len(inside)
    tail = stats.logistic.cdf(-third / 2, scale=(upper - third) / (2 * np.log(3)))
    share = most * (upper - third) / (third / 2) + tail
    assert look.rows == (2, 3, 4, 5, 6) and "5 of 100 patients have zero, 0 others" in look.told
    assert look.p == pytest.approx(stats.binom.sf(4, 5, share), rel=0.02)
    # The same in another unit; nothing without them, or where a quarter have none of it.
    assert next(single.codes(export_with(numbers(score * 12)))).p == pytest.approx(look.p)
    assert not list(single.codes(export_with(numbers(known))))
    score[:25] = 0
    assert next(single.codes(export_with(numbers(score)))).p == 1


def test_zeros_at_the_end_of_a_scale_or_below_what_can_be_measured_are_left_alone():
    rng = np.random.default_rng(7)
    pain = np.clip(np.round(rng.normal(3, 2, 200)), 0, 10)
    crp = np.round(np.exp(rng.normal(1, 1, 200)), 1)
    for values in (pain, np.where(crp < 1, 0, crp), rng.poisson(2, 200)):
        assert all(one.p > 0.01 for one in single.codes(export_with(numbers(values))))


def test_a_question_of_which_one_answer_is_nobodys():
    rng = np.random.default_rng(8)
    answer = (rng.random(80) < 0.4).astype(float)
    lost = np.where(answer == 0, np.nan, answer)
    k = int(np.isnan(lost).sum())
    at = frozenset({("p", "x")})
    for values, used, p in (
        (lost, at, max(2.0 ** -(79 - k), stats.binom.sf(k - 1, 80, 0.05))),
        (lost, frozenset(), 1),
        (np.where(np.arange(80) < 4, np.nan, answer), at, 1),
    ):
        columns = (Column("x", CODE, values, levels=("No", "Yes")), numbers(rng.normal(size=80)))
        export = export_with(columns[0], replace(columns[1], name="y"), used=used)
        looks = [one for one in single.constants(export) if one.where == "p.x"]
        assert [one.p for one in looks] == [pytest.approx(p, rel=1e-9)]
        assert bool(looks[0].remark) == (values is lost)
    # A field that is shown in some rows only, a flag, and a box that is ticked or empty.
    for change in ({"branched": True}, {"name": "RESPFL"}, {"levels": ("Yes",)}):
        column = replace(Column("x", CODE, lost, levels=("No", "Yes")), **change)
        assert not list(single.constants(export_with(column, used=at)))


def followed(late: int) -> Export:
    """Everybody was last seen 0 to 20 days after the last visit, and `late` a year after that."""
    rng = np.random.default_rng(9)
    entry = np.sort(rng.integers(18000, 18700, 90)).astype(float)
    last = entry + 168 + rng.integers(0, 21, 90)
    last[10 : 10 + late] += 365
    people = export_with(Column("entered", DATE, entry), Column("seen", DATE, last))
    visits = Sheet(
        "v", np.arange(2, 92), np.arange(90), np.ones(90, np.intp), np.zeros(90, np.intp),
        (Column("visited", DATE, entry + 168),), visits=True,
    )  # fmt: skip
    export = replace(people, sheets=(*people.sheets, visits), entry=("p", "entered"))
    return replace(export, last=(export.known(("p", "seen")),))


def test_last_contacts_a_year_after_all_others():
    (clean,) = contacts.late(followed(0))
    assert clean.p == 1 and not clean.rows
    for late in (1, 5, 9):
        (look,) = contacts.late(followed(late))
        assert look.p < 1e-9 and look.rows == tuple(range(12, 12 + late))
        assert look.told.startswith(f"{late} of 90 last contacts")
    # Who came to no visit any more, and was followed on as all others were.
    (sheet, visits), gave_up = followed(0).sheets, np.arange(90) < 3
    given = visits.columns[0].values - np.where(gave_up, 300, 0)
    fewer = replace(visits, columns=(Column("visited", DATE, given),))
    (look,) = contacts.late(replace(followed(0), sheets=(sheet, fewer)))
    assert look.p == 1
    # So many more that it is how they were followed.
    assert next(contacts.late(followed(12))).p == 1


def of_names(names, site=None) -> Export:
    names = tuple(names)
    columns = (numbers(np.arange(len(names)) * 1.0),)
    place = None if site is None else np.asarray(site, np.intp)
    return export_with(*columns, names=names, id_column="p.id", site=place)


def test_numbers_that_are_not_there_are_counted_and_a_stretch_of_them_is_unusual():
    rest = [at for at in range(1, 141) if at not in (7, 31, 99) and not 50 <= at < 58]
    (look,) = identifiers.looks(of_names([f"{at:03d}" for at in rest]))
    told = "11 numbers are skipped in the sequence of 129 patients, at most 8 in a row"
    assert look.told.startswith(told)
    # Between the patients with 49 and 58; by hand.
    assert look.rows == (rest.index(49) + 2, rest.index(58) + 2) == (48, 49)
    assert look.p == pytest.approx(139 * (0.05 + 1.5 * 3 / 131) ** 8)
    few = of_names([str(at) for at in range(1, 141) if at not in (7, 31, 99)])
    (line,) = remark_lines(judged(identifiers.looks(few)), {})
    assert line.text.startswith("Gaps in the numbers of patients: p.id: 3 numbers are skipped")
    assert not list(identifiers.looks(of_names(map(str, range(1, 141)))))
    assert not list(identifiers.looks(of_names(map(str, range(5000, 9000, 37)))))
    assert not list(identifiers.looks(of_names([f"X{at}Y" for at in range(99)])))


@given(st.permutations(range(40)), st.sampled_from(["", "S-", "ä "]))
def test_numbers_are_counted_in_any_order_of_rows(order, before):
    names = [f"{before}{at}" for at in (*range(1, 20), *range(24, 45))]
    (look,) = identifiers.looks(of_names([names[at] for at in order]))
    assert (
        "4 numbers are skipped in the sequence of 40" in look.told
        and "at most 4 in a row" in look.told
    )


def test_ranges_of_numbers_by_site_end_where_the_next_begins():
    names = [f"{1000 * (1 + at // 30) + at % 30}" for at in range(90)]
    assert not [one for one in identifiers.looks(of_names(names, np.arange(90) // 30)) if one.p < 1]


@pytest.mark.parametrize("form", ["{site:02d}-{at:03d}", "{letter}{at:03d}", "{site}{at:03d}"])
def test_a_patient_whose_number_is_of_another_site(form):
    site = np.arange(120) % 3
    names = [form.format(site=s + 1, letter="ABC"[s], at=at // 3) for at, s in enumerate(site)]
    wrong = site.copy()
    wrong[[4, 50, 77]] = (site[[4, 50, 77]] + 1) % 3
    for moved, k in ((site, 0), (wrong, 3)):
        (look,) = [one for one in identifiers.looks(of_names(names, moved)) if "site" in one.told]
        assert look.told.startswith(f"{k} of 120") and len(look.rows) == k
        assert look.p == pytest.approx(stats.binom.sf(k - 1, 120, 0.001))
    assert look.rows == (6, 52, 79)
    # Numbers in the order of entry name no site.
    plain = [f"{at:03d}" for at in range(120)]
    assert not [one for one in identifiers.looks(of_names(plain, site)) if "site" in one.told]


def test_a_correlation_of_nothing_is_none():
    assert codings.correlation(np.array([]), np.array([])) == 0


def test_one_value_for_all_at_one_visit_that_has_many_at_the_others():
    rng = np.random.default_rng(6)
    weight = rng.normal(75, 9, (60, 3)).round(1)
    used = frozenset({("v", "weight")})

    def told(values, used=used):
        who, step = np.repeat(np.arange(60), 3), np.tile(np.arange(3), 60)
        rows = np.arange(2, 182)
        column = Column("weight", NUMBER, values.ravel())
        visits = Sheet("v", rows, who, step, 0 * step, (column,), True, visits=True)
        looks = single.constants(Export(60, "v", (visits,), used=used))
        return [(one.p < 1e-6, one.rows[:2]) for one in looks if one.p < 0.01]

    alike = weight.copy()
    alike[:, 2] = 72.5
    assert told(weight) == [] and told(alike) == [(True, (4, 7))]
    assert told(alike, frozenset()) == []
    # What it is measured from has no change, and is all of itself.
    for value in (0.0, 100.0):
        alike[:, 0], alike[:, 2] = value, weight[:, 2]
        assert told(alike) == []
    # Answers of few levels may well be alike.
    assert told(np.where(np.arange(3) == 2, 2.0, rng.integers(0, 5, (60, 3)))) == []
