"""Lists of endpoints; changes from baseline in units and in percent."""

import pytest

PLAN = """
analyses:
  both:
    label: Score and pain
    role: secondary
    estimand: both
    visits: [day 2]
    describe: [{summary: [mean]}]
    tests: [{welch_t: {sides: two_sided}}]
  change:
    label: Change
    role: secondary
    estimand: pain
    value: change
    estimates: [{mean_difference: welch}]
  percent:
    label: Change in percent
    role: secondary
    estimand: pain
    visits: [day 3]
    value: percent_change
    describe: [{summary: [mean]}]
    estimates: [{mean_difference: welch}]
multiplicity:
  all: {label: All, adjust: holm, tests: [{analysis: both, test: welch_t}]}
"""


@pytest.fixture
def found(trial):
    trial.visits("high", (4, 2, 1), (5, 5, 2), (2, 1, None)).visits("sham", (4, 4, 3), (0, 6, 5))
    trial.visits("sham", (None, 3, 3), (5, 4, 4))
    trial.scores("high", 1, 2, 4).scores("sham", 3, 4, 8)
    return trial.results(PLAN)


def test_each_endpoint_of_a_list_by_its_name(found):
    mean = "both/mean.t_interval@high"
    assert found.value(f"{mean};parameter=score") == pytest.approx(7 / 3)
    assert found.value(f"{mean};visit=day_2;parameter=pain") == pytest.approx(8 / 3)
    assert found[f"{mean};visit=day_2;parameter=pain"]["parameter"] == "pain"


def test_a_family_takes_all_endpoints_of_a_list(found):
    adjusted = [name for name in found.of("both") if "p_adjusted" in name]
    assert [name.split("parameter=")[1] for name in adjusted] == ["score", "pain"]
    raw = sorted(found.value(n.replace("p_adjusted.holm_", "p_value.")) for n in adjusted)
    # Holm: the smaller of two p-values twice, the larger at least that.
    made = sorted(found.value(name) for name in adjusted)
    assert made == pytest.approx([min(1, 2 * raw[0]), max(raw[1], min(1, 2 * raw[0]))])


def test_a_change_leaves_the_baseline_out_and_those_without_one(found):
    visits = {row["visit"] for name, row in found.items() if name.startswith("change/")}
    assert visits == {"day 2", "day 3"}
    name = "change/mean_difference.welch@high-sham;visit=day_2"
    assert found.value(name) == pytest.approx((-2 + 0 - 1) / 3 - (0 + 6 - 1) / 3)
    assert (found[name]["n_used"], found.n(name, "analysed")) == (6, 6)
    assert '"value": "change"' in found[name]["options"]


def test_a_baseline_of_zero_has_no_change_in_percent(found):
    name = "percent/mean.t_interval@{};visit=day_3"
    assert found.value(name.format("high")) == pytest.approx((-75 - 60) / 2)
    assert found.value(name.format("sham")) == pytest.approx((-25 - 20) / 2)
    assert found.n(name.format("sham"), "analysed") == 2


def test_values_and_their_differences_have_the_unit_of_the_records(found):
    assert found["both/mean.t_interval@high;parameter=score"]["unit"] == "mm"
    assert found["both/mean.t_interval@high;visit=day_2;parameter=pain"]["unit"] is None
    percent = "percent/{};visit=day_3"
    assert found[percent.format("mean.t_interval@high")]["unit"] == "%"
    assert found[percent.format("mean_difference.welch@high-sham")]["unit"] == "percentage points"
    assert found["both/p_value.welch_t@high-sham;parameter=score"]["unit"] is None


IN_UNITS = """
analyses:
  value:
    label: Pain
    role: secondary
    estimand: pain
    visits: [day 2]
    describe: [{summary: [mean]}]
    estimates: [{mean_difference: welch}]
  change: {label: Change, role: secondary, of: value, value: change,
           describe: [{summary: [mean]}], estimates: [{mean_difference: welch}]}
"""


@pytest.mark.parametrize(("unit", "of_change"), [("%", "percentage points"), ("mm", "mm")])
def test_percentages_differ_and_change_by_percentage_points(trial, unit, of_change):
    trial.visits("high", (4, 2, 1), (5, 5, 2), unit=unit)
    trial.visits("sham", (4, 4, 3), (1, 6, 5), unit=unit)
    found = trial.results(IN_UNITS)
    mean, difference = "mean.t_interval@high", "mean_difference.welch@high-sham"
    units = {
        name: found[f"{name};visit=day_2"]["unit"]
        for name in (
            f"value/{mean}",
            f"value/{difference}",
            f"change/{mean}",
            f"change/{difference}",
        )
    }
    assert list(units.values()) == [unit, of_change, of_change, of_change]
    text = found[f"value/{difference};visit=day_2"]["stat_text"]
    # (2 + 5) / 2 less (4 + 6) / 2.
    assert text.startswith(f"\N{MINUS SIGN}1.50 {of_change} (95 % CI ")
