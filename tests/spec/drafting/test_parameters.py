"""Tables with several rows a patient that a column such as PARAMCD tells apart."""

import random
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
import yaml
from mini_run import run_stages
from redcap_export import write_export

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.report.sections.deaths import deaths
from trialtrace.run.cleaning.clean import clean_tables
from trialtrace.run.drafting.command import ask_on_terminal
from trialtrace.run.drafting.draft import decide
from trialtrace.run.drafting.questions import guess_nothing_told
from trialtrace.run.drafting.tables import profile
from trialtrace.run.endpoints.derive import derive_datasets
from trialtrace.run.endpoints.losses import read_losses
from trialtrace.run.sources.ingest import ingest_sources
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_trial

ROOT = Path(__file__).resolve().parents[3]
Call = Callable[..., int]


def read(at: Project, name: str, file: str) -> dict:
    return yaml.safe_load((at.trial_config(name) / file).read_text(encoding="utf-8"))


def results(at: Project, name: str) -> dict[str, str]:
    run = run_stages(load_trial(name, at), at.results / name, at)
    rows = pq.read_table(run.folder / "analysis" / "results.parquet").to_pylist()
    return {row["result_id"].partition("/")[2]: row["stat_text"] for row in rows}


@pytest.mark.parametrize(
    ("form", "death", "recurrence"), [("adam", "death", "recur"), ("redcap", "death", "recurrence")]
)
def test_deaths_come_first_and_are_those_of_the_exported_trial(
    at: Project, call: Call, tmp_path: Path, form: str, death: str, recurrence: str
):
    root = tmp_path / "moertel"
    root.mkdir()
    for name in ("config", "workflow", "reports", "Snakefile"):
        (root / name).symlink_to(ROOT / name)
    made = load_trial("moertel1990", Project(root))
    folder = made.at.results / "moertel1990"
    ingest_sources(made, folder / "raw")
    clean_tables(made, folder / "raw", folder / "clean")
    derive_datasets(made, folder / "clean", folder / "derived")
    write_export(made, tmp_path / form, form)
    flags = ("--yes", "--parameter", "DEATH" if form == "adam" else "2")
    assert call("new", "mine", tmp_path / form, *flags) == 0
    assert check_trial(at, "mine") == []
    endpoints = read(at, "mine", "endpoints.yaml")
    assert next(iter(endpoints)) == death
    assert {one["kind"] for one in endpoints.values()} == {"time_to_event"}
    told = results(at, "mine")
    # As coxph of R has them (docs/oracle): deaths 0.69, recurrences 0.60.
    pair = "hazard_ratio.cox@levamisole_fluorouracil-observation"
    assert told[f"{death}/{pair}"].startswith("0.69 ")
    assert told[f"{recurrence}/{pair}"].startswith("0.60 ")


def bds(path: Path) -> Path:
    """Two parameters at up to three visits; a second record of a visit is not analysed."""
    lines = ["USUBJID,TRTP,PARAMCD,PARAM,AVISIT,AVAL,ANL01FL"]
    for n in range(1, 41):
        arm = ("Drug", "Placebo")[n % 2]
        for code, label, visits in (("HB", "Haemoglobin", "012"), ("QOL", "Score total", "02")):
            for visit in visits:
                value = 20 + (7 * n + 3 * int(visit)) % 17 + 0.5
                lines.append(f"S{n},{arm},{code},{label},Week {visit},{value},Y")
                if n % 10 == 0:
                    lines.append(f"S{n},{arm},{code},{label},Week {visit},{value + 1},N")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_values_at_visits(at: Project, call: Call):
    path = bds(at.root / "data" / "adqs.csv")
    given = ("--arm", "TRTP", "--control", "Placebo", "--primary", "AVAL", "--parameter", "HB")
    assert call("new", "mine", path, *given) == 0
    assert check_trial(at, "mine") == []
    endpoints = read(at, "mine", "endpoints.yaml")
    assert endpoints["hb"]["label"] == "Haemoglobin"
    assert endpoints["hb"]["where"] == {"PARAMCD": {"is": "HB"}, "ANL01FL": {"is": "Y"}}
    assert list(endpoints["hb"]["visit"]["labels"]) == ["Week 0", "Week 1", "Week 2"]
    assert list(endpoints["qol"]["visit"]["labels"]) == ["Week 0", "Week 2"]
    told = results(at, "mine")
    # Week 0 is before treatment: arms are compared after it, given it.
    starts = ("hb/mean_difference.ancova@", "hb_crude/mean_difference.welch@")
    assert all(any(one.startswith(start) for one in told) for start in starts)


