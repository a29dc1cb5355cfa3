"""Names of columns in place of arrays: the same result, whatever the function.

The calls are those of the docstrings' examples, whose arrays become columns of a table here.
"""

import dataclasses
import inspect

import numpy as np
import pandas as pd
import pytest
from example_calls import calls
from hypothesis import strategies as st
from stats_strategies import given
from written.library import subjects

import trialtrace.stats as ts
from trialtrace.stats._aligned import SAMPLES
from trialtrace.stats._r_defaults import of_function
from trialtrace.stats.conventions import ARGUMENTS, OF_MEANS, TERMS, WITHOUT_INTERCEPT
from trialtrace.stats.results import StatsError

FUNCTIONS = [f"{subject.name}.{one.name}" for subject in subjects() for one in subject.functions]
COUNTS = ("x1", "n1", "x0", "n0")
TRIAL = pd.DataFrame(
    {
        "arm": ["new", "old", "low"] * 8,
        "site": list("ABBA") * 6,
        "sex": list("fffmmm") * 4,
        "base": np.tile([3.0, 5, 4, 7, 6, 2, 8, 1], 3),
        "y": np.round(np.sin(np.arange(24)) * 5 + np.arange(24) % 3, 2),
        "event": [1, 0, 1, 1, 0, 0, 1, 0] * 3,
        "time": np.arange(24) * 7 % 25 + 1.0,
    }
)
TWO = TRIAL[TRIAL.arm != "low"]
NAMES = ("labels", "design", "notes", "columns")
PLAN = {"confidence": 0.95, "sides": "two_sided", "variance": "model", "correction": "none"}


@pytest.fixture(scope="module")
def working():
    return {one.name.rpartition(".")[2]: one for one in calls(FUNCTIONS)[0]}


def offered(name):
    family, _, function = name.split(".")
    return getattr(getattr(ts, family), function)


def annotated(function, name):
    return str(function.__annotations__.get(name, "")).startswith("ArrayLike")


def values(result):
    """Every number of a result, without the names of coefficients."""
    if dataclasses.is_dataclass(result):
        fields = [each.name for each in dataclasses.fields(result)]
        kept = [name for name in fields if name not in NAMES]
        return {name: values(getattr(result, name)) for name in kept}
    if isinstance(result, tuple | list):
        return [values(each) for each in result]
    if callable(result):
        return "a function"
    return repr(np.asarray(result).tolist()) if isinstance(result, np.ndarray) else repr(result)


def named(call):
    """Arguments by names, the table that has them, and the arguments as arrays: what has a row for
    each of as many patients as the first has."""
    function = offered(call.name)
    table, names, arrays, rows = {}, {}, {}, None
    for name, value in call.arguments.items():
        if not annotated(function, name) or isinstance(value, str) or name in ("row", "rows"):
            continue
        try:
            array = np.asarray(value)
        except ValueError:
            continue
        if array.dtype.kind not in "iufbU" or array.ndim not in (1, 2) or not array.size:
            continue
        if array.ndim == 2 and array.dtype.kind == "b":
            continue
        rows = rows or len(array)
        if len(array) != rows:
            continue
        if array.ndim == 1:
            table[name], names[name], arrays[name] = array, name, value
            continue
        models = name in TERMS and "continuous" not in call.name
        kept = [k for k in range(array.shape[1]) if not models or len(set(array[:, k])) > 1]
        table |= {f"{name}_{k}": array[:, k] for k in kept}
        names[name], arrays[name] = [f"{name}_{k}" for k in kept], array
        if not models:
            continue
        ones = np.ones((rows, 0 if name == "covariates" or bare(call.name) else 1))
        arrays[name] = np.hstack([ones, array[:, kept]])
    return names, table, arrays


def labels(value):
    """Labels in a list as an array: text in a list is names."""
    text = isinstance(value, list) and value and all(isinstance(each, str) for each in value)
    return np.array(value) if text else value


def bare(name):
    return name.rpartition(".")[2] in WITHOUT_INTERCEPT


