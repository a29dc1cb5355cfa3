"""What a draft must not compute before it is asked: visits before treatment, times without how they
ended, columns that came later, arms that are codes. Each on made-up files."""

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pyreadstat
import pytest
import yaml
from made_exports import write
from mini_run import run_stages

from trialtrace.base.paths import Project
from trialtrace.run.drafting.command import ask_on_terminal
from trialtrace.run.drafting.tables import profile
from trialtrace.run.drafting.visits import AFTER, BEFORE, labels_of, when
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_trial
from trialtrace.run.trial.plan.remarks import plan_remarks

Call = Callable[..., int]


@pytest.fixture
def drafted(at: Project, call: Call) -> Callable[..., dict[str, dict]]:
    """The files of a draft from the lines of a CSV, or from a file that is there."""

    def draft(source: Sequence[str] | Path, *told: str) -> dict[str, dict]:
        path = at.root / "data" / "made.csv"
        if isinstance(source, Path):
            path = source
        else:
            path.write_text("\n".join(source) + "\n", encoding="utf-8")
        assert call("new", "mine", path, *told) == 0 and check_trial(at, "mine") == []
        files = at.trial_config("mine").glob("*.yaml")
        return {one.stem: yaml.safe_load(one.read_text(encoding="utf-8")) for one in files}

    return draft


def results(at: Project) -> dict[str, dict]:
    run = run_stages(load_trial("mine", at), at.results / "mine", at)
    rows = pq.read_table(run.folder / "analysis" / "results.parquet").to_pylist()
    return {row["result_id"].partition("/")[2]: row for row in rows}


def treated(n: int) -> str:
    return ("sham", "laser")[n % 2]


def rows_of_visits(names: str, codes: Sequence[str], clock: Sequence[float] = ()) -> list[str]:
    """Pain at visits of 40 patients; with a clock, hours since the start at each."""
    draw = random.Random(7)
    lines = [f"patno,treatment,{names},pain" + (",hours" if clock else "")]
    for n in range(1, 41):
        for place, code in enumerate(codes):
            time = f",{clock[place] * (1 + n % 3):g}" if clock else ""
            lines.append(f"{n},{treated(n)},{code},{draw.randint(0, 100)}{time}")
    return lines


@pytest.mark.parametrize(
    ("names", "codes", "clock", "baseline", "guessed"),
    [
        ("wave", ("1", "2", "3"), (), "wave 1", True),
        ("visit", ("1", "2", "3"), (0, 24, 48), "visit 1", False),
        ("visit", ("screening", "week 4", "week 8"), (), "screening", False),
        ("week", ("0", "4", "8"), (), "week 0", False),
        ("week", ("4", "8", "12"), (), None, False),
        ("month", ("1", "3", "6"), (), None, False),
        ("year", ("2015", "2016"), (), "year 2015", True),
        ("wave", ("8y", "16-18y", "30m", "BL"), (), "BL", False),
    ],
)
def test_the_first_visit(at: Project, drafted, names, codes, clock, baseline, guessed):
    told = ("--yes", "--primary", "pain", "--control", "sham")
    files = drafted(rows_of_visits(names, codes, clock), *told)
    assert files["endpoints"]["pain"].get("baseline") == baseline
    assert ("before" in files["guesses"]["guesses"]) is guessed
    assert "before" not in files["guesses"]["told"]
    analyses = files["plan"]["analyses"]
    assert all(baseline not in analysis.get("visits", ()) for analysis in analyses.values())
    made = [name for name in results(at) if name.startswith("pain/mean_difference.")]
    # A first visit of which nothing says that it was before blinds the report.
    assert len(made) == (0 if guessed else len(codes) - (baseline is not None))
    assert all(("ancova" in name) is (baseline is not None) for name in made)


def test_visits_in_units_come_by_time(tmp_path: Path):
    """30 months are before 8 years, and a range begins with its first number."""
    lines = rows_of_visits("wave", ("16-18y", "BL", "8y", "12y", "30m"))
    (tmp_path / "made.csv").write_text("\n".join(lines) + "\n")
    (table,) = profile([str(tmp_path / "made.csv")])
    assert [*labels_of(table.column("wave"))] == ["BL", "30m", "8y", "12y", "16-18y"]


