"""What a draft knows of a stranger's files, what it asks, and what it never takes unasked."""

import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pyreadstat
import pytest
import yaml
from mini_run import run_stages

from trialtrace.base.paths import Project
from trialtrace.run.drafting.command import ask_on_terminal
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.people import people
from trialtrace.run.drafting.questions import Ask, Question, first_choice, guess_nothing_told
from trialtrace.run.drafting.study import populations
from trialtrace.run.drafting.tables import profile
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_trial

Call = Callable[..., int]


def written(path: Path, *lines: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def drafted(*paths: Path, ask: Ask = guess_nothing_told, **told: str) -> Draft:
    return decide(profile([str(one) for one in paths]), told, ask)


def test_codes_written_with_decimals_are_codes(tmp_path: Path):
    """A program that knows a gap in a column writes 1.0 for 1; numbers of events are no codes."""
    rows = [
        f"{n},{n % 2}.0,{20 + n % 50},{['0.0', '1.0', ''][n * 7 % 11 % 3]},{n % 3 + 1},{n % 4}.5"
        for n in range(1, 61)
    ]
    made = profile([str(written(tmp_path / "x.csv", "pid,arm,age,cured,ae_no,score", *rows))])[0]
    assert made.column("cured").type == "yesno" and made.column("score").validation == "number"
    assert [code for code, _ in made.column("arm").choices] == ["0", "1"]
    assert made.column("arm").values == (("0", 30), ("1", 30))
    assert made.column("ae_no").validation == "integer" and not made.column("ae_no").choices
    draft = drafted(tmp_path / "x.csv", arm="arm", primary="cured")
    assert draft.primary.kind == "event"


@pytest.fixture
def weak(tmp_path: Path) -> Path:
    """Two columns that could be the arm by nothing but their levels."""
    rows = [f"{n},{n % 3},{n % 2},{20 + n % 50},{n * 7 % 5 % 2}" for n in range(1, 61)]
    return written(tmp_path / "weak.csv", "respid,zone,incent,age,got", *rows)


def test_enter_takes_no_arm_from_weak_evidence(weak: Path, monkeypatch, capsys):
    answers = iter(["", "", "incent", "", "?", "", "got", "", ""])
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    made = decide(profile([str(weak)]), {}, ask_on_terminal)
    assert made.arm.name == "incent" and made.primary.column == "got"
    shown = capsys.readouterr().out
    # Thrice Enter was of no use, and said so.
    assert "Too little speaks for one of them" in shown and shown.count("Enter takes none") == 4
    (control,) = [one for one in made.guesses if one.name == "control"]
    assert control.blinds


def test_enter_alone_leaves_a_question_open_in_the_end(monkeypatch, capsys):
    answers = iter(["", "", "", "zone"])
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    question = Question("arm", "Which?", [("zone", "few")], sure=False)
    assert ask_on_terminal(question) is None
    assert "left open after 3 times" in capsys.readouterr().out


def test_arms_are_called_by_names_and_not_by_numbers_of_the_list(monkeypatch):
    answers, prompts = iter(["standard, 2"]), []
    monkeypatch.setattr("builtins.input", lambda text: prompts.append(text) or next(answers))
    question = Question("arms", "What are they called?", [("0", ""), ("1", "")], several=True)
    assert ask_on_terminal(replace(question, length=2)) == "standard,2"
    assert prompts == ["2 names with commas between, Enter for none: "]


def test_yes_answers_nothing_that_is_weak(weak: Path):
    made = decide(profile([str(weak)]), {}, first_choice)
    assert {"arm", "control", "primary"} <= {one.name for one in made.guesses if one.blinds}
    assert "arm" not in made.told


def adam(folder: Path) -> Path:
    """Overall survival and a composite with the same times; a quarter was not randomised."""
    generator = random.Random(1)
    subjects = ["USUBJID,AGE,SEX,ARM,TRT01P,ITTFL,RANDFL"]
    times = ["USUBJID,PARAMCD,PARAM,AVAL,CNSR"]
    for n in range(1, 121):
        out = n % 4 == 0
        arm = "Not randomised" if out else ("Placebo", "D-penicillamine")[n // 2 % 2]
        flag = "NY"[not out]
        planned = "" if out else arm
        subjects.append(f"P{n},{30 + n % 40},{'MF'[n % 2]},{arm},{planned},{flag},{flag}")
        time, code = generator.randint(40, 4500), generator.choice([0, 1, 1, 2])
        for name, label in (("OS", "Overall survival"), ("TFS", "Transplant-free survival")):
            times.append(f"P{n},{name},{label} (days),{time},{code}")
    written(folder / "adsl.csv", *subjects)
    written(folder / "adtte.csv", *times)
    return folder


def test_who_was_not_randomised_is_in_no_arm(tmp_path: Path):
    made = drafted(adam(tmp_path))
    assert (made.arm.name, set(made.arms)) == ("TRT01P", {"placebo", "d_penicillamine"})
    assert populations(made)["itt"] == {
        "label": "All randomised (RANDFL)",
        "flag": "ITTFL",
        "where": {"TRT01P": "present", "RANDFL": {"is": "Y"}},
    }
    assert not {"ITTFL", "RANDFL"} & set(people(made).variables.values())


def test_flags_are_populations_and_nothing_else(at: Project, call: Call):
    """Whoever has several rows in ADTTE has one in ADSL, which holds the arm and the flags."""
    folder = adam(at.root / "data" / "pbc")
    lines = (folder / "adsl.csv").read_text().splitlines()
    rows = [
        f"{line},{'NY'[n % 9 > 0]},{'NY'[n % 5 > 0]},{n % 2}" for n, line in enumerate(lines[1:])
    ]
    written(folder / "adsl.csv", f"{lines[0]},SAFFL,PPROTFL,FASFL", *rows)
    times = (folder / "adtte.csv").read_text().splitlines()
    arms = {line.split(",")[0]: line.split(",")[4] for line in lines[1:]}
    treated = [f"{line},{arm}" for line in times[1:] if (arm := arms[line.split(",")[0]])]
    written(folder / "adtte.csv", f"{times[0]},TRTP", *treated)
    made = drafted(folder)
    assert (made.home.name, made.arm.name) == ("adsl", "TRT01P")
    flags = {"SAFFL", "PPROTFL", "FASFL", "ITTFL", "RANDFL"}
    assert not flags & {one.column for one in (made.primary, *made.others)}
    assert not flags & {*people(made).variables.values()}
    planned = {name: one["where"] for name, one in populations(made).items()}
    assert planned == {
        "itt": {"TRT01P": "present", "RANDFL": {"is": "Y"}},
        "full_analysis": {"TRT01P": "present", "FASFL": {"is": "1"}},
        "safety": {"TRT01P": "present", "SAFFL": {"is": "Y"}},
        "per_protocol": {"TRT01P": "present", "PPROTFL": {"is": "Y"}},
    }
    assert call("new", "mine", folder) == 0 and check_trial(at, "mine") == []
    guesses = yaml.safe_load((at.trial_config("mine") / "guesses.yaml").read_text())["guesses"]
    assert guesses["population.itt"]["value"] == "RANDFL is Y"


def test_a_level_that_is_no_arm_without_another_column(tmp_path: Path):
    path = adam(tmp_path) / "adsl.csv"
    lines = [line.split(",") for line in path.read_text().splitlines()]
    written(path, *(",".join(one[:4]) for one in lines))
    made = drafted(path, tmp_path / "adtte.csv")
    assert (made.arm.name, len(made.arms)) == ("ARM", 2)
    assert made.arm.missing_codes == ("Not randomised",)


def test_times_that_two_parameters_share_are_times(tmp_path: Path):
    made = drafted(adam(tmp_path))
    first = made.primary
    assert (first.kind, first.column, first.status) == ("time_to_event", "AVAL", "CNSR")
    assert first.where == (("PARAMCD", "OS"),)
    assert [one.where[0][1] for one in made.others] == ["TFS"]


@pytest.mark.parametrize("competing", ["none", "2"])
def test_a_third_code_is_asked_about(at: Project, call: Call, competing: str):
    folder = adam(at.root / "data" / "pbc")
    flags = ("--yes", "--parameter", "OS", "--event", "0")
    assert call("new", "mine", folder, *flags) == 0
    assert load_trial("mine", at).pooled
    assert call("confirm", "mine", "--key", "competing", "--value", competing) == 0
    assert not load_trial("mine", at).pooled and check_trial(at, "mine") == []
    endpoints = yaml.safe_load((at.trial_config("mine") / "endpoints.yaml").read_text())
    assert endpoints["os"].get("competing") == (["os_competing"] if competing == "2" else None)
    run_stages(load_trial("mine", at), at.results / "mine", at)


def test_a_column_is_named_with_its_table(tmp_path: Path):
    folder = adam(tmp_path)
    made = drafted(folder, primary="adtte.AVAL", parameter="TFS")
    assert made.primary.where == (("PARAMCD", "TFS"),)


def test_a_treatment_of_each_period_in_german(tmp_path: Path):
    rows = ["Patient;Sequenz;Periode;Prüfmedikation;Alter;Geschlecht;Kopfschmerz (cm)"]
    for n in range(1, 17):
        for period, letter in enumerate(("AP", "PA")[n % 2], start=1):
            drug = {"A": "L-NMMA", "P": "Plazebo"}[letter]
            order, sex = ("AP", "PA")[n % 2], "mw"[n % 2]
            rows.append(f"{n};{order};{period};{drug};{25 + n};{sex};{n * 7 % 11},{period}")
    made = drafted(written(tmp_path / "kopfschmerz.csv", *rows))
    assert (made.arm.name, made.control) == ("Prüfmedikation", "plazebo")
    assert (made.design.kind, made.design.sequence) == ("crossover", "Sequenz")
    assert made.primary.column == "Kopfschmerz (cm)"
    who = people(made)
    assert who.age == ("Alter", "years") and who.sex == ("Geschlecht", {"M": "m", "F": "w"})


def test_an_id_that_comes_again_is_the_key(at: Project, call: Call, weak: Path, capsys):
    lines = weak.read_text().splitlines()
    again = written(at.root / "data" / "weak.csv", *lines, "17,2,1,37,1")
    flags = ("--arm", "incent", "--control", "0", "--primary", "got", "--yes")
    assert call("new", "mine", again, *flags) == 0
    trial = yaml.safe_load((at.trial_config("mine") / "trial.yaml").read_text())
    assert trial["tables"]["data"]["key"] == ["respid"]
    guesses = yaml.safe_load((at.trial_config("mine") / "guesses.yaml").read_text())["guesses"]
    assert "in the rows 17, 61 of the data" in guesses["key.data"]["evidence"]


def test_bounds_are_what_can_be(weak: Path):
    lines = weak.read_text().splitlines()
    odd = written(weak, *lines, "61,0,1,1989,3.095746")
    (table,) = profile([str(odd)])
    assert table.column("age").bounds == ("0", "120")
    assert table.column("age").evidence["bounds"] == "1 cell (1989)"
    assert table.column("got").evidence["far"] == "1 cell (3.095746)"
    assert table.column("got").bounds is None


def test_letters_behind_a_point_are_missing(tmp_path: Path):
    rows = ["id,treat,got", *(f"{n},{n % 2},{n % 3 % 2}" for n in range(1, 41))]
    rows += [f"{n},{n % 2},.a" for n in range(41, 61)]
    made = drafted(written(tmp_path / "stata.csv", *rows))
    assert made.primary.column == "got" and made.primary.kind == "event"


def test_what_came_later_is_in_no_baseline_table(tmp_path: Path):
    head = "id,group,age,housing,dead,adm_link_12m,score1,score2,visit_complete,relapse"
    rows = [
        f"{n},{'ab'[n % 2]},{20 + n},{n % 3},{n % 5 % 2},{n % 2},{n % 7},{n % 9},2,{n % 3 % 2}"
        for n in range(1, 61)
    ]
    made = drafted(written(tmp_path / "help.csv", head, *rows), arm="group", primary="relapse")
    who = people(made)
    assert set(who.variables.values()) <= {"housing", "score1"}
    assert not {"dead", "adm_link_12m"} & {*who.variables.values()}


def test_a_file_outside_of_the_project(at: Project, call: Call, weak: Path, monkeypatch):
    folder = at.root / "inside"
    folder.mkdir()
    monkeypatch.chdir(folder)
    outside = written(at.root.parent / f"{at.root.name}_exports" / "weak.csv", weak.read_text())
    shown = f"../../{outside.parent.name}/weak.csv"
    assert call("new", "mine", shown) == 0
    trial = yaml.safe_load((at.trial_config("mine") / "trial.yaml").read_text())
    assert trial["source"]["folder"] == str(outside.parent)
    assert check_trial(at, "mine") == []


def wide(path: Path) -> Path:
    """Four visits in columns with their months, and four items of a scale."""
    generator = random.Random(2)
    head = "Nr,Behandlung,Alter"
    for stem in ("schwere", "monat", "q"):
        head += "".join(f",{stem}{n}" for n in range(1, 5))
    rows = []
    for n in range(1, 61):
        cells = [str(n), "AB"[n % 2], str(30 + n % 30)]
        cells += [str(generator.randint(0, 1)) for _ in range(4)]
        cells += [f"{visit + generator.random():.2f}" for visit in range(4)]
        cells += [str(generator.randint(0, 3)) for _ in range(4)]
        rows.append(",".join(cells))
    return written(path, head, *rows)


def test_visits_in_columns_are_one_outcome(at: Project, call: Call):
    path = wide(at.root / "data" / "nagel.csv")
    offered = [one.column for one in drafted(path).others]
    assert not {"monat{visit}", "monat1", "q{visit}"} & {drafted(path).primary.column, *offered}
    told = ("--arm", "Behandlung", "--control", "A", "--primary", "schwere{visit}")
    assert call("new", "mine", path, *told) == 0
    assert check_trial(at, "mine") == []
    endpoints = yaml.safe_load((at.trial_config("mine") / "endpoints.yaml").read_text())
    assert endpoints["schwere"]["kind"] == "repeated"
    assert endpoints["schwere"]["visits"] == {
        "pattern": "schwere{visit}",
        "labels": {"1": "visit 1", "2": "visit 2", "3": "visit 3", "4": "visit 4"},
    }
    run = run_stages(load_trial("mine", at), at.results / "mine", at)
    assert run


def columns_of(names: str, path: Path, order: str = "") -> Path:
    """Measures under these names, and an arm or an order of treatments."""
    head = f"id,{'Sequenz' if order else 'group'},{names}"
    arms = order.split() or ["placebo", "drug"]
    rows = [
        ",".join(
            [
                str(n),
                arms[n % 2],
                *(f"{n * k % 40}.5" for k in (7, 5, 3, 11)[: names.count(",") + 1]),
            ]
        )
        for n in range(1, 61)
    ]
    return written(path, head, *rows)


@pytest.mark.parametrize(
    ("names", "visits"),
    [
        ("x_pre,x_post", ["x_pre", "x_post"]),
        ("x_6w,baseline_x", ["baseline_x", "x_6w"]),
        ("x.1,x.2", ["x.1", "x.2"]),
        ("Postwt,Prewt", ["Prewt", "Postwt"]),
        ("BDIfu12m,BDIfu6m,BDIpost,BDIpre", ["BDIpre", "BDIfu6m", "BDIfu12m", "BDIpost"]),
        ("score1,score2,score3", ["score1", "score2", "score3"]),
        ("preterm,postcode", []),
        ("y1,base", []),
    ],
)
def test_columns_that_differ_by_a_visit_are_one_outcome(
    names: str, visits: list[str], at: Project, call: Call
):
    path = columns_of(names, at.root / "data" / "wide.csv")
    made = drafted(path)
    assert [name for _, name in made.primary.columns] == visits
    if visits:
        assert [*made.others] == []
        told = ("--arm", "group", "--control", "placebo", "--primary", made.primary.column)
        assert call("new", "mine", path, *told) == 0
        endpoints = yaml.safe_load((at.trial_config("mine") / "endpoints.yaml").read_text())
        (entry,) = endpoints.values()
        shown = entry["visits"].get("pattern") or list(entry["visits"])
        assert shown == (visits if names == "x_6w,baseline_x" else made.primary.column)


def test_columns_of_treatments_compare_nothing(at: Project, call: Call):
    path = columns_of("VAS Plazebo,VAS L-NMMA", at.root / "data" / "wide.csv", "AP PA")
    assert call("new", "mine", path, "--arm", "Sequenz", "--control", "AP", "--yes") == 0
    guesses = yaml.safe_load((at.trial_config("mine") / "guesses.yaml").read_text())["guesses"]
    assert {name for name, guess in guesses.items() if guess.get("blinds")} == {"primary", "design"}
    assert guesses["primary"]["value"] == "VAS {visit}"
    assert "no step compares them" in guesses["design"]["evidence"]


def test_numbers_of_months_are_visits(tmp_path: Path):
    rows = [
        f"{n},{('placebo', 'drug')[n % 2]},{n * 7 % 40}.5,{n * 5 % 40}.5,{n * 3 % 40}.5"
        for n in range(1, 61)
    ]
    made = drafted(written(tmp_path / "s.csv", "id,group,score_0,score_3,score_12", *rows))
    assert made.primary.kind == "repeated" and made.primary.column == "score_{visit}"
    assert made.primary.columns == (("0", "score_0"), ("3", "score_3"), ("12", "score_12"))


def test_one_of_several_visits_is_the_outcome_at_that_visit(at: Project, call: Call):
    rows = [
        f"{n},{('placebo', 'drug')[n % 2]},{n * 7 % 40}.5,{n * 5 % 40}.5,{n * 3 % 40}.5"
        for n in range(1, 61)
    ]
    path = written(at.root / "data" / "s.csv", "id,group,score_0,score_3,score_12", *rows)
    told = ("--primary", "score_12", "--arm", "group", "--control", "placebo", "--yes")
    assert call("new", "mine", str(path), *told) == 0
    of = at.trial_config("mine")
    entry = yaml.safe_load((of / "endpoints.yaml").read_text())["score"]
    assert entry["visits"]["pattern"] == "score_{visit}" and entry["baseline"] == "visit 0"
    assert yaml.safe_load((of / "plan.yaml").read_text())["analyses"]["score"]["visits"] == [
        "visit 12"
    ]
    guess = yaml.safe_load((of / "guesses.yaml").read_text())["guesses"]["kind"]
    assert "score_12 is one of its visits" in guess["evidence"]
    assert call("new", "alone", str(path), *told, "--kind", "measure") == 0
    alone = yaml.safe_load((at.trial_config("alone") / "endpoints.yaml").read_text())
    assert alone["score_12"]["kind"] == "measure"


def record(folder: Path) -> Path:
    """Patients with twenty items and their total, before and at follow-up, and a record of days."""
    generator = random.Random(3)
    items = [f"cesd{n:02}" for n in range(1, 21)]
    head = ["study", "group", "age", *items, "cesd_total", "adm_link", "adm_days"]
    later = [f"fu_{name}" for name in (*items, "cesd_total")]
    rows = []
    for n in range(1, 81):
        before, after = ([generator.randint(0, 3) for _ in items] for _ in range(2))
        cells = [n, ("usual care", "clinic")[n % 2], 20 + n % 40, *before, sum(before), n % 3 % 2]
        rows.append(",".join(map(str, [*cells, generator.randint(1, 450), *after, sum(after)])))
    return written(folder / "help.csv", ",".join([*head, *later]), *rows)


def test_totals_come_before_items_and_a_time_has_its_status(tmp_path: Path):
    asked: list[Question] = []
    path = record(tmp_path)
    made = decide(profile([str(path)]), {"arm": "group"}, asked.append)
    (question,) = [one for one in asked if one.flag == "primary"]
    names = [name for name, _ in question.choices]
    assert names[:2] == ["adm_days", "fu_cesd_total"] and "study" not in names
    assert "adm_link tells how it ended" in question.choices[0][1]
    chosen = {made.primary.column, *(one.column for one in made.others)}
    assert not any("cesd" in one and not one.endswith("total") for one in chosen)
    assert set(people(made).variables.values()) == {"cesd_total"}


def test_words_that_say_primary_and_mean_something_else(tmp_path: Path):
    rows = [f"{n},{('placebo', 'drug')[n % 2]},{n % 3 % 2},{n % 5 % 2}" for n in range(1, 61)]
    made = drafted(written(tmp_path / "p.csv", "id,group,primary_care,relapse", *rows))
    assert made.primary.column == "relapse"


def test_yes_and_no_in_german(tmp_path: Path):
    cells = [f"{n},{'AB'[n % 2]},{('ja', 'nein')[n % 3 % 2]}" for n in range(1, 61)]
    made = drafted(written(tmp_path / "l.csv", "Nr,Gruppe,Erfolg", *cells))
    assert (made.primary.column, made.primary.event, made.primary.sure) == ("Erfolg", "ja", True)


def outcomes(path: Path) -> Path:
    """An event, a number and its value before, a time with its status, a site."""
    generator = random.Random(4)
    head = "id,group,age,sex,site,healed,pain_before,pain_after,os_days,os_status"
    rows = []
    for n in range(1, 91):
        drawn = [generator.randint(0, 1), generator.gauss(5, 1), generator.gauss(4, 1)]
        time, died = generator.randint(1, 900), generator.randint(0, 1)
        start = f"{n},{('placebo', 'drug')[n % 2]},{20 + n * 7 % 50},{'mf'[n * 5 % 3 % 2]},S{n % 3}"
        rows.append(f"{start},{drawn[0]},{drawn[1]:.1f},{drawn[2]:.1f},{time},{died}")
    return written(path, head, *rows)


ADJUSTED = {
    "healed": ("odds_ratio.logistic", "p_value.fisher"),
    "pain_after": ("mean_difference.ancova", "p_value.welch_t"),
    "os_days": ("hazard_ratio.cox_adjusted", "p_value.log_rank"),
}


@pytest.mark.parametrize("primary", sorted(ADJUSTED))
def test_secondary_outcomes_and_covariates(at: Project, call: Call, primary: str):
    path = outcomes(at.root / "data" / "trial.csv")
    others = [one for one in ADJUSTED if one != primary]
    told = (
        "--primary",
        primary,
        "--secondary",
        ",".join(others),
        "--covariates",
        "age,pain_before",
    )
    assert call("new", "mine", path, "--yes", *told) == 0
    assert check_trial(at, "mine") == []
    plan = yaml.safe_load((at.trial_config("mine") / "plan.yaml").read_text())
    roles = {name: one["role"] for name, one in plan["analyses"].items()}
    later = dict.fromkeys(others, "secondary")
    assert roles == {primary: "primary", f"{primary}_crude": "supportive", **later}
    family = plan["multiplicity"]["secondary"]["tests"]
    assert [one["analysis"] for one in family] == others
    run = run_stages(load_trial("mine", at), at.results / "mine", at)
    found = pq.read_table(run.folder / "analysis" / "results.parquet").to_pylist()
    made = {tuple(one["result_id"].split("@")[0].split("/")[1:]) for one in found}
    adjusted, crude = ADJUSTED[primary]
    assert {(primary, adjusted), (f"{primary}_crude", crude)} <= made
    assert {(one, ADJUSTED[one][1]) for one in others} <= made


def test_what_is_adjusted_for_is_no_endpoint_and_a_file_given_twice_is_one(at: Project, call: Call):
    rows = [f"{n},{('placebo', 'drug')[n % 2]},{n * 7 % 60},{n * 13 % 100}" for n in range(80)]
    path = at.root / "data" / "twice.csv"
    path.write_text("id,arm,grip,pain\n" + "\n".join(rows))
    told = ("--primary", "grip", "--covariates", "pain")
    assert call("new", "twice", str(path), f"{path.parent}/./twice.csv", "--yes", *told) == 0
    assert check_trial(at, "twice") == []
    folder = at.trial_config("twice")
    assert list(yaml.safe_load((folder / "endpoints.yaml").read_text())) == ["grip"]
    assert len(yaml.safe_load((folder / "guesses.yaml").read_text())["given"]) == 1


WRONG_LISTS = {
    "healed, the primary endpoint": ("--secondary", "os_days,healed"),
    "found     zzz": ("--secondary", "zzz"),
    "found     group": ("--covariates", "age,group"),
}


@pytest.mark.parametrize("told", WRONG_LISTS)
def test_a_list_that_does_not_fit(at: Project, call: Call, capsys, told: str):
    path = outcomes(at.root / "data" / "trial.csv")
    assert call("new", "mine", path, "--yes", "--primary", "healed", *WRONG_LISTS[told]) == 1
    assert told in capsys.readouterr().err and not at.trial_config("mine").exists()


@pytest.mark.parametrize(
    ("name", "sure"),
    [("cens", False), ("failcens", False), ("censind", False), ("CNSR", True), ("dead", True)],
)
def test_which_code_is_censored_is_asked_but_of_adam(tmp_path: Path, name: str, sure: bool):
    rows = [f"{n},{('control', 'drug')[n % 2]},{n * 7 % 41 + 1},{n % 3 % 2}" for n in range(1, 43)]
    made = drafted(written(tmp_path / "g.csv", f"id,treat,time,{name}", *rows))
    assert made.primary.status == name
    assert (not any(one.name == "event" and one.blinds for one in made.guesses)) is sure


@pytest.mark.parametrize("ending", ["dta", "sav"])
def test_kinds_of_missing_are_told_apart(at: Project, call: Call, ending: str):
    kinds = {"dta": ("a", "b"), "sav": (8.0, 9.0)}[ending]
    got = [float(n % 3 == 0) for n in range(60)]
    cells = [*kinds, kinds[0], *got[3:]]
    data = pd.DataFrame({"id": range(60), "rx": [n % 2 for n in range(60)], "got": cells})
    labels = {0: "No", 1: "Yes", kinds[0]: "not tested", kinds[1]: "no record"}
    path = at.root / "data" / f"trial.{ending}"
    if ending == "dta":
        more = {"missing_user_values": {"got": [*kinds]}}
        pyreadstat.write_dta(data, path, variable_value_labels={"got": labels}, **more)
    else:
        ranges = {"got": [*kinds]}
        pyreadstat.write_sav(
            data, path, variable_value_labels={"got": labels}, missing_ranges=ranges
        )
    told = ("--arm", "rx", "--control", "0", "--primary", "got")
    assert call("new", "mine", path, *told) == 0
    folder = at.trial_config("mine")
    missing = yaml.safe_load((folder / "cleaning.yaml").read_text())["tables"]["trial"]["missing"]
    codes = {"dta": (".a", ".b"), "sav": ("8", "9")}[ending]
    assert missing == {"got": dict(zip(codes, ("not tested", "no record"), strict=True))}
    assert yaml.safe_load((folder / "endpoints.yaml").read_text())["got"]["kind"] == "event"


def episodes(path: Path, *more: str, ask: Ask = guess_nothing_told) -> Draft:
    """Patients of whom some had episodes, each a row with its first and its last day."""
    rows = []
    for n in range(1, 61):
        who = f"{n},{('placebo', 'drug')[n % 2]},{40 + n}"
        rows += [f"{who},,{',' * len(more)}"] if n % 3 else []
        rows += [
            f"{who},{n + day},{n + day + 4}{f',{n * day % 7}.5' * len(more)}"
            for day in range(n % 3, 3)
        ]
    head = ",".join(["id,treat,age,ivstart,ivstop", *more])
    return drafted(written(path, head, *rows), ask=ask)


def test_episodes_are_counted(tmp_path: Path):
    made = episodes(tmp_path / "a.csv").primary
    assert (made.kind, made.column, made.event) == ("count", "ivstart", "")
    assert "when it began, and ivstop when it ended" in made.evidence
    # Where something was measured in each row, rows may be visits: its mean is asked.
    asked: list[Question] = []
    made = episodes(tmp_path / "b.csv", "fev", ask=asked.append).primary
    assert (made.kind, made.column) == ("mean", "fev")
    assert [one.sure for one in asked if one.flag == "primary"] == [False]


def test_an_id_of_a_school_is_none_of_a_student(tmp_path: Path):
    rows = [f"{n % 8},{n},{n % 8 % 2},{n % 3 % 2}" for n in range(1, 97)]
    made = drafted(written(tmp_path / "a.csv", "school_id,student_id,treated,passed", *rows))
    assert made.subject == {"data": "student_id"} and made.design.kind == "cluster"


def test_a_code_for_missing_that_a_visit_has_not_is_no_level_of_it(tmp_path: Path):
    """9 is declared missing of each visit, and nobody has it at the first."""
    data: dict[str, list[float]] = {"pid": [*range(60)], "arm": [n % 2 for n in range(60)]}
    for visit in (1, 2, 3):
        data[f"ill{visit}"] = [
            9.0 if n < 4 * (visit - 1) else n * visit % 5 // 3 for n in range(60)
        ]
    names, path = [f"ill{visit}" for visit in (1, 2, 3)], tmp_path / "visits.sav"
    words = {0.0: "none", 1.0: "severe", 9.0: "left"}
    pyreadstat.write_sav(
        pd.DataFrame(data),
        str(path),
        column_labels={name: f"Illness, visit {name[-1]}" for name in names},
        variable_value_labels=dict.fromkeys(names, words),
        missing_ranges={name: [9.0] for name in names},
    )
    for told in ({}, {"primary": "ill{visit}"}):
        primary = drafted(path, arm="arm", control="0", **told).primary
        assert (primary.kind, [name for _, name in primary.columns]) == ("repeated_event", names)