def test_every_function_gives_by_names_what_it_gives_by_arrays(working):
    tried = set()
    for name, call in working.items():
        names, table, arrays = named(call)
        if not names or (name in SAMPLES and len(names) < 2):
            continue
        function = offered(call.name)
        others = {k: labels(v) for k, v in call.arguments.items() if k not in names}
        try:
            wanted = function(**others, **arrays)
        except StatsError:
            # The example's columns have another intercept.
            continue
        sap = ts.Conventions(data=table)
        assert values(getattr(sap, name)(**others, **names)) == values(wanted), name
        frame = ts.Conventions(data=pd.DataFrame(table))
        assert values(getattr(frame, name)(**others, **names)) == values(wanted), name
        tried.add(name)
    assert {"log_rank", "cox", "ancova", "logistic", "friedman", "rm_anova"} <= tried
    assert len(tried) > 170


@pytest.mark.parametrize("name", sorted(set(SAMPLES) - {"complier_bounds", "complier_difference"}))
def test_two_samples_are_cut_from_a_column(name):
    options = {
        "equivalence_t": {"margins": (-9.0, 9.0)},
        "mean_difference_t": {"variances": "unequal"},
    }
    more = options.get(name, {})
    data = TWO.assign(y=TWO.y + 9)
    sap = ts.Conventions(data=data, arm="arm", control="old", **PLAN)
    plan = ts.Conventions(**PLAN)
    if name in ("equivalence_t",):
        more["variance"] = "welch"
    new, old = (data.y[data.arm == arm] for arm in ("new", "old"))
    assert values(getattr(sap, name)("y", **more)) == values(getattr(plan, name)(new, old, **more))


def test_counts_of_two_arms_are_cut_from_a_column(working):
    new, old = (TWO.event[TWO.arm == arm] for arm in ("new", "old"))
    counts = new.sum(), len(new), old.sum(), len(old)
    tried = 0
    for name, call in working.items():
        if tuple(call.arguments)[:4] != COUNTS:
            continue
        others = {k: v for k, v in call.arguments.items() if k not in COUNTS}
        given = {"data": TWO, "arm": "arm", "control": "old"}
        if annotated(offered(call.name), "x1"):
            given["strata"] = ["site", "sex"]
            strata = TWO.site + TWO.sex
            parts = [TWO[strata == stratum] for stratum in sorted(set(strata))]
            cut = [[part.event[part.arm == arm] for part in parts] for arm in ("new", "old")]
            arrays = [[f(one) for one in arm] for arm in cut for f in (np.sum, len)]
        else:
            arrays = counts
        try:
            wanted = offered(call.name)(*arrays, **others)
        except StatsError:
            continue
        sap = ts.Conventions(**given)
        assert values(getattr(sap, name)("event", **others)) == values(wanted), name
        tried += 1
    assert tried > 20


def test_missing_outcomes_are_counted_where_a_function_asks_for_them():
    event = TWO.event.where(TWO.index != 0)
    sap = ts.Conventions(data=TWO.assign(event=event), arm="arm", control="old")
    assert sap.worst_and_best("event") == ts.missing.worst_and_best(3, 7, 1, 4, 8, 0)
    with pytest.raises(StatsError, match="must be events, 1 or 0"):
        sap.worst_and_best("y")


def test_events_and_times_of_two_arms_are_summed():
    sap = ts.Conventions(data=TWO, arm="arm", control="old", **PLAN)
    sums = TWO.groupby("arm")[["event", "time"]].sum()
    counts = [float(value) for arm in ("new", "old") for value in sums.loc[arm]]
    assert sap.rate_ratio("event", "time") == ts.Conventions(**PLAN).rate_ratio(*counts)