@pytest.mark.parametrize(("what", "asked"), [("post-intervention, then months", True), ("", False)])
def test_a_visit_0_that_a_codebook_puts_after_treatment(at: Project, drafted, what, asked):
    (at.root / "data" / "book").mkdir()
    lines = rows_of_visits("time", ("0", "6", "12"))
    for name, text in (
        ("a.csv", lines),
        ("book.txt", [f"time: 0 for {what}", "pain: of 0 to 100"]),
    ):
        (at.root / "data" / "book" / name).write_text("\n".join(text) + "\n")
    told = ("--arm", "treatment", "--control", "sham", "--primary", "pain")
    files = drafted(at.root / "data" / "book", *told)
    assert ("before" in files["guesses"]["guesses"]) is asked


def test_a_value_before_in_a_column_of_its_own(drafted):
    lines = rows_of_visits("wave", ("1", "2"))
    lines = [f"{lines[0]},pain_base", *(f"{one},{int(one.split(',')[0]) % 9}" for one in lines[1:])]
    files = drafted(lines, "--yes", "--primary", "pain", "--control", "sham")
    assert "baseline" not in files["endpoints"]["pain"]
    assert "before" not in files["guesses"]["guesses"]


@pytest.mark.parametrize("answer", ["none", "wave 1"])
def test_a_visit_that_was_told(at: Project, call: Call, drafted, answer: str):
    lines = rows_of_visits("wave", ("1", "2", "3"))
    drafted(lines, "--yes", "--primary", "pain", "--control", "sham")
    assert call("confirm", "mine", "--key", "before", "--value", answer) == 0
    files = {
        name: yaml.safe_load((at.trial_config("mine") / f"{name}.yaml").read_text())
        for name in ("endpoints", "guesses", "plan")
    }
    assert files["guesses"]["told"]["before"] == answer
    assert "before" not in files["guesses"]["guesses"]
    visits = files["plan"]["analyses"]["pain"]["visits"]
    assert ("wave 1" in visits) is (answer == "none")


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("Pre-treatment", BEFORE),
        ("V0", BEFORE),
        ("Aufnahme vor Therapie", BEFORE),
        ("day -7", BEFORE),
        ("Change from baseline", "after"),
        ("12 weeks", AFTER),
        ("fu6m", AFTER),
        ("1 year", AFTER),
        ("2 years after baseline", AFTER),
        ("2 years before baseline", BEFORE),
        ("year 2015", ""),
        ("post", AFTER),
        ("week 1", ""),
        ("16-18y", AFTER),
        ("1-2 months", AFTER),
        ("T2", ""),
        ("pressure", ""),
        ("unem74", ""),
        ("painW4", AFTER),
    ],
)
def test_words_of_visits(text: str, meant: str):
    assert when([text]) == meant


@pytest.mark.parametrize(
    ("stem", "codes", "asked"),
    [
        ("y", "12", True),
        ("y", "46", True),
        ("m", "123", True),
        ("m", "36", False),
        ("y", "04", False),
    ],
)
def test_a_letter_is_no_time_after_the_start(drafted, stem: str, codes: str, asked: bool):
    draw = random.Random(3)
    lines = ["id,treatment," + ",".join(f"{stem}{code}" for code in codes)]
    for n in range(1, 41):
        values = (str(draw.randint(0, 100)) for _ in codes)
        lines.append(",".join((str(n), treated(n), *values)))
    told = ("--yes", "--primary", f"{stem}{{visit}}", "--control", "sham")
    guesses = drafted(lines, *told)["guesses"]["guesses"]
    assert guesses.get("before", {}).get("blinds", False) is asked
    assert "a time after the start" not in str(guesses) or stem != "y"


def test_a_visit_before_is_so_for_every_outcome(at: Project, drafted):
    told = ("--yes", "--primary", "pain", "--control", "placebo", "--before", "4")
    endpoints = drafted(at.root / "data" / "visits.csv", *told)["endpoints"]
    assert {endpoints[name]["baseline"] for name in ("pain", "relief")} == {"week 4"}


def test_what_was_before_is_so_for_all_of_the_same_visits(at: Project, drafted):
    """A label tells of the first visit of one outcome; that of the other is the same."""
    draw, rows = random.Random(5), range(1, 61)
    made: dict[str, list[object]] = {"id": [*rows], "train": [treated(n) for n in rows]}
    for year in ("74", "75", "78"):
        made[f"unem{year}"] = [float(draw.randint(0, 1)) for _ in rows]
        made[f"pay{year}"] = [float(draw.randint(0, 90)) for _ in rows]
    made["earned"] = [draw.random() for _ in rows]
    path, labels = at.root / "data" / "made.sav", {"unem74": "Unemployed, before training"}
    pyreadstat.write_sav(pd.DataFrame(made), path, column_labels=labels)
    told = ("--yes", "--control", "sham", "--primary", "earned")
    files = drafted(path, *told)
    assert {files["endpoints"][name].get("baseline") for name in ("unem", "pay")} == {"visit 74"}
    assert files["plan"]["analyses"]["unem"]["visits"] == ["visit 75", "visit 78"]
    assert "before" not in files["guesses"]["guesses"]


