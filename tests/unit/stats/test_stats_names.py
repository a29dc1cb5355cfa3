"""Names of columns in place of arrays: the same result, whatever the function.

The calls are those of the docstrings' examples, whose arrays become columns of a table here.
"""

import dataclasses
import inspect
from functools import partial

import numpy as np
import pandas as pd
import pytest
from example_calls import calls
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
    assert len(tried) > 155


@pytest.mark.parametrize("name", sorted(set(SAMPLES) - {"complier_bounds", "complier_difference"}))
def test_two_samples_are_cut_from_a_column(name):
    options = {
        "mean_difference_t": {"variances": "unequal"},
    }
    more = options.get(name, {})
    data = TWO.assign(y=TWO.y + 9)
    sap = ts.Conventions(data=data, arm="arm", control="old", **PLAN)
    plan = ts.Conventions(**PLAN)
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


def test_a_level_that_is_called_as_the_control_is_no_reference_of_another_factor():
    data = TWO.assign(place=np.where(TWO.site == "A", "abroad", "old"))
    plan = {"arm": "arm", "control": "old", "confidence": 0.95, "variance": "model"}
    rows = ts.Conventions(data=data, **plan).ols("y", ["arm", "place"]).rows()
    assert [row["term"] for row in rows] == ["intercept", "arm new", "place old"]


def test_a_control_is_the_reference_of_arrays_too():
    sap = ts.Conventions(control="old", **PLAN)
    assert sap.dunnett(TRIAL.y, TRIAL.arm) == ts.Conventions(**PLAN).dunnett(
        TRIAL.y, TRIAL.arm, reference="old"
    )


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
    mixed = planned().linear_mixed("y", ["arm"], [], "id")
    found = planned().least_squares_differences(mixed).contrasts[0].test.df
    assert found == planned().mixed_contrast(mixed, "arm new").test.df


def test_imputed_columns_are_taken_by_their_names():
    table = pd.DataFrame({"y1": np.arange(12) % 5 + 0.5, "y2": np.arange(12) * 7 % 6 + 0.5})
    table.loc[[3, 8], "y2"] = np.nan
    how = {"kinds": "normal", "arms": "in_model", "seed": 1, "stop": 3}
    sap = ts.Conventions(data=table.assign(arm=["a", "b"] * 6), arm="arm", control="b", **how)
    unnamed = ts.missing.impute_monotone(table.to_numpy(), ["a", "b"] * 6, None, **how)
    imputed = sap.impute_monotone(["y1", "y2"], covariates=None)
    assert (imputed["y2"] == imputed.values[:, :, 1]).all()
    for found, name, named in ((imputed, "y3", "there are y1, y2"), (unnamed, "y2", "an array")):
        with pytest.raises(StatsError, match=named):
            found[name]


def test_arguments_are_those_of_all_functions():
    methods = [getattr(ts.Conventions(), name) for name in dir(ts.Conventions())]
    there = {name for each in methods for name in inspect.signature(each).parameters}
    assert sorted(ARGUMENTS) == sorted(there)


