"""What is to do about a file that is not as its job wrote it: by the target that makes it."""

from pathlib import Path

import pytest

from trialtrace.run.jobs.products import edited

FOLDER = "results/mini"


@pytest.mark.parametrize(
    ("name", "gone", "altered"),
    [
        (f"{FOLDER}/results.parquet", "make run", f'rm "{FOLDER}/results.parquet"; make run'),
        ("site/index.html", "make run", 'rm "site/index.html"; make run'),
        # While a page is there that was asked for, what it is made from is not missed.
        (
            f"{FOLDER}/simulation/characteristics.parquet",
            f'rm "{FOLDER}/simulation/simulation.html"; make simulate TRIAL=mini',
            f'rm "{FOLDER}/simulation/characteristics.parquet" '
            f'"{FOLDER}/simulation/simulation.html"; make simulate TRIAL=mini',
        ),
        (
            f"{FOLDER}/multiverse/multiverse.html",
            "make multiverse TRIAL=mini",
            f'rm "{FOLDER}/multiverse/multiverse.html"; make multiverse TRIAL=mini',
        ),
    ],
)
def test_the_advice_names_the_target(tmp_path: Path, name: str, gone: str, altered: str):
    assert edited(tmp_path, name, "a_rule").do == f"{gone}, which makes it again"
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).touch()
    assert edited(tmp_path, name, "a_rule").do == f"delete it, and it is made again: {altered}"
