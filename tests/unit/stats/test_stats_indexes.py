"""Columns of pandas whose indexes differ are refused by every public function.

The calls are those of the docstrings' examples, whose arrays become columns here.
"""

import importlib
import pickle

import numpy as np
import pandas as pd
import pytest
from example_calls import calls
from written.library import subjects

import trialtrace.stats as ts
from trialtrace.stats._aligned import SAMPLES
from trialtrace.stats._inputs import numbers
from trialtrace.stats.results import StatsError

FUNCTIONS = [f"{subject.name}.{one.name}" for subject in subjects() for one in subject.functions]


def offered(name):
    family, _, function = name.split(".")
    return getattr(getattr(ts, family), function)


def column(value, index):
    """An array or list of a row a patient as a column of pandas; None for anything else."""
    if isinstance(value, str | bytes) or not isinstance(value, np.ndarray | list | tuple):
        return None
    try:
        array = np.asarray(value)
    except ValueError:
        # Lists of unequal length.
        return None
    if array.ndim not in (1, 2) or len(array) != len(index) or array.dtype == object:
        return None
    return (pd.Series if array.ndim == 1 else pd.DataFrame)(array, index=index)


@pytest.fixture(scope="module")
def working():
    return {one.name.rpartition(".")[2]: one for one in calls(FUNCTIONS)[0]}


def pairs(function, arguments):
    """(first, second): arguments with a row for each patient of the same patients."""
    lengths = {
        name: len(value)
        for name, value in arguments.items()
        if isinstance(value, np.ndarray | list | tuple)
        and column(value, pd.RangeIndex(len(value))) is not None
    }
    names = [name for name in lengths if name not in SAMPLES.get(function, ("", ""))[1:]]
    return [
        (first, second)
        for k, first in enumerate(names)
        for second in names[k + 1 :]
        if lengths[first] == lengths[second] > 1
    ]


def test_every_function_refuses_rows_of_other_patients(working):
    tried = set()
    for name, call in working.items():
        arguments = call.arguments
        for first, second in pairs(name, arguments):
            n = len(arguments[first])
            index = {first: pd.RangeIndex(n), second: pd.RangeIndex(n)[::-1]}
            shuffled = {key: column(arguments[key], own) for key, own in index.items()}
            with pytest.raises(StatsError, match="indexes differ") as told:
                offered(call.name)(**arguments | shuffled)
            assert str(told.value).startswith(f"{first} and {second} are of pandas")
            tried.add(name)
    assert {"log_rank", "cox", "ancova", "logistic", "correlation", "kaplan_meier"} <= tried
    assert len(tried) > 60


@pytest.mark.parametrize("name", ["log_rank", "ancova"])
def test_a_column_beside_plain_arrays_and_columns_of_one_index_are_taken(working, name):
    arguments, function = working[name].arguments, offered(working[name].name)
    wanted = repr(function(**arguments))
    index = pd.Index(range(len(next(iter(arguments.values()))), 0, -1))
    columns = {key: column(value, index) for key, value in arguments.items()}
    columns = {key: value for key, value in columns.items() if value is not None}
    assert len(columns) > 1
    assert repr(function(**arguments | columns)) == wanted
    first = dict([next(iter(columns.items()))])
    assert repr(function(**arguments | first)) == wanted


@pytest.mark.parametrize("of", [pd.Series.to_frame, lambda column: column])
def test_levels_of_a_category_are_no_numbers(of):
    dose = pd.Series([10, 20, 70], dtype="category", name="dose")
    with pytest.raises(StatsError, match="an indicator of each level"):
        numbers(of(dose), "covariates")


def test_two_samples_have_indexes_of_their_own():
    x, y = pd.Series([4.0, 6, 9], index=[0, 2, 4]), pd.Series([3.0, 5, 4], index=[1, 3, 5])
    found = ts.continuous.welch_t(x, y, sides="two_sided")
    assert found == ts.continuous.welch_t(x.to_numpy(), y.to_numpy(), sides="two_sided")


def test_what_is_declared_as_two_samples_is_a_function_with_these_arguments(working):
    for function, names in SAMPLES.items():
        assert set(names) <= set(working[function].arguments)


def test_functions_still_travel_to_other_processes():
    function = ts.survival.log_rank
    assert pickle.loads(pickle.dumps(function)) is function
    module = importlib.import_module(function.__module__)
    assert module.log_rank is function
