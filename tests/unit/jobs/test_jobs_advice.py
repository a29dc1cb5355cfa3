"""What is to do about a file that is not as its job wrote it: by the target that makes it."""

from pathlib import Path

import pytest

from trialtrace.run.jobs.products import edited

FOLDER = "results/mini"


@pytest.mark.parametrize(
    ("name", "gone", "altered"),
    [
        (
            f"{FOLDER}/results.parquet",
            "trialtrace run",
            f'rm "{FOLDER}/results.parquet"; trialtrace run',
        ),
        ("site/index.html", "trialtrace run", 'rm "site/index.html"; trialtrace run'),
        # While a page is there that was asked for, what it is made from is not missed.
        (
            f"{FOLDER}/simulation/characteristics.parquet",
            f'rm "{FOLDER}/simulation/simulation.html"; trialtrace run mini --simulation',
            f'rm "{FOLDER}/simulation/characteristics.parquet" '
            f'"{FOLDER}/simulation/simulation.html"; trialtrace run mini --simulation',
        ),
        (
            f"{FOLDER}/multiverse/multiverse.html",
            "trialtrace run mini --multiverse",
            f'rm "{FOLDER}/multiverse/multiverse.html"; trialtrace run mini --multiverse',
        ),
    ],
)
def test_the_advice_names_the_target(tmp_path: Path, name: str, gone: str, altered: str):
    assert edited(tmp_path, name, "a_rule").do == f"{gone}, which makes it again"
    (tmp_path / name).parent.mkdir(parents=True)
    (tmp_path / name).touch()
    assert edited(tmp_path, name, "a_rule").do == f"delete it, and it is made again: {altered}"