def test_the_parameter_is_asked_for_and_blinds(at: Project, call: Call, capsys):
    path = bds(at.root / "data" / "adqs.csv")
    assert (
        call("new", "mine", path, "--arm", "TRTP", "--control", "Placebo", "--primary", "AVAL") == 0
    )
    assert "not told: parameter" in capsys.readouterr().out
    guess = read(at, "mine", "guesses.yaml")["guesses"]["parameter"]
    # A score is likelier the endpoint than what a laboratory measures.
    assert guess["value"] == "QOL" and guess["blinds"]
    assert load_trial("mine", at).pooled
    assert call("confirm", "mine", "--key", "parameter", "--value", "HB") == 0
    assert next(iter(read(at, "mine", "endpoints.yaml"))) == "hb"


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (("--arm", "TRTP", "--primary", "AVAL", "--parameter", "HBX"), "did you mean"),
        (("--primary", "TRTP", "--arm", "PARAMCD"), "varies within patients"),
    ],
)
def test_mistakes(at: Project, call: Call, capsys, flags: tuple[str, ...], words: str):
    path = bds(at.root / "data" / "adqs.csv")
    assert call("new", "mine", path, *flags) == 1
    assert words in capsys.readouterr().err
    assert not at.trial_config("mine").exists()


def test_a_table_without_parameters_has_none_to_tell(at: Project):
    tables = profile([str(at.root / "data" / "trial.csv")])
    with pytest.raises(UserError, match="has no parameters"):
        decide(tables, {"parameter": "x"}, guess_nothing_told)


def test_a_dialogue_lists_them(at: Project, monkeypatch: pytest.MonkeyPatch, capsys):
    answers = iter(["", "", "AVAL", "2", ""])
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    made = decide(profile([str(bds(at.root / "data" / "adqs.csv"))]), {}, ask_on_terminal)
    assert "Which PARAMCD is the primary endpoint?  (--parameter)" in capsys.readouterr().out
    assert made.primary.where[0] == ("PARAMCD", "HB")
    assert [one.where[0][1] for one in made.others if one.column == "AVAL"] == ["QOL"]