def test_check_tells_a_comparison_at_the_baseline(at: Project, drafted):
    lines = rows_of_visits("week", ("0", "4", "8"))
    drafted(lines, "--yes", "--primary", "pain", "--control", "sham")
    assert not [one for one in plan_remarks(load_trial("mine", at)) if "compares arms at" in one]
    plan = at.trial_config("mine") / "plan.yaml"
    content = yaml.safe_load(plan.read_text())
    del content["analyses"]["pain"]["visits"]
    plan.write_text(yaml.safe_dump(content, sort_keys=False))
    (told,) = [one for one in plan_remarks(load_trial("mine", at)) if "compares arms at" in one]
    assert "analyses.pain: primary" in told and "week 0, the baseline of pain" in told


def questionnaire(path: Path, *labels: str) -> Path:
    """A score in three columns with labels, in SPSS."""
    draw = random.Random(5)
    data = pd.DataFrame({"pat": range(1, 61), "grp": [n % 2 + 1 for n in range(60)]})
    for n, _ in enumerate(labels, start=1):
        data[f"qx{n}"] = [draw.randint(0, 50) + 0.5 for _ in range(60)]
    names = {f"qx{n}": label for n, label in enumerate(labels, start=1)}
    arms = {1: "Waiting list", 2: "Yoga"}
    pyreadstat.write_sav(data, str(path), column_labels=names, variable_value_labels={"grp": arms})
    return path


@pytest.mark.parametrize(
    ("labels", "name", "visits", "baseline"),
    [
        (("Sleep quality, before", "Sleep quality, after", "Sleep quality, month 6"),
         "Sleep quality", ["before", "after", "month 6"], "before"),
        (("Week 0 fatigue (FSS)", "Week 6 fatigue (FSS)", "Week 12 fatigue (FSS)"),
         "Fatigue (FSS)", ["Week 0", "Week 6", "Week 12"], "Week 0"),
        # The second label has the number of the first.
        (("Anxiety score E1", "Anxiety score E1", "Anxiety score E3"),
         "Anxiety score", ["E1", "E2", "E3"], "E1"),
        (("Mood", "Mood", "Mood"), "Mood", ["visit 1", "visit 2", "visit 3"], "visit 1"),
    ],
)  # fmt: skip
def test_labels_name_outcomes_and_visits(at: Project, drafted, labels, name, visits, baseline):
    path = questionnaire(at.root / "data" / "made.sav", *labels)
    files = drafted(path, "--arm", "grp", "--primary", "qx{visit}", "--yes")
    (entry,) = files["endpoints"].values()
    assert entry["label"] == name and entry["baseline"] == baseline
    assert list(entry["visits"]["labels"].values()) == visits
    assert "arms" not in files["guesses"]["guesses"]


@pytest.mark.parametrize("given", ["qx1", "baseline"])
def test_the_value_before_as_a_covariate(at: Project, drafted, given: str):
    path = questionnaire(at.root / "data" / "made.sav", "Pain T1", "Pain T2", "Pain T3")
    told = ("--arm", "grp", "--primary", "qx{visit}", "--covariates", given, "--yes")
    files = drafted(path, *told)
    (estimate,) = files["plan"]["analyses"]["qx"]["estimates"]
    assert estimate["mean_difference"]["covariates"] == ["baseline"]
    assert files["plan"]["analyses"]["qx"]["visits"] == ["T2", "T3"]
    variables = files["trial"]["subjects"]["variables"].values()
    assert "qx1" in variables and not {"qx2", "qx3"} & {*variables}


def test_a_later_value_is_no_covariate(at: Project, call: Call, capsys):
    path = questionnaire(at.root / "data" / "made.sav", "Pain T1", "Pain T2", "Pain T3")
    told = ("--arm", "grp", "--primary", "qx{visit}", "--covariates", "qx2", "--yes")
    assert call("new", "mine", path, *told) == 1
    assert "known before randomisation" in capsys.readouterr().err


