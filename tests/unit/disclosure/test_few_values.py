"""Statistics of values that tell counts: of few whole numbers, of changes, between two values."""

import json
import random
from math import sqrt

import numpy as np
import pytest

from disclosed.trials import RandomTrial
from trialtrace.run.disclosure.levels import column_of
from trialtrace.run.disclosure.presets import PRESETS
from trialtrace.run.disclosure.release import Release

ARMS = ["a", "b"]


class Results:
    """A trial by hand: values of each patient, "a0" to "b39", by the column of a condition."""

    def __init__(self, **columns):
        self.columns, self.rows, self.members = columns, [], {}

    def subjects(self, _dataset, where):
        found = {f"{arm}{number}" for arm in ARMS for number in range(40)}
        for column, test in where.items():
            if column in ("TRTP", "TRT01P"):
                arms = test.get("in", [test.get("is")])
                found = {name for name in found if name[0] in arms}
            elif column == "AVISIT":
                found &= set(self.columns[test["is"]])
            elif column in self.columns:
                kept = self.columns[column]
                found &= {one for one in kept if test in ("present", {"is": kept[one]})}
        return sorted(found)

    def values(self, dataset, where, column):
        visit = where.get("AVISIT", {}).get("is", column)
        there = self.columns[visit if column == "AVAL" else column]
        return [(one, there[one]) for one in self.subjects(dataset, where) if one in there]

    def add(self, analysis, stat, arm, where, value, dataset="bds", role="analysed", **about):
        name = f"{analysis}/{stat}@{arm}" + "".join(f";{each}" for each in about.values())
        row = RandomTrial(0).rows[0] | {"result_id": name, "analysis_id": analysis}
        row |= {"method": f"{stat}.x", "stat_name": stat, "parameter": "x", "group1_level": arm}
        row |= {"stat_value": float(value), "stat_text": f"{value:.2f} points"}
        self.rows.append(row | about)
        column = "TRT01P" if dataset == "adsl" else "TRTP"
        base = {column: {"is": arm} if arm in ARMS else {"in": ARMS}}
        roles = {role: where} if isinstance(role, str) else dict(zip(role, where, strict=True))
        self.members[name] = [
            {"role": one, "dataset": dataset, "predicate": json.dumps(base | each)}
            for one, each in roles.items()
        ]

    def shown(self, preset):
        release = Release(
            self.rows,
            self.members,
            self.subjects,
            ARMS,
            PRESETS[preset],
            measured=self.values,
            baselines={"x": "entry"},
        )
        return {each.row["result_id"]: each.row["stat_text"] for each in release.told()}


def at_entry(values, preset):
    made = Results(X=values)
    for arm in (*ARMS, "all"):
        mine = [value for name, value in values.items() if arm in ("all", name[0])]
        mean = sum(mine) / len(mine)
        spread = sqrt(sum((one - mean) ** 2 for one in mine) / (len(mine) - 1))
        for stat, value in (("mean", mean), ("sd", spread)):
            made.add("baseline", stat, arm, {"X": "present"}, value, "adsl")
    return made.shown(preset)


@pytest.mark.parametrize("preset", ["trial", "sacro"])
def test_a_mean_of_few_whole_numbers_is_hidden_with_the_small_count_that_it_gives(preset):
    """2 of 40 had one relapse before: 0.05 and 0.22 give it, and with all arms those of the other
    too; of nobody 0.00 and 0.00 say so. Of 15 and 20 of 40 nothing is small."""
    one = {f"{arm}{number}": int(number < 2) for arm in ARMS for number in range(40)}
    assert {*at_entry(one, preset).values()} == {"hidden"}
    none = {
        f"{arm}{number}": int(arm == "a" and number < 15) for arm in ARMS for number in range(40)
    }
    told = at_entry(none, preset)
    assert told["baseline/mean@b"] == told["baseline/sd@b"] == "hidden"
    many = {
        f"{arm}{number}": int(number < 15 + 5 * (arm == "b"))
        for arm in ARMS
        for number in range(40)
    }
    assert "hidden" not in at_entry(many, preset).values()


@pytest.mark.parametrize("step", [0.5, 100 / 3])
def test_halves_and_thirds_are_whole_numbers_of_their_step(step):
    """The same two of 40, in another unit; before, no mean of them was held."""
    one = {f"{arm}{number}": step * (number < 2) for arm in ARMS for number in range(40)}
    assert {*at_entry(one, "sacro").values()} == {"hidden"}


@pytest.mark.parametrize(
    ("values", "step"), [((0, 2, 5), 1), ((1, 2, 3.5), 0.5), ((0, 1, 2**0.5), 0)], ids=str
)
def test_the_step_of_values_is_a_part_of_their_smallest_difference(values, step):
    """Of 0, 2 and 5 it is 1, half of 2; values of no common part down to a sixth have none."""
    column = column_of((1 << at, value) for at, value in enumerate(values))
    assert (column.step if column.levels else 0) == pytest.approx(step)


