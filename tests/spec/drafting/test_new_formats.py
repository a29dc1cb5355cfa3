"""Drafts from other formats than CSV: what is written passes `check`, which looks at the data."""

from collections.abc import Callable
from pathlib import Path

import pytest
import yaml
from exports import (
    FIELDS,
    WRITERS,
    dictionary,
    frame,
    labelled,
    put,
    records,
    rows_of,
    sheets,
    text,
)

from trialtrace.base.paths import Project

Call = Callable[..., int]


def trial(at: Project) -> dict:
    return yaml.safe_load((at.trial_config("made") / "trial.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("ending", sorted(WRITERS))
def test_every_format(at: Project, call: Call, ending: str):
    path = at.root / "data" / f"all{ending}"
    WRITERS[ending](path)
    assert call("new", "made", path, "--yes") == 0
    assert call("check", "made") == 0


def test_a_sheet_with_a_title_units_and_sums(at: Project, call: Call):
    header, *body = rows_of(frame().drop(columns="smoker"))
    rows = [
        ["Weights of all patients"],
        [],
        header,
        ["", "", "", "kg"],
        *body,
        ["Total", "", "", 1],
    ]
    path = sheets(at.root / "data" / "all.xlsx", {"Weights": rows})
    assert call("new", "made", path, "--yes") == 0
    item = trial(at)["source"]["items"]["data"]
    assert (item["header"], item["under_header"], item["foot"]) == (3, 1, 1)
    # What is left out is a guess, which names the rows.
    text = (at.trial_config("made") / "guesses.yaml").read_text(encoding="utf-8")
    guesses = yaml.safe_load(text)["guesses"]
    assert "Weights of all patients" in guesses["header.data"]["evidence"]
    assert "Row 4 holds units" in guesses["under_header.data"]["evidence"]
    assert "Total, 1" in guesses["foot.data"]["evidence"]
    assert call("check", "made") == 0


@pytest.mark.parametrize("form", ["raw", "labels"])
def test_a_redcap_export_with_repeating_instruments(at: Project, call: Call, form: str):
    rows = records() if form == "raw" else labelled(records())
    data = put(at.root / "data" / "trial_DATA.csv", text(rows))
    described = put(at.root / "data" / "trial_DataDictionary.csv", dictionary(*FIELDS))
    assert call("new", "made", data, described, "--yes") == 0
    made = trial(at)
    assert list(made["source"]["items"]) == ["trial_data"]
    assert {name: one["of"] for name, one in made["tables"].items()} == {
        "baseline": "trial_data",
        "visit": "trial_data",
    }
    assert call("check", "made") == 0


def test_an_adam_folder(at: Project, call: Call, tmp_path: Path):
    import pandas as pd
    import pyreadstat

    adsl = pd.DataFrame(
        {
            "USUBJID": [f"X-{number}" for number in range(1, 25)],
            "TRT01P": ["Active", "Placebo"] * 12,
            "AGE": [float(40 + number) for number in range(24)],
            "AGEU": ["YEARS"] * 24,
            "RESPFL": ["Y", "N", "N"] * 8,
        }
    )
    folder = at.root / "data" / "adam"
    folder.mkdir()
    pyreadstat.write_xport(adsl, folder / "adsl.xpt", table_name="ADSL")
    assert call("new", "made", folder, "--yes") == 0
    assert trial(at)["subjects"]["age"] == {"column": "AGE", "unit": "years"}
    assert call("check", "made") == 0