def test_tables_of_arms_by_levels_and_shares_of_a_column():
    sap = ts.Conventions(data=TRIAL, arm="arm", control="old", confidence=0.95)
    table = pd.crosstab(TRIAL.arm, TRIAL.site).loc[["old", "low", "new"]].to_numpy()
    assert sap.chi_squared_table("site") == ts.categorical.chi_squared_table(table)
    assert sap.wilson("event") == ts.categorical.wilson(12, 24, confidence=0.95)
    tables = [
        pd.crosstab(one.arm, one.site).loc[["old", "low", "new"]].to_numpy()
        for _, one in TRIAL.groupby("sex")
    ]
    wanted = ts.stratified.cmh_general_association(tables)
    assert sap.cmh_general_association("site", strata="sex") == wanted
    assert sap.cmh_general_association("site") == ts.stratified.cmh_general_association([table])


def test_the_results_of_levels_apart():
    sap = ts.Conventions(data=TRIAL, confidence=0.95, interval="log")
    found = sap.kaplan_meier("time", "event", by="arm")
    assert list(found) == ["low", "new", "old"]
    low = TRIAL[TRIAL.arm == "low"]
    wanted = ts.survival.kaplan_meier(low.time, low.event, interval="log", confidence=0.95)
    assert repr(found["low"]) == repr(wanted)
    assert repr(found.median()["low"]) == repr(wanted.median())
    assert list(found.time["low"]) == list(wanted.time)


def test_a_model_and_its_means_are_those_of_the_columns_written_out():
    sap = ts.Conventions(data=TRIAL, arm="arm", control="old", **PLAN)
    fit = sap.ols("y", ["arm*sex", "base"])
    assert fit.labels == (
        *("intercept", "arm low", "arm new", "sex m", "base"),
        *("arm low:sex m", "arm new:sex m"),
    )
    arm = pd.Categorical(TRIAL.arm, ["old", "low", "new"])
    design = ts.regression.arm_design(
        arm, by=TRIAL.sex, interaction=True, covariates=TRIAL.base, intercept=True
    )
    plan = ts.Conventions(**PLAN)
    other = plan.ols(TRIAL.y, design.x)
    for found, wanted in (
        (sap.least_squares_means(fit), plan.least_squares_means(other, design)),
        (
            sap.least_squares_differences(fit, weights="observed"),
            plan.least_squares_differences(other, design, reference="old", weights="observed"),
        ),
    ):
        assert [one.label for one in found.contrasts] == [one.label for one in wanted.contrasts]
        for one, same in zip(found.contrasts, wanted.contrasts, strict=True):
            assert one.estimate == pytest.approx(same.estimate, rel=1e-12)
            assert one.standard_error == pytest.approx(same.standard_error, rel=1e-12)
    test = sap.interaction_test(fit)
    assert test.p_value == pytest.approx(plan.interaction_test(other, design).p_value, rel=1e-10)
    row = sap.contrast(fit, {"arm new": 1, "arm low": -1})
    assert row == plan.contrast(fit, [0, -1, 1, 0, 0, 0, 0])
    assert sap.wald_test(fit, ["arm new", "arm low"]).df == 2


@given(order=st.permutations(range(24)), control=st.sampled_from(["new", "old", "low"]))
def test_neither_order_nor_reference_changes_what_a_model_says(order, control):
    """Differences of arms, averaged over sites alike, do not depend on how factors are coded."""
    sap = ts.Conventions(data=TRIAL, arm="arm", control="old", **PLAN)
    pairs = sap.least_squares_pairs(sap.ols("y", ["arm", "site"]))
    wanted = {each.label: each for each in pairs.contrasts}
    turned = ts.Conventions(data=TRIAL.iloc[list(order)], arm="arm", control=control, **PLAN)
    fit = turned.ols("y", ["site", "arm"])
    for each in turned.least_squares_differences(fit).contrasts:
        one, other = each.label.split(" - ")
        same = wanted.get(each.label) or wanted[f"{other} - {one}"]
        sign = 1 if each.label in wanted else -1
        assert each.estimate == pytest.approx(sign * same.estimate, rel=1e-9, abs=1e-9)
        assert each.standard_error == pytest.approx(same.standard_error, rel=1e-9)