def followed(*more: str) -> list[str]:
    """A stay in days that may have ended with a discharge, and what patients are."""
    draw = random.Random(9)
    names = [one.partition("=")[0] for one in more]
    codes = [one.partition("=")[2].split("/") for one in more]
    lines = [",".join(["nr", "rx", "age", "daysToExit", *names])]
    for n in range(1, 81):
        cells = [str(n), str(n % 2), str(30 + n % 40), str(draw.randint(1, 300))]
        lines.append(",".join([*cells, *(draw.choice(one) for one in codes)]))
    return lines


def test_a_time_is_asked_how_it_ended(at: Project, drafted):
    """A code that no name tells is offered; what patients are is not."""
    told = ("--control", "0", "--primary", "daysToExit", "--yes", "--arms", "oil,fish oil")
    files = drafted(followed("gone=0/1", "smoker=0/1", "grade=1/2/3"), *told)
    guesses = files["guesses"]["guesses"]
    assert guesses["status"]["value"] == "gone" and guesses["status"]["blinds"]
    assert guesses["kind"]["value"] == "time_to_event"
    assert load_trial("mine", at).pooled


@pytest.mark.parametrize(("status", "kind"), [("none", "measure"), ("gone", "time_to_event")])
def test_how_a_time_ended_is_told(at: Project, call: Call, drafted, status: str, kind: str):
    told = ("--control", "0", "--primary", "daysToExit", "--yes", "--status", status)
    files = drafted(followed("gone=0/1", "smoker=0/1"), *told)
    assert files["endpoints"]["daystoexit"]["kind"] == kind
    assert "status" not in files["guesses"]["guesses"]


def test_what_came_later_describes_nobody(drafted):
    names = ("completer=0/1", "adherence_pct=50/80/90", "died=0/1", "diabetes=0/1", "gone=0/1")
    files = drafted(followed(*names), "--control", "0", "--primary", "adherence_pct", "--yes")
    variables = set(files["trial"]["subjects"].get("variables", {}).values())
    assert not variables & {"completer", "died", "gone", "daysToExit", "adherence_pct"}
    told = files["guesses"]["guesses"]["baseline"] if variables else {"evidence": ""}
    assert variables == set() or "completer" in told["evidence"]


def test_a_covariate_that_came_later_is_a_guess(drafted):
    lines = followed("gone=0/1", "completer=0/1", "grade=1/2/3")
    told = ("--primary", "gone", "--control", "0", "--covariates", "grade,completer", "--yes")
    evidence = drafted(lines, *told)["guesses"]["guesses"]["adjusted"]["evidence"]
    assert evidence == "By its name it came after randomisation: completer (completer)."


def test_columns_of_no_known_time_are_asked_as_a_list(monkeypatch, at: Project):
    from trialtrace.run.drafting.new import new

    path = at.root / "data" / "made.csv"
    lines = ["nr,arm,crp,albumin,pain_score"]
    lines += [f"{n},{treated(n)},{n % 9}.5,{n % 7}.5,{n * 7 % 31}" for n in range(1, 61)]
    path.write_text("\n".join(lines) + "\n")
    shown: list[str] = []
    answers = {"secondary": "", "later": "albumin", "covariates": ""}

    def typed(_: str) -> str:
        return next(text for flag, text in answers.items() if f"(--{flag})" in shown[-1])

    monkeypatch.setattr("builtins.input", typed)
    monkeypatch.setattr("builtins.print", lambda *texts, **_: asked(shown, texts))
    told = {"arm": "arm", "control": "sham", "primary": "pain_score"}
    draft = new(at, "mine", [str(path)], told, ask_on_terminal)
    assert draft.told["later"] == "albumin"
    assert list(load_trial("mine", at).subjects.origins) == ["crp"]


def asked(shown: list[str], texts: Sequence[object]) -> None:
    if "(--" in str(texts[0]):
        shown.append(str(texts[0]))


def repeated(*, patients: int = 50) -> list[str]:
    """A row a visit; how long each patient lived stands in every row, the arm and the sex too."""
    draw = random.Random(11)
    lines = ["ptno,visit,tx,sex,bili,lived_days,vital"]
    for n in range(1, patients + 1):
        lived, dead = draw.randint(50, 900), draw.randint(0, 1)
        for visit in range(1, 2 + n % 4):
            lines.append(f"{n},{visit},{n % 2},{'fm'[n % 3 % 2]},{n % 9}.{visit},{lived},{dead}")
    return lines


