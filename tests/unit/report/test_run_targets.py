"""What `trialtrace run` asks Snakemake for."""

import pytest

from trialtrace.report.commands.project import _targets


@pytest.mark.parametrize(
    ("named", "asked", "targets"),
    [
        ([], None, []),
        (["mini", "audit"], None, ["mini", "audit"]),
        (["mini"], "multiverse", ["results/mini/multiverse/multiverse.html"]),
        (["mini"], "simulation", ["results/mini/simulation/simulation.html"]),
        # Of no trial that is named: not the run of everything else.
        ([], "multiverse", ["multiverse"]),
        ([], "simulation", ["simulate"]),
    ],
)
def test_targets(named, asked, targets):
    assert _targets(named, asked) == targets