def test_means_by_several_factors_that_arms_interact_with():
    """By hand: of a model with a mean of each cell, means of cells; a test is of their rows."""
    sap = ts.Conventions(data=TWO, arm="arm", control="old", **PLAN)
    table = TWO.assign(late=np.where(TWO.time > 11, "late", "soon"))
    fit = sap.ols("y", ["arm*sex*late"], data=table)
    cells = table.groupby(["sex", "late", "arm"]).y.mean().unstack()
    apart = cells["new"] - cells["old"]
    found = sap.least_squares_differences(fit)
    assert [one.label for one in found.contrasts] == [
        f"new - old, {sex}, {late}" for sex in "fm" for late in ("late", "soon")
    ]
    assert [one.estimate for one in found.contrasts] == pytest.approx(apart.tolist())
    by = sap.least_squares_differences(fit, by="late")
    assert [one.estimate for one in by.contrasts] == pytest.approx(
        apart.groupby("late").mean().tolist()
    )
    products = [label for label in fit.labels if label.count(":") == 1 and "arm" in label]
    both = sap.ols("y", ["arm*sex", "arm*late"], data=table)
    assert sap.interaction_test(both).df == len(products) == 2
    for name in ("statistic", "df", "p_value"):
        asked, by_names = sap.interaction_test(both), sap.wald_test(both, products)
        assert getattr(asked, name) == pytest.approx(getattr(by_names, name), rel=1e-12)
    row = {"arm new:sex m": 1, "arm new:sex m:late soon": 1}
    at = sap.interaction_test(fit, by="sex", at={"late": "soon"})
    assert at.p_value == pytest.approx(sap.wald_test(fit, [row]).p_value)
    with pytest.raises(StatsError, match="do not interact with 'arm'; factors are sex, late"):
        sap.interaction_test(fit, by="arm")
    with pytest.raises(StatsError, match="late has the levels late, soon"):
        sap.interaction_test(fit, by="sex", at={"late": "never"})


def test_visits_and_arms_in_numbers_are_factors_and_other_numbers_are_not():
    long = pd.DataFrame({"id": np.repeat(range(8), 3), "week": [1, 2, 4] * 8})
    long = long.assign(arm=(long.id > 3) * 1, y=np.cos(np.arange(24) ** 2) + long.week)
    plan = {"structure": "unstructured", "method": "REML", "subject": "id", "visit": "week"}
    sap = ts.Conventions(data=long, arm="arm", control=0, df="satterthwaite", **plan, **PLAN)
    fit = sap.mmrm("y", ["arm*week"])
    assert fit.labels[:4] == ("intercept", "arm 1", "week 2", "week 4")
    found = sap.least_squares_differences(fit).contrasts
    assert [one.label for one in found] == ["1 - 0, 1", "1 - 0, 2", "1 - 0, 4"]
    # R: lm(y ~ arm * factor(week)), whose coefficients lmer(… + (1 | id)) has too.
    wanted = [1.184398007627, -0.007546207991, 1.001990552767]
    wanted += [2.985790195430, 0.016064249420, 0.129247819682]
    fits = sap.ols("y", ["arm*week"]), sap.linear_mixed("y", ["arm*week"], [], "id")
    for each in fits:
        assert each.coef == pytest.approx(wanted, rel=1e-9)
    assert fits[0].se[1] == pytest.approx(0.5519333964, rel=1e-9)
    mixed = sap.linear_mixed("y", ["arm", "week"], [], "id", visit=None)
    assert mixed.labels == ("intercept", "arm 1", "week")
    assert sap.mixed_contrast(mixed, "week").estimate == mixed.coef[2]


