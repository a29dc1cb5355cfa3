"""Conditions of a plan, evaluated by pandas: what is surely met, missing values being unknown."""

import datetime

import pandas as pd
import pytest

from trialtrace.run.methods.checking.data import surely

TABLE = pd.DataFrame(
    {
        "AGE": [30.0, 70.0, None, 50.0],
        "LIMIT": [40.0, 40.0, 40.0, None],
        "SEX": ["F", "M", "F", None],
        "ADT": [datetime.date(2020, 1, day) for day in (1, 2, 3)] + [None],
    }
)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ({"AGE": {"below": 50}}, [0]),
        ({"AGE": {"at_most": 50}}, [0, 3]),
        ({"AGE": {"above": 30, "at_most": 70}}, [1, 3]),
        ({"AGE": {"between": [30, 50]}}, [0, 3]),
        ({"SEX": {"is": "F"}, "AGE": "present"}, [0]),
        ({"SEX": {"in": ["F", "M"]}}, [0, 1, 2]),
        ({"not": {"SEX": {"is": "F"}}}, [1]),
        ({"AGE": "missing"}, [2]),
        ({"any": [{"AGE": {"below": 60}}, {"SEX": {"is": "F"}}]}, [0, 2, 3]),
        ({"not": {"all": [{"AGE": {"below": 60}}, {"SEX": {"is": "M"}}]}}, [0, 1, 2]),
        ({"AGE": {"below": {"column": "LIMIT"}}}, [0]),
        ({"ADT": {"at_least": "2020-01-02"}}, [1, 2]),
        ({"SEX": {"missing": True}}, [3]),
    ],
)
def test_surely(condition, expected):
    met = surely(condition, TABLE)
    assert met[met].index.tolist() == expected