def test_the_same_values_under_another_name_are_held_apart():
    """Entry of 80, and as an endpoint's baseline of the 79 who came again: the means give the one
    who did not. In an unlike endpoint nothing is given."""
    entry = {f"{arm}{number}": 40 + number / 7 for arm in ARMS for number in range(40)}
    fewer = {name: value for name, value in entry.items() if name != "a7"}
    mended = fewer | {"a9": 60.0, "b7": 1.0}
    other = {name: value * value for name, value in fewer.items()}
    for later, told in ((fewer, "hidden"), (mended, "hidden"), (other, "42.00 points")):
        made = Results(**{"AGE": entry, "week 4": later})
        made.add("baseline", "mean", "all", {"AGE": "present"}, 42, "adsl", parameter="age")
        where = {"PARAMCD": {"is": "Y"}, "AVAL": "present", "AVISIT": {"is": "week 4"}}
        made.add("score", "mean", "all", where, 42, visit="week 4", parameter="y")
        assert [*made.shown("sacro").values()] == ["42.00 points", told]


def test_a_mean_of_many_values_is_told():
    """Of a scale from 0 to 10, of which each value is of few."""
    values = {f"{arm}{number}": number % 11 for arm in ARMS for number in range(40)}
    assert "hidden" not in at_entry(values, "trial").values()


def test_what_a_group_leaves_of_a_whole_is_held_to_the_same():
    """Of 40 two are ones: 38 without them are all zeros, so that the mean of 40 gives the two."""
    values = {f"a{number}": int(number in (0, 39)) for number in range(40)}
    made = Results(AVAL=values, SEX={name: "F" for name in values if int(name[1:]) < 20})
    made.add("all", "mean", "a", {"AVAL": "present", "PARAMCD": {"is": "X"}}, 0.05)
    women = {"AVAL": "present", "PARAMCD": {"is": "X"}, "SEX": {"is": "F"}}
    made.add("women", "mean", "a", women, 0.05, stratum="sex=F")
    # By `trial` that of an arm is exact, as its counts are; that of its women is not.
    assert list(made.shown("trial").values()) == ["0.05 points", "hidden"]
    assert set(made.shown("sacro").values()) == {"hidden"}


def possible(n, levels, mean, spread, decimals):
    """Every way to give n patients these values, by the printed mean and standard deviation."""

    def ways(left, places):
        if places == 1:
            yield (left,)
            return
        for first in range(left + 1):
            yield from ((first, *rest) for rest in ways(left - first, places - 1))

    for counts in ways(n, len(levels)):
        total = sum(count * level for count, level in zip(counts, levels, strict=True))
        if round(abs(total / n - mean), 9) > 0.5 * 10**-decimals:
            continue
        squares = sum(count * level**2 for count, level in zip(counts, levels, strict=True))
        found = sqrt(max(squares - total**2 / n, 0) / (n - 1))
        if spread is None or round(abs(found - spread), 9) <= 0.5 * 10**-decimals:
            yield counts


def quartiles(counts, levels):
    return tuple(np.quantile(np.repeat(levels, counts), (0.25, 0.5, 0.75)))


@pytest.mark.parametrize("spread", [True, False])
@pytest.mark.parametrize("step", [1, 0.5, 0.75])
def test_what_a_mean_tells_is_what_trying_all_counts_gives(spread, step):
    """Against every way that there is: of random columns of two to four values, from 3 on. With
    quartiles some more are told, and none that trying all counts with them has not."""
    rng, told, more = random.Random(38), [], 0
    for _ in range(150 if step == 1 else 40):
        levels = [3 + step * place for place in range(rng.randint(2, 4))]
        n, decimals = rng.randint(10, 26), rng.choice([1, 2])
        values = rng.choices(levels, [rng.random() ** 3 + 0.02 for _ in levels], k=n)
        values += [level for level in levels if level not in values]
        n = len(values)
        column = column_of((1 << number, float(value)) for number, value in enumerate(values))
        counts = tuple(values.count(level) for level in levels)
        mean = sum(values) / n
        deviation = sqrt(sum((one - mean) ** 2 for one in values) / (n - 1))
        mean, deviation = round(mean, decimals), round(deviation, decimals)
        ways = list(possible(n, levels, mean, deviation if spread else None, decimals))
        assert counts in ways

        def few(ways, counts=counts):
            return any(
                count < 5 and len({way[place] for way in ways}) < 3
                for place, count in enumerate(counts)
            )

        everybody = (1 << n) - 1
        found = column.tells(everybody, 5, decimals, spread=spread)
        assert found == few(ways), (counts, decimals)
        own = quartiles(counts, levels)
        within = [way for way in ways if quartiles(way, levels) == own]
        beside = column.tells(everybody, 5, decimals, spread=spread, quantiles=(0.25, 0.5, 0.75))
        assert beside >= few(within), (counts, decimals)
        told.append(found)
        more += beside and not found
    assert 0.1 * len(told) < sum(told) < 0.97 * len(told)
    assert more or spread