@pytest.mark.parametrize(
    "name", ["ols", "logistic", "modified_poisson", "negative_binomial", "cox"]
)
def test_labels_in_numbers_are_factors_of_every_model(name):
    rng = np.random.default_rng(3)
    data = pd.DataFrame({"arm": ["new", "old"] * 90, "week": rng.integers(1, 4, 180)})
    data = data.assign(time=rng.exponential(size=180), event=rng.integers(0, 2, 180))
    plan = {**PLAN, "ties": "efron", "exposure": "time", "arm": "arm", "control": "old"}
    given = [*["time"] * (name == "cox"), "event", ["arm*week"]]
    sap = ts.Conventions(data=data.assign(week=data.week.astype(str)), **plan)
    wanted = getattr(sap, name)(*given)
    # A model of hazards has strata of its own.
    for role in ["visit", "subject", "cluster", *["strata"] * (name != "cox")]:
        named = ts.Conventions(data=data, **plan, **{role: "week"})
        found = getattr(named, name)(*given)
        assert found.labels == wanted.labels
        assert found.coef.tolist() == wanted.coef.tolist()


@pytest.mark.parametrize("name", ["gee", "mmrm", "ordinal_gee"])
def test_long_data_by_names_are_long_data_by_arrays(name):
    long = pd.DataFrame({"id": np.repeat(range(30), 3), "week": [1, 2, 4] * 30})
    long = long.assign(arm=np.where(long.id % 2, "a", "b"), y=np.arange(90) ** 2 * 7 % 11 % 2)
    subjects = {"subject": long.id, "visit": long.week}
    columns = pd.DataFrame({"one": 1.0, "arm b": long.arm.eq("b") * 1.0, "week 2": long.week == 2})
    columns = columns.assign(late=long.week == 4).astype(float)
    plan = ts.Conventions(
        working="independence" if name == "ordinal_gee" else "exchangeable", method="REML",
        family="binomial", reference="normal", structure="compound_symmetry", confidence=0.95,
        variance="robust",
    )  # fmt: skip
    x = columns.drop(columns="one") if name == "ordinal_gee" else columns
    wanted = getattr(plan, name)(long.y, x, **subjects)
    found = getattr(plan, name)(
        "y", ["arm", "week"], data=long, arm="arm", control="a", subject="id", visit="week"
    )
    assert values(found) == values(wanted)


def test_a_name_that_is_wrong_is_told_with_those_near():
    sap = ts.Conventions(data=TRIAL, arm="arm", control="old", **PLAN)
    with pytest.raises(StatsError, match=r"no column 'bass'; near it base\.$"):
        sap.ols("y", ["bass"])
    with pytest.raises(StatsError, match=r"no column 'zzz'; there are arm, site"):
        sap.ols("zzz", ["base"])
    with pytest.raises(StatsError, match="no coefficient 'arm knew'; there are arm new"):
        sap.contrast(sap.ols("y", ["arm"]), "arm knew")
    with pytest.raises(StatsError, match="say by treated= which of low, new is compared"):
        sap.welch_t("y")
    assert sap.welch_t("y", treated="low").df > 0
    with pytest.raises(StatsError, match="one of the arms low, new, old; got 'odd'"):
        sap.ols("y", ["arm"], control="odd")
    with pytest.raises(StatsError, match=r"say by arm= which column"):
        ts.Conventions(data=TRIAL, **PLAN).welch_t("y")
    with pytest.raises(StatsError, match="a DataFrame or a mapping of columns; got <class 'int'>"):
        ts.Conventions(data=3, **PLAN).ols("y", ["base"])
    with pytest.raises(TypeError, match="'datum'"):
        sap.ols("y", ["base"], datum=3)
    with pytest.raises(StatsError, match="give labels as an array"):
        sap.log_rank("time", "event", list("ab" * 12))
    with pytest.raises(StatsError, match="'site' has values that are no numbers"):
        sap.friedman(["y", "site"])


@pytest.mark.parametrize(
    "given", [("y ~ base + sex",), ("y", "base + sex"), ("y", ["base:sex"])], ids=str
)
def test_a_formula_of_r_is_told_how_it_is_written(given):
    with pytest.raises(StatsError, match=r'list of its terms.* "y", \["arm\*visit", "base"\]'):
        ts.Conventions(data=TRIAL, **PLAN).ols(*given)


def test_arguments_are_those_of_all_functions():
    every = ts.Conventions()
    there = {
        argument
        for name in dir(every)
        for argument in inspect.signature(getattr(every, name)).parameters
    }
    assert sorted(ARGUMENTS) == sorted(there)


