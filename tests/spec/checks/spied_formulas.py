"""Which functions of the statistics each step of a plan calls."""

import functools
import importlib
import sys
from collections import defaultdict

from trialtrace.run.methods.analysing import run
from trialtrace.run.methods.analysing.estimate import STATS
from trialtrace.run.methods.analysing.registry import MODULES
from trialtrace.run.trial.plan.registry import cards


class Spied:
    """The formulas that cards name, each called through a function that remembers the step."""

    def __init__(self, monkeypatch):
        self.called: dict[str, set[str]] = defaultdict(set)
        self._step = ""
        monkeypatch.setattr(run, "method", self._running(run.method))
        for module in MODULES.values():
            importlib.import_module(module)
        holders = [
            each for name, each in sys.modules.items() if name.startswith("trialtrace.run.methods.")
        ]
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
                made = iter(run_step(cut, step))
                while True:
                    self._step = step.key
                    result = next(made, None)
                    if result is None:
                        return
                    yield result

            return results

        return of

    def _spy(self, named, function):
        @functools.wraps(function)
        def spy(*args, **kwargs):
            self.called[self._step].add(named)
            return function(*args, **kwargs)

        return spy
