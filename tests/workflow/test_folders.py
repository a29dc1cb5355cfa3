"""Checkouts in folders of odd names: the workflow begins there, or says why it cannot."""

import os
from pathlib import Path

from checkout import copy_checkout, keep_trials

from trialtrace.run.jobs.run import for_rules


def test_braces_in_the_name_of_a_folder_are_no_wildcards(tmp_path: Path):
    made = copy_checkout(tmp_path / "{trial} a{b" / "{x}")
    keep_trials(made, ("elmunzer2012",))
    assert ("render_report", "elmunzer2012") in made.scheduled()
    assert for_rules(Path("a{b}/c")).format(b="x") == "a{b}/c"


def test_a_name_that_is_no_text_is_told(tmp_path: Path):
    made = copy_checkout(Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")))
    done = made.snakemake("--dry-run")
    assert done.returncode == 1
    assert "caf\\xe9\n  the name of the project's folder, or of one above it" in done.stderr
    assert "Traceback" not in done.stderr
