"""Declared constants follow from endpoints.yaml and the tables of the project, with places."""

import hashlib

import pytest
from mini_trial import REPOSITORY

from trialtrace.base.paths import Project
from trialtrace.run.tables.contracts import RESULTS
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trial.constants import Constants, endpoints_behind
from trialtrace.run.trial.load import load_trial

AT = Project(REPOSITORY)
TRIALS = ("musaro2019", "sprave2019", "streckmann2024")


def declared(name):
    trial = load_trial(name, AT)
    return trial, Constants(trial)


@pytest.mark.parametrize("name", TRIALS)
def test_every_line_is_that_of_the_key(name):
    _, constants = declared(name)
    lines = (AT.trial_config(name) / "endpoints.yaml").read_text(encoding="utf-8").splitlines()
    assert constants.every
    for one in constants.every:
        if not one.sha256:
            assert f"{one.key.split('.')[-1]}:" in lines[one.line - 1], one
            assert one.key.split(".")[0] == one.entry


@pytest.mark.parametrize(
    ("name", "folder", "table", "title"),
    [
        ("sprave2019", "conversions", "cdc_2022", "conversion factors"),
        ("sprave2019", "conversions", "german_charts", "conversion factors"),
        ("streckmann2024", "norms", "tuning_fork", "normal values"),
    ],
)
def test_a_table_has_its_version_source_and_hash(name, folder, table, title):
    _, constants = declared(name)
    path = AT.config / folder / f"{table}.csv"
    one = next(one for one in constants.every if one.key == table)
    assert one.what == title and one.file == f"config/{folder}/{table}.csv"
    assert one.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert f"table {table}, " in one.value and one.source
    assert ("not verified" in one.source) == (table != "cdc_2022")


def test_an_endpoint_rests_on_the_constants_of_what_it_is_made_from():
    trial, constants = declared("sprave2019")
    response = next(
        name
        for name, each in trial.endpoints.items()
        if getattr(each.entry, "instrument", "") == "bone_pain_response"
    )
    keys = {one.key for one in constants.behind([response])}
    assert keys & {"cdc_2022", "german_charts", "fpm_anzca_2021"}
    trial, constants = declared("streckmann2024")
    behind = {one.key for one in constants.behind(["cipn"])}
    assert {"tuning_fork", "cipn.event", "conduction_new.abnormal"} <= behind
    assert constants.behind(["died"]) == []


def test_a_result_rests_on_its_endpoint_its_options_and_its_population():
    trial, _ = declared("musaro2019")
    behind = endpoints_behind(
        trial, "strength_and_fibres", "strength", "itt", {"with": "fibre_area", "method": "x"}
    )
    assert behind == ["strength", "fibre_area"]
    assert endpoints_behind(trial, "flow", "upper_arm", "randomised", {}) == ["strength_upper_arm"]
    assert endpoints_behind(trial, "planning", "strength_change", "itt", {"sd": 1}) == []
    trial, _ = declared("streckmann2024")
    assert "attendance" in endpoints_behind(trial, "cipn_per_protocol", "cipn", "pp", {})


def test_an_adjusted_p_rests_on_the_constants_of_its_whole_family(tmp_path):
    trial, _ = declared("musaro2019")
    tracer = Tracer(trial, tmp_path, "full")
    rows = {}
    for analysis, endpoint in (("currents", "current"), ("fibres", "fibre_area")):
        for stat, method in (("p_value", "paired_t"), ("p_adjusted", "holm_paired_t")):
            row = dict.fromkeys(RESULTS.names) | {
                "result_id": f"musaro2019/{analysis}/{stat}.{method}@real-sham",
                "analysis_id": analysis,
                "stat_name": stat,
                "method": f"{stat}.{method}",
                "parameter": endpoint,
                "population": "itt",
                "options": '{"family": "secondary"}',
                "comparison": "real",
                "reference": "sham",
                "stat_label": "p",
                "stat_text": "0.5",
            }
            rows[row["result_id"]] = row
    vars(tracer)["results"] = rows
    at = "musaro2019/currents/{}@real-sham"
    own, adjusted = (
        {one["key"] for one in tracer._constants(rows[at.format(name)])}
        for name in ("p_value.paired_t", "p_adjusted.holm_paired_t")
    )
    assert own == {"current.min_rows"}
    assert adjusted == {"current.min_rows", "fibre_area.min_rows"}