def test_of_many_values_a_mean_of_very_few_is_told_where_it_gives_nobodys_value():
    """2 and 38 of five patients who have 0, 0, 0, 0 and 10 are of nobody else; of nine others of
    the same scale there are many ways."""
    scale = {f"b{number}": float(number) for number in range(11)}
    bits = {name: 1 << number for number, name in enumerate([*scale, *"acdefghij"])}
    few = dict(zip("acdef", [0.0, 0, 0, 0, 10], strict=True))
    many = dict(zip("acdefghij", [1.0, 2, 2, 4, 5, 5, 6, 8, 9], strict=True))
    for others, told in ((few, True), (many, False)):
        column = column_of((bits[name], value) for name, value in (scale | others).items())
        assert column.tells(sum(bits[name] for name in others), 5, 2, spread=True) == told


def test_a_change_gives_the_entry_of_those_who_have_one():
    """39 of 40 came again: with their means then, and of the change, that at entry of the 39."""
    entry = {f"a{number}": 40 + number / 10 for number in range(40)}
    later = {name: value - 5 for name, value in entry.items() if name != "a7"}
    made = Results(**{"entry": entry, "week 4": later, "CHG": dict.fromkeys(later, -5.0)})
    for visit in ("entry", "week 4"):
        where = {"PARAMCD": {"is": "X"}, "AVAL": "present", "AVISIT": {"is": visit}}
        made.add("score", "mean", "a", where, 42, visit=visit)
    where |= {"CHG": "present"}
    made.add("change", "mean", "a", where, -5, visit="week 4")
    shown = made.shown("sacro")
    assert list(shown.values()) == ["42.00 points", "42.00 points", "hidden"]
    entry.pop("a7")
    assert "hidden" not in made.shown("sacro").values()


@pytest.mark.parametrize("preset", ["opensafely", "midpoint6"])
def test_where_counts_are_rounded_a_quantile_has_the_digits_of_the_values(preset):
    """Between two whole numbers .25, .5 and .75 tell how many patients there are, but for fours."""
    values = {f"a{number}": float(number) for number in range(40)}
    made = Results(AVAL=values)
    where = {"PARAMCD": {"is": "X"}, "AVAL": "present"}
    for stat, value in (("q1", 9.75), ("median", 19.5), ("q3", 29.25)):
        made.add("score", stat, "a", where, value)
    assert list(made.shown(preset).values()) == ["10 points", "20 points", "29 points"]
    assert list(made.shown("sacro").values()) == ["9.75 points", "19.50 points", "29.25 points"]


def test_a_zero_is_hidden_with_its_like_under_another_name():
    """Of 12 from 65 nobody relapsed, of 28 others 3: by age both are hidden; the same patients by
    a condition of their own are told as 0 nowhere."""
    old = {f"a{number}": "65 and over" for number in range(12)}
    old |= {f"a{number}": "under 65" for number in range(12, 40)}
    made = Results(
        AGEGRP=old,
        AGE={name: "old" for name, group in old.items() if group == "65 and over"},
        AVAL={name: int(int(name[1:]) >= 37) for name in old},
    )
    for analysis, where in (
        ("by", {"AGEGRP": {"is": "65 and over"}}),
        ("others", {"AGEGRP": {"is": "under 65"}}),
        ("old", {"AGE": {"is": "old"}}),
        ("all", {}),
    ):
        whole = {"PARAMCD": {"is": "X"}, "AVAL": "present"} | where
        roles = [whole | {"AVAL": {"is": 1}}, whole]
        value = {"by": 0, "old": 0}.get(analysis, 3)
        made.add(analysis, "count", "a", roles, value, role=("numerator", "denominator"))
    shown = made.shown("trial")
    assert shown["by/count@a"] == shown["others/count@a"] == shown["old/count@a"] == "hidden"
    assert shown["all/count@a"] == "3.00 points"


class Paired(Results):
    """Each patient has both treatments: `columns` are the values under each."""

    def subjects(self, _dataset, where):
        test = where.get("TRTP", {"in": ARMS})
        arms = test.get("in", [test.get("is")])
        each = "complete" not in where or arms == ARMS
        return [who for arm in arms for who in self.columns[arm] if each]

    def values(self, _dataset, where, column):
        arms = [where["TRTP"]["is"]] if "TRTP" in where else ARMS
        return [pair for arm in arms for pair in self.columns[arm].items()]


@pytest.mark.parametrize(("more", "told"), [(0.37, True), (0, False)])
def test_of_patients_who_have_each_treatment_a_mean_is_of_their_differences(more, told):
    """Twenty patients, of whom one differs between treatments: the mean of differences that are 0
    or 1 is a count of one; where each differs by something else it tells none."""
    first = {f"p{number}": float(number) for number in range(20)}
    second = {who: value + (who == "p3") + more * value**2 for who, value in first.items()}
    made = Paired(a=first, b=second)
    both = {"AVAL": "present", "complete": {"TRTP": ARMS}}
    mean = sum(second.values()) / 20 - sum(first.values()) / 20
    made.add("pairs", "mean_difference", "all", both, -mean, comparison="a", reference="b")
    [(_, text)] = made.shown("sacro").items()
    assert (text != "hidden") == told
