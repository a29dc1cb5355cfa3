"""The state of one component of a typed ledger."""

import pytest
from paper import read, told


@pytest.fixture
def judged():
    """(state, all that is said) of a component of a claim; the claims are name=claim(...)."""

    def run(name, component, claims, groups=None):
        return told(read(claims, groups))[name, component]

    return run
