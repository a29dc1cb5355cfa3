"""Which functions of the statistics each step of a plan calls, and which columns it reads."""

import functools
import importlib
import json
import sys
from collections import defaultdict
from contextlib import contextmanager

import pytest

from trialtrace.run.methods.analysing import run
from trialtrace.run.methods.analysing.estimate import STATS
from trialtrace.run.methods.analysing.registry import MODULES
from trialtrace.run.tables.frames import Selection
from trialtrace.run.trace.raw_rows import VALUES, columns_read, named_in
from trialtrace.run.trial.plan.registry import cards
from trialtrace.stats._offered import families, offered

# What a record is, by itself, and of whom, when and where.
OF_A_RECORD = {*VALUES, "AVALC", "AVALU", "CNSR", "EVNTDESC", "ADT", "AVALLO", "AVALHI"}
OF_A_RECORD |= {"TSTART", "TSTOP", "USUBJID", "ASEQ", "PARAMCD", "AVISIT", "AVISITN", "LAT", "LOC"}


class Spied:
    """The formulas that cards name, each called through a function that remembers the step; and of
    each step the columns that it read though neither the rows of a result nor its options name
    them."""

    def __init__(self):
        self.called: dict[str, set[str]] = defaultdict(set)
        self.unasked: dict[str, set[str]] = defaultdict(set)
        self._step, self._read = "", set[str]()

    @contextmanager
    def watching(self):
        """Formulas are remembered inside; outside, they are as other tests of the process need."""
        with pytest.MonkeyPatch.context() as monkeypatch:
            self._watch(monkeypatch)
            yield

    def _watch(self, monkeypatch):
        column = Selection.column
        monkeypatch.setattr(
            Selection, "column", lambda rows, name: self._read.add(name) or column(rows, name)
        )
        monkeypatch.setattr(run, "method", self._running(run.method))
        for module in MODULES.values():
            importlib.import_module(module)
        holders = [
            each for name, each in sys.modules.items() if name.startswith("trialtrace.run.methods.")
        ]
        # What a family offers takes its function's place at the first use, never a spy's.
        for family in families():
            for name in offered(family):
                getattr(importlib.import_module(f"{STATS}.{family}"), name)
        for named in dict.fromkeys(formula for card in cards() for formula in card.formulas):
            place, _, name = named.partition(":")
            home = importlib.import_module(f"{STATS}.{place}")
            function = getattr(home, name)
            spy = self._spy(named, function)
            for module in (home, *holders):
                for own in [key for key, value in vars(module).items() if value is function]:
                    monkeypatch.setattr(module, own, spy)

    def _running(self, method):
        """`method`, whose results are made while its step is the one that calls."""

        def of(step):
            run_step = method(step)

            def results(cut, step):
                made, read = iter(run_step(cut, step)), set()
                while True:
                    self._step, self._read = step.key, read
                    result = next(made, None)
                    if result is None:
                        return
                    rows = result.members.values()
                    asked = {name for one in rows for name in columns_read(one.predicate)}
                    asked |= {*named_in(json.dumps(dict(result.options)))}
                    self.unasked[step.key] |= read - asked - OF_A_RECORD
                    yield result

            return results

        return of

    def _spy(self, named, function):
        @functools.wraps(function)
        def spy(*args, **kwargs):
            self.called[self._step].add(named)
            return function(*args, **kwargs)

        return spy
