"""What a reader must know of the numbers of an endpoint, by its rule and by what it met."""

from types import SimpleNamespace as Stub

import numpy as np
import pytest
from tiny_endpoint import endpoint

from trialtrace.run.methods.analysing.cautions import cautions

# When the relapse was no longer looked for, and deaths: of b and d after it.
ENDS = {"RELAPSE": {"a": 30.0, "b": 15.0, "d": 10.0}, "DEATH": {"c": 40.0}}
EVENTS = {"a": 30.0, "b": 20.0, "d": 90.0, "e": 5.0}


def chosen(times):
    columns = {"USUBJID": list(times), "AVAL": list(times.values())}
    return Stub(n=len(times), column=lambda name: np.array(columns[name]))


def cut(**more):
    def select(dataset, predicate):
        assert dataset == "adtte" and predicate["CNSR"] == {"is": 1}
        return chosen(ENDS[predicate["PARAMCD"]["is"]])

    first = endpoint("time_to_event", first_of=["relapse", "death"], **more)
    parts = {name: Stub(code=name.upper()) for name in ("relapse", "death")}
    return Stub(
        endpoint=first,
        trial=Stub(endpoints=parts),
        frames=Stub(select=select),
        rows=lambda CNSR: chosen(EVENTS if CNSR == {"is": 0} else {}),
    )


def test_events_after_the_end_of_observation_of_another_part_are_told():
    told = cautions(cut())
    assert told is not None and told.startswith("in 2 of 4 patients with an event")


@pytest.mark.parametrize("name", ["b", "d"])
def test_one_of_them_is_told_by_itself(monkeypatch, name):
    monkeypatch.delitem(EVENTS, name)
    assert "in 1 of 3 patients" in (cautions(cut()) or "")


def test_nothing_is_told_where_there_are_none(monkeypatch):
    monkeypatch.delitem(EVENTS, "b")
    monkeypatch.delitem(EVENTS, "d")
    assert cautions(cut()) is None