SAP = ts.Conventions(data=TRIAL, arm="arm", control="old", **PLAN)
BARE, WITHOUT_ARM = ts.Conventions(**PLAN), ts.Conventions(data=TRIAL, **PLAN)
OF_NOBODY = ts.Conventions(data=TRIAL, arm="arm", confidence=0.95, variance="model")
LATE = TWO.assign(late=np.where(TWO.time > 11, "late", "soon"))
MODEL = ts.Conventions(data=LATE, arm="arm", control="old", **PLAN)
CELLS = MODEL.ols("y", ["arm*sex*late"])
MEANS_OF = {
    "ancova": {"y": "y", "strata": None},
    "arm_design": {"intercept": True},
    "visit_design": {"visits": ("a", "b"), "coding": "treatment", "by_visit": False},
}
# A wrong call, and what the answer names: a name near it, or what to write.
WRONG = [
    (partial(SAP.ols, "y", ["bass"]), r"no column 'bass'; near it base\.$"),
    (partial(SAP.ols, "zzz", ["base"]), "no column 'zzz'; there are arm, site"),
    (partial(SAP.contrast, SAP.ols("y", ["arm"]), "arm knew"), "'arm knew'; there are arm new"),
    (partial(SAP.welch_t, "y"), "by treated= which of low, new"),
    (partial(SAP.ols, "y", ["arm"], control="odd"), "one of the arms low, new, old; got 'odd'"),
    (partial(WITHOUT_ARM.welch_t, "y"), "arm= which column"),
    (partial(ts.Conventions(data=3, **PLAN).ols, "y", ["base"]), "got <class 'int'>"),
    (partial(SAP.log_rank, "time", "event", list("ab" * 12)), "labels as an array"),
    (partial(SAP.friedman, ["y", "site"]), "'site' has values that are no numbers"),
    *(
        (partial(WITHOUT_ARM.ols, *formula), r'"y", \["arm\*visit", "base"\]')
        for formula in (("y ~ base + sex",), ("y", "base + sex"), ("y", ["base:sex"]))
    ),
    (partial(ts.Conventions, stratas="site"), "'stratas'; near it.* strata"),
    (partial(ts.Conventions, conf="site"), "'conf'; near it.* confidence"),
    (partial(ts.Conventions, variences="site"), "'variences'; near it.* variances"),
    (partial(OF_NOBODY.ols, "y", ["arm"]), "control=, one of 'low', 'new', 'old'"),
    *(
        (partial(getattr(SAP, name), covariates=["site"], **MEANS_OF[name]), "take ols")
        for name in OF_MEANS
    ),
    (partial(MODEL.interaction_test, CELLS, by="arm"), "factors are sex, late"),
    (partial(MODEL.interaction_test, CELLS, by="sex", at={"late": "never"}), "late, soon"),
    (partial(MODEL.worst_and_best, "y"), "1 or 0"),
    (
        partial(planned().sample_size_log_rank, 0.7, ratio=1, formula="schoenfeld"),
        "null must be above 0. This null is of the conventions",
    ),
    (partial(planned().ols, "y4", ["arm"]), r"data=d.dropna\(subset=\[\"y4\"\]\)"),
    (partial(planned().ols, "y", ["arm", "y4"]), r"data=d.dropna\(subset=\[\"y4\"\]\)"),
    (partial(planned().chi_squared, "site"), "chi_squared_table"),
    (
        partial(planned().proportional_hazards_test, planned().cox("time", "event", ["arm"])),
        "start, stop, event, x, strata",
    ),
    (
        partial(planned().contrast, planned().linear_mixed("y", ["arm"], [], "id"), "arm new"),
        "mixed_contrast",
    ),
    (
        partial(
            planned().least_squares_differences, planned().ols("y", ["arm"]), df="satterthwaite"
        ),
        "this model has its own",
    ),
]


@pytest.mark.parametrize(("call", "named"), WRONG)
def test_a_wrong_call_is_answered_by_what_is_near(call, named):
    with pytest.raises(StatsError, match=named):
        call()


# A keyword that the function does not take, and what the answer names.
NO_ARGUMENT = [
    (partial(SAP.ols, "y", ["base"]), "datum", "'datum'"),
    (partial(SAP.ols, "y", ["base"]), "strata", "'strata'"),
    (partial(SAP.wilson, "event"), "arm", "'arm'"),
    (partial(SAP.risk_ratio_log, "event", treated="new"), "strata", "'strata'"),
    (partial(SAP.correlation, "y", "base", method="pearson"), "control", "'control'"),
    (partial(BARE.ols, [1, 2, 4], [[1], [1], [1]]), "by", "'by'"),
    *(
        (partial(getattr(place, name), [1, 2]), keyword, hint)
        for place_of, name, keyword, hint in (
            (ts.continuous, "welch_t", "null", "; there is margin"),
            (ts.regression, "negative_binomial", "offset", "; there is exposure"),
            (ts.regression, "contrast", "df", "; df is of mixed_contrast, pooled_contrast,"),
            (ts.survival, "log_rank", "nonsense", "'nonsense'"),
        )
        for place in (place_of, planned())
    ),
]


@pytest.mark.parametrize(("call", "keyword", "named"), NO_ARGUMENT)
def test_a_keyword_without_a_meaning_for_the_function_is_refused(call, keyword, named):
    with pytest.raises(TypeError, match=named):
        call(**{keyword: "site"})