def test_findings_of_sdtm_beside_their_demographics(at: Project, call: Call):
    """A result under its test, at visits; who failed screening is in no arm."""
    people = ["STUDYID,USUBJID,AGE,SEX,ARMCD,ARM"]
    rows = ["USUBJID,QSSEQ,QSTESTCD,QSTEST,QSORRES,QSSTRESC,QSSTRESN,VISITNUM,VISIT,QSDY"]
    arms = ("P,Placebo", "LO,Low", "HI,High", "SCRNFAIL,Screen Failure")
    for n in range(64):
        people.append(f"S,S-{n:02},{50 + n % 20},{'MF'[n // 4 % 2]},{arms[n % 4]}")
        for visit, name in enumerate(("Baseline", "Week 4") if n % 4 < 3 else (), start=1):
            for at_test, (code, word) in enumerate((("IT1", "Mood"), ("TOT", "Total score"))):
                found = (n * 7 + visit * 5 + at_test * 3) % 23
                seq, day = 2 * visit + at_test, 28 * visit - 27
                rows.append(
                    f"S-{n:02},{seq},{code},{word},{found},{found},{found},{visit},{name},{day}"
                )
    for name, lines in (("dm", people), ("qs", rows)):
        (at.root / "data" / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    files = [at.root / "data" / "dm.csv", at.root / "data" / "qs.csv"]
    draft = decide(profile([str(one) for one in files]), {}, guess_nothing_told)
    assert draft.primary.column == "QSSTRESN" and draft.primary.kind == "repeated"
    assert draft.primary.where == (("QSTESTCD", "TOT"),)
    assert [label for label, _ in draft.arms.values()] == ["High", "Low", "Placebo"]
    assert call("new", "mine", *files, "--parameter", "TOT", "--yes") == 0
    assert check_trial(at, "mine") == []


@pytest.mark.parametrize("twice", [False, True])
def test_findings_are_told_apart_by_test_and_visit_before_their_numbers(at: Project, twice: bool):
    """Numbered over tests and visits; not where one stands twice. One test has one visit alone."""
    people = ["USUBJID,ARM", *(f"S{n:02},{'AB'[n % 2]}" for n in range(40))]
    rows = ["USUBJID,VSSEQ,VSTESTCD,VSSTRESN,VISIT"]
    for n in range(40):
        found = [("HEIGHT", 150 + n, "SCREENING")]
        for k, visit in enumerate(("SCREENING", "BASELINE", "WEEK 4")):
            found += [("SYSBP", 120 + n + k, visit), ("DIABP", 70 + n % 9 + k, visit)]
        found += [("SYSBP", 130, "WEEK 4")] * (twice and n == 7)
        rows += [f"S{n:02},{k},{test},{x},{visit}" for k, (test, x, visit) in enumerate(found, 1)]
    for name, lines in (("dm", people), ("vs", rows)):
        (at.root / "data" / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    tables = profile([str(at.root / "data" / f"{name}.csv") for name in ("dm", "vs")])
    (key,) = (table.keys[0] for table in tables if table.name == "vs")
    assert {*key} == {"USUBJID", "VSSEQ"} if twice else {"USUBJID", "VISIT", "VSTESTCD"}
    told = {"arm": "ARM", "control": "A", "primary": "VSSTRESN", "parameter": "SYSBP"}
    told |= {"before": "BASELINE"}
    if not twice:
        others = decide(tables, told, guess_nothing_told).others
        assert [one.where for one in others] == [(("VSTESTCD", "DIABP"),)]


def adam(folder: Path) -> list[Path]:
    """ADSL, times with a description of the event, and a laboratory value with its change."""
    draw, who = random.Random(4), [(f"S{n:02}", ("Drug", "Placebo")[n % 2]) for n in range(60)]
    tables = {
        "adsl": ["USUBJID,TRT01P,AGE"],
        "adtte": ["USUBJID,PARAMCD,PARAM,AVAL,CNSR,EVNTDESC"],
        "adlb": ["USUBJID,AGE,PARAMCD,PARAM,AVISIT,AVAL,BASE,CHG"],
    }
    for n, (one, arm) in enumerate(who):
        tables["adsl"].append(f"{one},{arm},{40 + n % 30}")
        for code, label in (("OS", "Overall Survival (days)"), ("TTR", "Time to Relapse (days)")):
            end = draw.randint(0, 1)
            time = f"{draw.randint(20, 900)},{end},{('event', 'none')[end]}"
            tables["adtte"].append(f"{one},{code},{label},{time}")
        for code, label in (("BILI", "Bilirubin (mg/dl)"), ("ALB", "Albumin (g/dl)")):
            base = round(draw.gauss(4, 0.9), 2)
            tables["adlb"].append(f"{one},{40 + n % 30},{code},{label},Baseline,{base},{base},")
            for visit in ("Month 6", "Month 12"):
                value = round(base + draw.gauss(0, 0.5), 2)
                row = f"{one},{40 + n % 30},{code},{label},{visit},{value},{base}"
                tables["adlb"].append(f"{row},{value - base:.2f}")
    for name, lines in tables.items():
        (folder / f"{name}.csv").write_text("\n".join(lines) + "\n", encoding="utf-8")
    return [folder / f"{name}.csv" for name in tables]


def test_the_other_endpoints_of_adam_are_values_and_not_what_stands_beside_them(
    at: Project, call: Call
):
    """Of overall survival the event is death, and page 1 counts it."""
    files = adam(at.root / "data")
    flags = ("--yes", "--primary", "adtte.AVAL", "--parameter", "OS", "--control", "Placebo")
    assert call("new", "mine", *files, *flags) == 0 and check_trial(at, "mine") == []
    made = read(at, "mine", "endpoints.yaml")
    assert {name: one.get("time") or one["column"] for name, one in made.items()} == {
        **{"os": "AVAL", "ttr": "AVAL", "bili": "AVAL"},
    }
    assert (made["os"]["event_label"], made["os"]["unit"]) == ("Death", "days")
    assert made["bili"]["baseline"] == "Baseline"
    trial = load_trial("mine", at)
    assert deaths(trial) == {"os"}
    run = run_stages(trial, at.results / "mine", at)
    lines = [one.text for one in read_losses(run.folder / "derived").warnings]
    assert not [one for one in lines if "BASE" in one or "AGE" in one]


def test_a_change_is_called_so_and_has_no_visit_without_it(at: Project, call: Call):
    files = adam(at.root / "data")
    flags = ("--yes", "--primary", "CHG", "--parameter", "BILI", "--control", "Placebo")
    assert call("new", "mine", *files, *flags) == 0 and check_trial(at, "mine") == []
    bili = read(at, "mine", "endpoints.yaml")["bili"]
    assert bili["label"] == "Bilirubin (mg/dl), change from baseline"
    assert [*bili["visit"]["labels"]] == ["Month 6", "Month 12"] and "baseline" not in bili


def test_a_hundred_tests_of_a_laboratory(at: Project, call: Call):
    """What the rows are about is known by its name, however many tests there are."""
    path = at.root / "data" / "lb.csv"
    lines = ["USUBJID,ARM,LBTESTCD,LBSTRESN"]
    for n in range(20):
        arm = ("Drug", "Placebo")[n % 2]
        lines += [f"P{n:02},{arm},T{test:03},{n * 7 % 19 + test}.5" for test in range(100)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    flags = ("--yes", "--primary", "LBSTRESN", "--parameter", "T042")
    assert call("new", "mine", path, *flags) == 0
    assert check_trial(at, "mine") == []
    (first, *_) = read(at, "mine", "endpoints.yaml").values()
    assert first["where"] == {"LBTESTCD": {"is": "T042"}} and first["kind"] == "measure"


@pytest.mark.parametrize("name", ["test", "kind"])
def test_what_the_key_says_tells_the_rows_of_a_patient_apart(tmp_path: Path, name: str):
    """Tests at times of any name are parameters at visits; of another column it is told."""
    rows = [
        f"P{n},{test},{time},{'ab'[n % 2]},{n * k % 31 / 4}"
        for n in range(30)
        for k, test in ((7, "memory"), (11, "mood"))
        for k, time in ((k, "after"), (k + 4, "later"), (k + 6, "pre"))
    ]
    path = tmp_path / "long.csv"
    path.write_text("\n".join([f"pid,{name},tp,arm,value", *rows]) + "\n", encoding="utf-8")
    told = {"arm": "arm", "primary": "value"}
    made = decide(profile([str(path)]), told, guess_nothing_told).primary
    if name == "test":
        assert made.where == (("test", "memory"),) and made.visit == "tp"
        assert made.before == ("pre",)
        return
    assert made.kind == "mean" and "which kind and tp tells apart" in made.evidence
    with pytest.raises(UserError, match=r"which kind tells apart(.|\n)*call it PARAMCD"):
        decide(profile([str(path)]), told | {"visit": "tp"}, guess_nothing_told)


def test_days_of_a_patient_are_told_and_no_endpoint(tmp_path: Path):
    """More than visits have: the mean is of all of them, those before the start too."""
    rows = [f"P{n},{d},{'ab'[n % 2]},{n * d % 31}" for n in range(30) for d in range(-40, 40)]
    path = tmp_path / "days.csv"
    lines = ["pid,days from start,arm,hrv", *rows]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    made = decide(profile([str(path)]), {"arm": "arm"}, guess_nothing_told)
    told = "which days from start tells apart: all are in the mean, also those below 0."
    assert made.primary.column == "hrv" and told in made.primary.evidence and not made.others
