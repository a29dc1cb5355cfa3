"""Checkouts in folders of odd names: the workflow runs there, or says why it cannot."""

import os
import sys
from pathlib import Path

from checkout import copy_checkout, keep_trials

from trialtrace.run.jobs.run import for_rules


def test_environment_and_checkout_in_a_folder_with_a_space(tmp_path: Path):
    """As a clone there, for the first time: the schemas of the configuration are not made yet."""
    made = copy_checkout(tmp_path / "it's a folder")
    keep_trials(made, ("moertel1990",))
    (made.root / ".venv").symlink_to(Path(sys.prefix))
    made.python = str(made.root / ".venv/bin/python")
    target = "results/moertel1990/derived/adsl.parquet"
    done = made.snakemake("--cores", "1", target)
    assert done.returncode == 0, done.stderr
    assert (made.root / target).is_file()
    assert (made.root / "build/schemas").is_dir()


def test_braces_in_the_name_of_a_folder_are_no_wildcards(tmp_path: Path):
    made = copy_checkout(tmp_path / "{trial} a{b" / "{x}")
    keep_trials(made, ("elmunzer2012",))
    assert ("render_report", "elmunzer2012") in made.scheduled()
    assert for_rules(Path("a{b}/c")).format(b="x") == "a{b}/c"


def test_a_name_that_is_no_text_is_told(tmp_path: Path):
    made = copy_checkout(Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9")))
    done = made.snakemake("--dry-run")
    assert done.returncode == 1
    assert "caf\\xe9" in done.stderr
    assert "Traceback" not in done.stderr