@pytest.mark.parametrize(
    ("keyword", "near"), [("stratas", "strata"), ("conf", "confidence"), ("variences", "variances")]
)
def test_a_keyword_that_no_function_has_is_told_with_those_near(keyword, near):
    with pytest.raises(StatsError, match=f"no function .* has an argument '{keyword}'; near it"):
        ts.Conventions(**{keyword: "site"})
    with pytest.raises(StatsError, match=near):
        ts.Conventions(**{keyword: "site"})


def test_a_model_of_arms_asks_which_is_the_reference():
    with pytest.raises(StatsError, match="said by control=, one of 'low', 'new', 'old'"):
        ts.Conventions(data=TRIAL, arm="arm", confidence=0.95, variance="model").ols("y", ["arm"])


def test_a_level_that_is_called_as_the_control_is_no_reference_of_another_factor():
    data = TWO.assign(place=np.where(TWO.site == "A", "abroad", "old"))
    plan = {"arm": "arm", "control": "old", "confidence": 0.95, "variance": "model"}
    rows = ts.Conventions(data=data, **plan).ols("y", ["arm", "place"]).rows()
    assert [row["term"] for row in rows] == ["intercept", "arm new", "place old"]


def test_a_role_without_a_meaning_for_the_function_is_refused():
    sap = ts.Conventions(data=TRIAL, arm="arm", control="old", **PLAN)
    for call, role in (
        (lambda: sap.ols("y", ["base"], strata="site"), "strata"),
        (lambda: sap.wilson("event", arm="arm"), "arm"),
        (lambda: sap.risk_ratio_log("event", treated="new", strata="site"), "strata"),
        (lambda: sap.correlation("y", "base", method="pearson", control="old"), "control"),
        (lambda: ts.Conventions(**PLAN).ols([1, 2, 4], [[1], [1], [1]], by="sex"), "by"),
    ):
        with pytest.raises(TypeError, match=f"'{role}'"):
            call()


def test_a_control_is_the_reference_of_arrays_too():
    sap = ts.Conventions(control="old", **PLAN)
    assert sap.dunnett(TRIAL.y, TRIAL.arm) == ts.Conventions(**PLAN).dunnett(
        TRIAL.y, TRIAL.arm, reference="old"
    )


@pytest.mark.parametrize("name", OF_MEANS)
def test_factors_are_no_covariates_of_means_at_their_means(name):
    sap = ts.Conventions(data=TRIAL, arm="arm", control="old", **PLAN)
    more = {
        "ancova": {"strata": None},
        "arm_design": {"intercept": True},
        "visit_design": {"visits": ("a", "b"), "coding": "treatment", "by_visit": False},
    }[name]
    first = {"y": "y"} if name == "ancova" else {}
    assert getattr(sap, name)(**first, covariates=["base"], **more)
    with pytest.raises(StatsError, match="covariates that are numbers; of others take ols"):
        getattr(sap, name)(**first, covariates=["site"], **more)


def test_imputed_columns_are_taken_by_their_names():
    table = pd.DataFrame({"y1": np.arange(12) % 5 + 0.5, "y2": np.arange(12) * 7 % 6 + 0.5})
    table.loc[[3, 8], "y2"] = np.nan
    how = {"kinds": "normal", "arms": "in_model", "seed": 1, "stop": 3}
    sap = ts.Conventions(data=table.assign(arm=["a", "b"] * 6), arm="arm", control="b", **how)
    for imputed in (
        sap.impute_monotone(["y1", "y2"], covariates=None),
        ts.missing.impute_chained(table, ["a", "b"] * 6, None, cycles=2, **how),
        ts.missing.impute_reference_based(
            table,
            ["a", "b"] * 6,
            None,
            reference="b",
            assumption="copy_reference",
            cycles=1,
            arms="in_model",
            seed=1,
            stop=3,
        ),
    ):
        assert (imputed["y2"] == imputed.values[:, :, 1]).all()
        with pytest.raises(StatsError, match="no imputed column 'y3'; there are y1, y2"):
            imputed["y3"]
    unnamed = ts.missing.impute_monotone(table.to_numpy(), ["a", "b"] * 6, None, **how)
    with pytest.raises(StatsError, match="there are no names, as y was an array"):
        unnamed["y2"]


