"""Flags of imputed dates, moments and times of day in the exported data sets."""

from pathlib import Path

import pyreadstat
from mini_run import derive_stages, patients, write_mini
from mini_trial import CLEANING, DICTIONARY, TRIAL

from trialtrace.report.interchange.adam import adam_files
from trialtrace.run.trial.load import load_trial

RULE = "    partial_dates: {seen: {impute: mid, highest: day, reason: plan}}\n"
FIELDS = (
    "given,patients,,text,Given at,,,datetime_ymd,,,,,,,,,,\n"
    "bed,patients,,text,To bed,,,time,,,,,,,,,,\n"
)


def test_an_export_has_the_flag_of_an_imputed_date_and_the_formats_of_times(tmp_path: Path):
    rows = [
        row
        | {"given": "2020-02-01 14:30", "bed": "22:15", "seen": "2020-02" if at else row["seen"]}
        for at, row in enumerate(patients()[:2])
    ]
    rows += [row | {"given": "", "bed": ""} for row in patients()[2:]]
    more = "    smoker: smoker\n    seen: seen\n    given: given\n    bed: bed\n"
    at = write_mini(
        tmp_path,
        rows,
        more=("given", "bed"),
        trial=TRIAL.replace("    smoker: smoker\n", more),
        dictionary=DICTIONARY.replace("id,adverse", f"{FIELDS}id,adverse", 1),
        cleaning=CLEANING.replace("  patients:\n", f"  patients:\n{RULE}", 1),
    )
    trial = load_trial("mini", at)
    derive_stages(trial, at.results / "mini")
    files = adam_files(trial)
    path = tmp_path / "adsl.xpt"
    path.write_bytes(files["adsl.xpt"])
    frame, meta = pyreadstat.read_xport(str(path))
    flags = dict(zip(frame["SUBJID"], frame["SEENDTF"], strict=True))
    assert {who: flag for who, flag in flags.items() if flag} == {"2": "D"}
    formats = meta.original_variable_types
    assert (formats["SEEN"], formats["GIVEN"], formats["BED"]) == ("DATE9", "DATETIME19", "TIME8")
    given = frame["GIVEN"].dropna()
    assert {str(one) for one in given} == {"2020-02-01 14:30:00"}
    assert b"Day imputed" in files["define.xml"] and b"Date Imputation Flag" in files["define.xml"]