def test_a_time_that_stands_in_every_row_of_visits(at: Project, drafted):
    lines = repeated()
    told = ("--arm", "tx", "--control", "0", "--primary", "lived_days", "--status", "vital")
    files = drafted(lines, *told, "--event", "1", "--yes", "--arms", "drug,no drug")
    entry = files["endpoints"]["lived_days"]
    assert entry["kind"] == "time_to_event" and entry["where"] == {"visit": {"is": "1"}}
    first = [line.split(",") for line in lines[1:] if line.split(",")[1] == "1"]
    made = results(at)
    for arm, code in (("no_drug", "1"), ("drug", "0")):
        events = sum(cells[2] == code and cells[6] == "1" for cells in first)
        assert made[f"lived_days/events.count@{arm}"]["stat_text"] == str(events)


def test_rows_of_which_none_is_every_patients(at: Project, call: Call, capsys):
    path = at.root / "data" / "made.csv"
    lines = [line for line in repeated() if not line.startswith("1,1,")]
    path.write_text("\n".join(lines) + "\n")
    told = ("--arm", "tx", "--control", "0", "--primary", "lived_days", "--status", "vital")
    assert call("new", "mine", path, *told, "--yes") == 1
    said = capsys.readouterr().err
    assert "of who had the event the first with it" in said and "--primary vital --kind" in said


def test_names_of_arms_that_have_codes(at: Project, drafted):
    files = drafted(followed(), "--primary", "age", "--yes", "--kind", "measure")
    assert files["guesses"]["guesses"]["arms"]["value"] == "0, 1"
    assert files["guesses"]["guesses"]["control"]["blinds"]
    assert "control" not in files["guesses"]["told"]


def test_a_name_tells_the_control(drafted, at: Project, call: Call):
    files = drafted(followed(), "--primary", "age", "--yes", "--arms", "fish oil,placebo")
    arms = files["trial"]["design"]["arms"]
    assert arms["placebo"] == {"label": "Placebo", "code": "1", "control": True}
    assert files["guesses"]["guesses"]["control"]["value"] == "1"
    assert not files["guesses"]["guesses"]["control"].get("blinds")
    assert "control" not in files["guesses"]["told"]
    assert call("confirm", "mine", "--key", "arms", "--value", "one") == 1


def test_answers_are_told_where_a_later_one_does_not_fit(
    at: Project, call: Call, monkeypatch, capsys
):
    from trialtrace.run.drafting import command

    answers = iter(["", "", "a", "pain_score", "zzz", "zzz", "zzz"])
    monkeypatch.setattr("builtins.input", lambda _: next(answers))
    monkeypatch.setattr(command, "_asking", lambda _: ask_on_terminal)
    path = at.root / "data" / "made.csv"
    lines = ["nr,treatment,crp,pain_score"]
    lines += [f"{n},{'ab'[n % 2]},{n % 9}.5,{n * 7 % 31}" for n in range(1, 61)]
    path.write_text("\n".join(lines) + "\n")
    assert call("new", "mine", path) == 1
    again = "to be given again: --arm treatment --control a --primary pain_score\n"
    assert again in capsys.readouterr().err


def test_the_unit_of_an_age_that_no_file_says(drafted):
    files = drafted(followed("gone=0/1"), "--control", "0", "--primary", "gone", "--yes")
    guess = files["guesses"]["guesses"]["age"]
    assert guess["value"] == "years" and "30 to 69" in guess["evidence"]


@pytest.mark.parametrize(
    ("seldom", "arms", "refused"),
    [
        ("Plcebo", ("Placebo", "Drug"), True),
        ("contrl", ("control", "yoga"), True),
        ("Drug C", ("Drug A", "Drug B"), False),
        ("20 mg", ("10 mg", "200 mg"), False),
        ("untreated", ("treated", "other"), False),
    ],
)
def test_a_mistyped_arm_is_refused_with_its_row(seldom, arms, refused, at: Project, call, capsys):
    rows = [f"{n},{seldom if n == 7 else arms[n % 2]},{20 + n * 7 % 13}" for n in range(1, 61)]
    write(at.root / "data" / "slip.csv", ["id,arm,score", *rows])
    told = ("--arm", "arm", "--control", arms[0], "--primary", "score")
    status = call("new", "slip", at.root / "data" / "slip.csv", *told)
    said = capsys.readouterr().err
    assert (status != 0) == refused
    assert (f"'{seldom}' (row 7 of the data), nearly '{arms[0]}'" in said) == refused


