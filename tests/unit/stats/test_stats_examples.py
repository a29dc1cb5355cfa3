"""Every public function of the statistics has a worked call, and prints what it says."""

import doctest
from importlib import import_module

import pytest
from written.library import subjects

SUBJECTS = list(subjects())
FINDER, HOW = doctest.DocTestFinder(recurse=False), doctest.NORMALIZE_WHITESPACE


@pytest.mark.parametrize("subject", SUBJECTS, ids=lambda subject: subject.name)
def test_worked_calls(subject):
    module = import_module(f"trialtrace.stats.{subject.name}")
    for function in subject.functions:
        told = FINDER.find(getattr(module, function.name), function.name, module, vars(module))
        found = [test for test in told if test.examples]
        assert found, f"{function.name} has no worked call"
        said: list[str] = []
        for test in found:
            doctest.DocTestRunner(optionflags=HOW).run(test, out=said.append)
        assert not said, "".join(said)