def test_a_function_is_given_a_default_of_r_that_it_knows_or_none(working):
    tried = 0
    for call in working.values():
        taken = dict(of_function(call.name.rpartition(".")[2], ts.R_DEFAULTS))
        for keyword in taken.keys() & call.arguments.keys():
            tried += 1
            try:
                offered(call.name)(**(call.arguments | {keyword: taken[keyword]}))
            except StatsError as error:
                assert not str(error).startswith(keyword), call.name
    assert tried > 200


MESSAGES = pd.DataFrame(
    {
        "arm": ["new", "old"] * 12,
        "site": list("ABCCBA") * 4,
        "id": np.repeat(range(8), 3),
        "visit": [1, 2, 3] * 8,
        "y": np.sin(np.arange(24) ** 2),
        "y4": [np.nan, *range(23)],
        "time": np.arange(24) * 7 % 25 + 1.0,
        "event": [1, 0, 1] * 8,
    }
)
PLANNED = {**ts.R_DEFAULTS, "df": "satterthwaite", "null": 0, "power": 0.9, "alpha": 0.05}


def planned(**more):
    roles = {"data": MESSAGES, "arm": "arm", "control": "old", "subject": "id", "visit": "visit"}
    return ts.Conventions(**PLANNED, **roles, **more)


def test_degrees_of_freedom_of_mixed_models_are_no_convention_of_others():
    fit = planned().ols("y", ["arm"])
    assert planned().least_squares_differences(fit).contrasts[0].test.df == 22
    with pytest.raises(StatsError, match="this model has its own"):
        planned().least_squares_differences(fit, df="satterthwaite")
    mixed = planned().linear_mixed("y", ["arm"], [], "id")
    found = planned().least_squares_differences(mixed).contrasts[0].test.df
    assert found == planned().mixed_contrast(mixed, "arm new").test.df


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (
            lambda sap: sap.sample_size_log_rank(0.7, ratio=1, formula="schoenfeld"),
            "null must be above 0. This null is of the conventions; a call may say another.",
        ),
        (lambda sap: sap.ols("y4", ["arm"]), 'left out by data=d.dropna(subset=["y4"]).'),
        (lambda sap: sap.ols("y", ["arm", "y4"]), 'left out by data=d.dropna(subset=["y4"]).'),
        (lambda sap: sap.chi_squared("site"), "levels are compared by chi_squared_table or"),
        (
            lambda sap: sap.proportional_hazards_test(sap.cox("time", "event", ["arm"])),
            "takes no fit, but data: start, stop, event, x, strata.",
        ),
        (
            lambda sap: sap.contrast(sap.linear_mixed("y", ["arm"], [], "id"), "arm new"),
            "of a mixed model take mixed_contrast",
        ),
    ],
)
def test_a_message_says_what_to_do(call, message):
    with pytest.raises(StatsError) as error:
        call(planned())
    assert message in str(error.value)


@pytest.mark.parametrize(
    ("name", "keyword", "hint"),
    [
        ("continuous.welch_t", "null", "; there is margin"),
        ("regression.negative_binomial", "offset", "; there is exposure"),
        (
            "regression.contrast",
            "df",
            "; df is of mixed_contrast, pooled_contrast, pooled_contrasts_test",
        ),
        ("survival.log_rank", "nonsense", "'nonsense'"),
    ],
)
def test_a_keyword_of_another_function_is_told_with_it(name, keyword, hint):
    family, _, function = name.partition(".")
    for place in (getattr(ts, family), planned()):
        with pytest.raises(TypeError) as error:
            getattr(place, function)([1, 2], **{keyword: 0})
        assert str(error.value).endswith(hint)