def test_what_no_flag_tells_is_said_where_a_draft_is_told(at: Project, call, capsys):
    rows = [
        f"{n},{'PBO' if n == 7 else ('placebo', 'drug')[n % 2]},{n * 7 % 13}" for n in range(60)
    ]
    write(at.root / "data" / "slip.csv", ["id,arm,score", *rows])
    told = ("--arm", "arm", "--control", "placebo", "--primary", "score")
    assert call("new", "slip", at.root / "data" / "slip.csv", *told) == 0
    said = capsys.readouterr().out
    assert "PBO is of 1 patient (row 8 of the data)" in said
    assert "(trialtrace confirm slip)\n" in said and "--few" not in said


def test_a_single_digit_that_may_be_a_code_or_a_value_of_an_endpoint_is_asked(drafted):
    """A change of -8 beside changes above 0 is no missing code unasked; -9 of an age is one."""
    draw = random.Random(3)
    lines = ["patno,treatment,age,change"]
    for n in range(1, 41):
        age = -9 if n in (4, 9) else draw.randint(30, 70)
        lines.append(f"{n},{treated(n)},{age},{-8 if n == 7 else draw.randint(4, 20)}")
    guesses = drafted(lines, "--primary", "change")["guesses"]["guesses"]
    blinding = {name: one for name, one in guesses.items() if one.get("blinds")}
    assert "missing.data.-8" in blinding and "missing.data.-9" not in blinding
    assert "-8 (1 cell) lies far off the others" in blinding["missing.data.-8"]["evidence"]


@pytest.mark.parametrize("word", ["NA", ".", "missing"])
@pytest.mark.parametrize("codes", ["1 = no; 2 = yes", "A = alive; D = died; M = moved"])
def test_a_word_for_none_beside_labelled_codes_is_not_counted(at: Project, drafted, word, codes):
    """Of 100 patients an arm 90 have a value, and 30 or 60 of these the event."""
    folder = at.root / "data" / "book"
    event, others = ("D", "AM") if "D" in codes else ("2", "1")
    folder.mkdir()
    lines = ["patno,treatment,died"]
    for arm, events in (("laser", 30), ("sham", 60)):
        cells = (
            [event] * events + [others[n % len(others)] for n in range(90 - events)] + [word] * 10
        )
        lines += [f"{arm}{n},{arm},{cell}" for n, cell in enumerate(cells)]
    (folder / "a.csv").write_text("\n".join(lines) + "\n")
    (folder / "codebook.txt").write_text(f"treatment: arm\ndied: died ({codes})\n")
    told = ("--primary", "died", "--arm", "treatment", "--control", "sham")
    files = drafted(folder, *told, "--event", event)
    assert files["cleaning"]["tables"]["data"]["missing"]["died"] == [word]
    assert f"missing.data.{word}" in files["guesses"]["guesses"]
    made = results(at)
    for arm, events in (("laser", 30), ("sham", 60)):
        count = made[f"died/count.events@{arm}"]
        assert (count["stat_value"], count["denominator"]) == (events, 90)
    none = "flow/not_analysed.count@all;parameter=died;level=no_value_reason_not_reported"
    assert made[none]["stat_value"] == 20
    assert made["died/risk_difference.newcombe@laser-sham"]["stat_value"] == pytest.approx(-1 / 3)


def test_a_change_since_the_told_visit_has_none_before(at: Project, call: Call):
    """Grip at months 0, 2 and 4, and its change at 2 and 4: month 2 is no value before."""
    rows = [
        f"{n},{('sham', 'splint')[n % 2]},{40 + n % 7},{38 + n % 5},{36 + n % 9},{n % 17},{n % 19}"
        for n in range(60)
    ]
    path = at.root / "data" / "grip.csv"
    path.write_text("id,arm,grip_0,grip_2,grip_4,grip_chg_2,grip_chg_4\n" + "\n".join(rows))
    told = ("--primary", "grip_{visit}", "--before", "0", "--control", "sham")
    assert call("new", "mine", str(path), "--yes", *told) == 0
    endpoints = yaml.safe_load((at.trial_config("mine") / "endpoints.yaml").read_text())
    assert {name: one.get("baseline") for name, one in endpoints.items()} == {
        "grip": "visit 0",
        "grip_chg": None,
    }
