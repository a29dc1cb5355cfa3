"""Files of one form: visits, arms, other people, other readings; and the way back to each line."""

import random
import re
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from made_exports import write
from mini_run import run_stages

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.questions import guess_nothing_told
from trialtrace.run.drafting.stacking import told_by_names
from trialtrace.run.drafting.tables import profile
from trialtrace.run.drafting.visits import visits_of
from trialtrace.run.trace.content import Tracer
from trialtrace.run.trace.impact import Impact
from trialtrace.run.trial.check import check_trial
from trialtrace.run.trial.load import load_trial

BEES = range(1, 61)
ARMS = ("syrup", "control")


def drafted(folder: Path, **told: str) -> Draft:
    return decide(profile([str(folder)]), told, guess_nothing_told)


def stack(draft: Draft) -> tuple[str, bool, str]:
    """The guess on the files, empty where it was told or not asked."""
    found = [one for one in draft.guesses if one.name == "stack"]
    return (found[0].value, found[0].blinds, found[0].evidence) if found else ("", False, "")


def weight(hive: int, week: int) -> float:
    """Grams of honey, of which syrup adds two a week."""
    return 20 + hive * 7 % 11 + week * (2.0 if hive % 2 == 0 else 0.5)


def weeks(folder: Path, *, lost: int = 0) -> None:
    """A file a week; `lost` hives are in none after the first."""
    for week in (0, 2, 10):
        rows = [
            f"{hive},{ARMS[hive % 2]},{weight(hive, week):.1f}"
            for hive in BEES
            if not week or hive > lost
        ]
        write(folder / f"honey_wk{week}.csv", ["hive,arm,honey", *rows])


@pytest.mark.parametrize(
    ("stems", "values", "word", "timed"),
    [
        (["month0", "month12", "month3"], ("0", "12", "3"), "month", True),
        (["hb_t1", "hb_t2"], ("1", "2"), "t", True),
        (["baseline", "week 4"], ("baseline", "week 4"), "", True),
        (["score-pre", "score-post"], ("pre", "post"), "", True),
        (["6m", "12m"], ("6", "12"), "m", True),
        (["reader1", "reader2"], ("1", "2"), "reader", False),
        (["class_2019", "class_2020"], ("2019", "2020"), "year", False),
        (["oslo", "bergen"], ("oslo", "bergen"), "", False),
        (["scores", "scores_2"], ("scores", "scores_2"), "", False),
    ],
)
def test_what_names_tell(stems, values, word, timed):
    assert told_by_names(stems) == (values, word, timed)


def test_a_file_a_time_is_a_visit_and_is_asked(tmp_path: Path):
    weeks(tmp_path, lost=6)
    draft = drafted(tmp_path)
    value, blinds, why = stack(draft)
    assert value == "visit" and blinds and "(wk 0, 2, 10)" in why
    (table,) = draft.tables
    assert table.rows == 60 + 2 * 54 and draft.visit == {table.name: "wk"}
    assert draft.primary.kind == "repeated" and draft.primary.before == ("0",)
    assert stack(drafted(tmp_path, stack="visit")) == ("", False, "")
    apart = drafted(tmp_path, stack="apart")
    assert len(apart.tables) == 3 and not stack(apart)[0]


def test_what_a_file_lacks_is_told(tmp_path: Path):
    for week in (0, 4):
        rows = [f"{n},{ARMS[n % 2]},{n % 9},{n % 5},{n % 3}{',1' * (not week)}" for n in BEES]
        head = "hive,arm,honey,mites,queen" + ",old" * (not week)
        write(tmp_path / f"week{week}.csv", [head, *rows])
    draft = drafted(tmp_path, primary="honey")
    assert "week4.csv lacks old" in stack(draft)[2]
    (table,) = draft.tables
    lacking = {one.name: table.stack.lacking(one) for _, one in table.stack.parts}
    assert [*lacking.values()] == [[], ["old"]]


def test_who_differs_under_the_same_numbers_is_somebody_else(tmp_path: Path):
    """Pupils of two years, numbered from 1 in each: no year is a visit."""
    for year in (2018, 2019):
        draw = random.Random(year)
        rows = [
            f"{n},{draw.choice('mf')},{ARMS[draw.random() < 0.5]},{draw.gauss(50, 9):.1f}"
            for n in BEES
        ]
        write(tmp_path / f"class_{year}.csv", ["nr,sex,arm,marks", *rows])
    draft = drafted(tmp_path)
    value, blinds, why = stack(draft)
    assert value == "part" and blinds and "sex differs in" in why
    assert draft.subject == {"stacked": "patient_id"} and draft.home.rows == 120
    assert draft.home.joined == {"patient_id": ("year", "nr")}


def test_ages_that_no_time_explains_are_of_others(tmp_path: Path):
    def siblings(shift: int) -> str:
        for child in (1, 2):
            draw = random.Random(100 * shift + child)
            rows = [
                f"{n},{ARMS[n % 2]},{(7 if shift else draw.randint(2, 12)) + n % 3 + child * shift}"
                f",{draw.gauss(30, 6):.1f}"
                for n in BEES
            ]
            write(tmp_path / f"child{child}.csv", ["litter_no,arm,age,grip", *rows])
        return stack(drafted(tmp_path))[0]

    assert siblings(0) == "part"
    # All three years older: the same, measured again.
    assert siblings(3) == "repeat"


def test_files_that_a_number_alone_tells_apart_may_be_readings(tmp_path: Path):
    for judge in (1, 2):
        rows = [f"{n},{ARMS[n % 2]},{(n * 7 + judge) % 19}.5" for n in BEES]
        write(tmp_path / f"judge{judge}.csv", ["hive,arm,gloss", *rows])
    value, blinds, why = stack(draft := drafted(tmp_path))
    assert value == "repeat" and blinds and "judge in their names is no time" in why
    assert draft.arm.name == "arm" and draft.primary.column == "gloss"
    assert {*draft.visit.values()} == {""}


def test_two_forms_are_told_one_by_one(tmp_path: Path):
    weeks(tmp_path)
    for hall in ("east", "west"):
        first = 100 if hall == "east" else 200
        rows = [f"{n},{n % 9},{n % 4}" for n in range(first, first + 40)]
        write(tmp_path / f"{hall}.csv", ["tree,height,rings", *rows])
    told = "visit,part"
    assert stack(drafted(tmp_path, arm="arm"))[0] in (told, "part,visit")
    with pytest.raises(UserError, match="--stack"):
        drafted(tmp_path, stack="visit")
    with pytest.raises(UserError, match="--stack"):
        drafted(tmp_path, stack="months")


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Project:
    from trialtrace.cli import main

    monkeypatch.chdir(tmp_path)
    assert main(["init", str(tmp_path / "work")]) == 0
    monkeypatch.chdir(tmp_path / "work")
    return Project(tmp_path / "work")


def traced(at: Project) -> Tracer:
    trial = load_trial("hives", at)
    run = run_stages(trial, at.results / "hives", at)
    return Tracer(trial, run.folder, "full")


def test_a_number_leads_to_its_files_and_lines(tmp_path: Path, project: Project):
    """Means of each week by hand, and the line of a hive in the file of its week."""
    from trialtrace.cli import main

    (tmp_path / "given").mkdir()
    weeks(tmp_path / "given", lost=6)
    told = ["--stack", "visit", "--primary", "honey", "--yes"]
    assert main(["new", "hives", str(tmp_path / "given"), *told]) == 0
    tracer = traced(project)
    row, *_ = [
        row
        for row in tracer.results.values()
        if (row["stat_name"], row["visit"], row["group1_level"]) == ("mean", "wk 10", "syrup")
    ]
    fed = [hive for hive in BEES if hive % 2 == 0 and hive > 6]
    assert row["stat_value"] == pytest.approx(sum(weight(hive, 10) for hive in fed) / len(fed))
    (member,) = tracer.trace(row["result_id"], rows=True)["rows"]
    files = {part["source_file"] for part in member["raw"]}
    assert "honey_wk10.csv" in files
    cells = {
        (cell["source_file"], cell["source_row"]): cell["value"]
        for cell in member["cells"]
        if cell["column"] == "honey"
    }
    # Without the first six hives, and with a header, hive n stands in line n - 5.
    assert cells == {("honey_wk10.csv", hive - 5): f"{weight(hive, 10):.1f}" for hive in fed}
    impact = Impact(tracer)
    reach = impact.reach(impact.edges(impact.place("honey_wk10.csv:15:honey")))
    assert (row["result_id"] in {one["result_id"] for one in impact.results(reach)}) is (20 in fed)
    other = impact.reach(impact.edges(impact.place("honey_wk2.csv:15:honey")))
    assert row["result_id"] not in {one["result_id"] for one in impact.results(other)}


def test_arms_in_files_without_any_number_run(tmp_path: Path, project: Project):
    from trialtrace.cli import main

    given = tmp_path / "given"
    given.mkdir()
    for name, shift in (("moss", 4.0), ("gravel", 0.0)):
        rows = [f"{n * 7 % 13 + shift},{n % 5}" for n in range(30)]
        write(given / f"{name}.csv", ["growth,leaves", *rows])
    (given / "note.txt").write_text("moss: treated pots. gravel: control pots.\n")
    told = ["--stack", "arm", "--control", "gravel", "--primary", "growth", "--yes"]
    assert main(["new", "hives", str(given), *told]) == 0
    tracer = traced(project)
    differences = [row for row in tracer.results.values() if row["method"].startswith("mean_diff")]
    assert differences[0]["stat_value"] == pytest.approx(4.0)
    adsl = pq.read_table(tracer.derived / "adsl.parquet")
    assert {*adsl["SUBJID"].to_pylist()} == {
        f"{name}-{line}" for name in ("moss", "gravel") for line in range(2, 32)
    }


def test_a_new_cut_of_one_of_the_files_is_compared_with_its_item(
    tmp_path: Path, project: Project, capsys: pytest.CaptureFixture[str]
):
    from trialtrace.cli import main

    given = tmp_path / "given"
    given.mkdir()
    weeks(given)
    assert main(["new", "hives", str(given), "--stack", "visit", "--yes"]) == 0
    (given / "honey_wk2.csv").write_text("hive,arm,honey,mites\n61,syrup,30.5,2\n")
    capsys.readouterr()
    assert main(["new", "hives", *map(str, sorted(given.iterdir())), "--again"]) == 0
    said = capsys.readouterr().out
    assert said.count("the file that trial.yaml pins") == 2 and "another file" in said
    assert "new column: mites" in said and "gone" not in said


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ('"2": data_3', '"2": data_9', "an item of source"),
        ('"2": data_3', '"2": data', "an item that stands once"),
        ("key: [hive, wk]", "key: [source_row]", "write row: row under source.stacked.stacked"),
        ("subject: hive", "subject: source_row", "write row: row under source.stacked.stacked"),
        ("of: stacked, key", "of: data, key", "an item of source, or of source.stacked"),
        ('decimal: "."', 'decimal: ","', "items that are spelt alike"),
        ("stacked: {column", "data: {column", "a name that no item has"),
        ("column: wk,", "column: wk, lacking: {honey: [arm]},", "one of its items"),
        ('"0": data, "2": data_3, ', "", "2 entries"),
    ],
)
def test_a_mistake_in_a_stack_is_told(
    tmp_path: Path, project: Project, old: str, new: str, told: str
):
    from trialtrace.cli import main

    given = tmp_path / "given"
    given.mkdir()
    weeks(given)
    assert main(["new", "hives", str(given), "--stack", "visit", "--yes"]) == 0
    file = project.trial_config("hives") / "trial.yaml"
    text = file.read_text("utf-8")
    assert old in text and not check_trial(project, "hives")
    file.write_text(text.replace(old, new, 1), "utf-8")
    assert told in "\n".join(map(str, check_trial(project, "hives")))


def test_periods_of_a_crossover_are_of_the_same_people(tmp_path: Path):
    """The arm of each is another in each file, as it is of other people under the same numbers."""
    for period in (1, 2):
        rows = [f"{n},{ARMS[(n + period) % 2]},{n * 7 % 19 + period}.5" for n in BEES]
        write(tmp_path / f"period{period}.csv", ["hive_id,arm,gloss", *rows])
    value, blinds, why = stack(draft := drafted(tmp_path))
    assert value == "visit" and blinds and "though arm differs in 60 of 60" in why
    assert draft.design.own_treatment and draft.arm.name == "arm"


def test_sheets_of_a_workbook_are_stacked_as_files_are(tmp_path: Path, project: Project):
    from openpyxl import Workbook

    from trialtrace.cli import main

    book = Workbook()
    for week in (0, 4):
        sheet = book.create_sheet(f"week {week}")
        sheet.append(["hive", "arm", "honey"])
        for hive in BEES:
            sheet.append([hive, ARMS[hive % 2], weight(hive, week)])
    del book["Sheet"]
    book.save(tmp_path / "honey.xlsx")
    told = ["--stack", "visit", "--primary", "honey", "--before", "0", "--yes"]
    assert main(["new", "hives", str(tmp_path / "honey.xlsx"), *told]) == 0
    tracer = traced(project)
    assert {*tracer.pages} == {("stacked", f"honey.xlsx[week {week}]") for week in (0, 4)}
    impact = Impact(tracer)
    reach = impact.reach(impact.edges(impact.place("honey.xlsx[week 4]:7:honey")))
    assert impact.results(reach)


def test_a_cell_that_is_rejected_is_told_with_its_file(tmp_path: Path, project: Project):
    """Red lines name no file: they count them in the order of their names."""
    from trialtrace.cli import main

    given = tmp_path / "given"
    given.mkdir()
    weeks(given)
    told = ["--stack", "visit", "--primary", "honey", "--before", "0", "--yes"]
    assert main(["new", "hives", str(given), *told]) == 0
    file = project.trial_config("hives") / "trial.yaml"
    pinned = re.compile(r"\n +sha256: .*")
    file.write_text(pinned.sub("", file.read_text("utf-8")), "utf-8")
    for name, lines in (("honey_wk2.csv", (5,)), ("honey_wk10.csv", (5, 9))):
        text = (given / name).read_text().splitlines()
        for line in lines:
            text[line - 1] = text[line - 1].rpartition(",")[0] + ",lost"
        write(given / name, text)
    tracer = traced(project)
    account = (tracer.folder / "clean" / "account.json").read_text("utf-8")
    assert "5, 9 of file 2; 5 of file 3" in account and "honey_wk10.csv, lines" not in account
    late = [
        row
        for row in tracer.results.values()
        if (row["stat_name"], row["visit"]) == ("mean", "wk 10") and row["group1_level"] == "syrup"
    ]
    rejected = tracer.trace(late[0]["result_id"])["rejected"]
    # Of the week alone: hive 4 stands in line 5 of each file, hive 8 in line 9.
    assert sum(one["count"] for one in rejected) == 2


def test_numbers_of_columns_that_their_labels_count_anew_are_times(tmp_path: Path):
    rows = [",".join(str(n * 7 % 23 + at * (n % 3)) for at in range(4)) for n in BEES]
    for name in ("LUX1", "LUX2"):
        write(tmp_path / f"{name}.csv", ["V1,V2,V3,V4", *rows])
    said = "LUX1 holds the control arm and LUX2 the active arm.\n\nFormat:\n\n"
    labels = ("V1 light at baseline", "V2 light at time-point 1", "V3 light at time-point 2", "...")
    said += "".join(f"  • {label}\n\n" for label in labels)
    (tmp_path / "LUX_help.txt").write_text(said, "utf-8")
    draft = drafted(tmp_path, stack="arm")
    assert draft.control == "lux1" and draft.primary.before
    visits = visits_of(draft.tables[0], draft.primary)
    assert [*visits.values()] == ["0", "1", "2", "3"]


def test_files_that_are_spelt_otherwise_stay_apart_and_say_why(tmp_path: Path):
    """Decimal commas in one of two: no sign reads both."""
    weeks(tmp_path)
    (tmp_path / "honey_wk10.csv").unlink()
    text = (tmp_path / "honey_wk2.csv").read_text().replace(",", ";").replace(".", ",")
    (tmp_path / "honey_wk2.csv").write_text(text)
    draft = drafted(tmp_path)
    value, blinds, why = stack(draft)
    assert value == "apart" and blinds and len(draft.tables) == 2
    signs = "honey of honey_wk0.csv (decimal point), honey_wk2.csv (decimal comma)"
    assert f"{signs}: numbers in one file" in why
    with pytest.raises(UserError, match="--stack apart"):
        drafted(tmp_path, stack="visit")


def test_visits_of_nobody_are_refused(tmp_path: Path):
    for week in (0, 4):
        rows = [f"{n * 7 % 19}.5,{(n + week) % 3}" for n in BEES]
        write(tmp_path / f"week{week}.csv", ["honey,queen", *rows])
    with pytest.raises(UserError, match="do not have the same patients"):
        drafted(tmp_path, stack="visit")


def apiaries(folder: Path, *, moved: int = 0) -> None:
    """A file a place; hives with the first numbers have a row of another day in the second."""
    for place, hives in (("hill", range(1, 41)), ("marsh", (*range(1, moved + 1), *range(41, 81)))):
        rows = [f"{hive},{ARMS[hive % 2]},{weight(hive, len(place)):.1f}" for hive in hives]
        write(folder / f"{place}.csv", ["hive,arm,honey", *rows])


def opened(folder: Path, **told: str) -> dict[str, str]:
    """What blinds the report of one primary endpoint, with its evidence."""
    told = {"arm": "arm", "control": "control", "primary": "honey"} | told
    return {one.name: one.evidence for one in drafted(folder, **told).guesses if one.blinds}


def test_files_that_were_not_told_are_in_no_stack(tmp_path: Path):
    apiaries(tmp_path)
    write(tmp_path / "garden.csv", ["hive,arm,honey", *[f"{n},syrup,{n}.5" for n in range(81, 99)]])
    told = {"arm": "arm", "control": "control", "primary": "honey", "stack": "part"}
    assert drafted(tmp_path, **told).home.rows == 98
    assert drafted(tmp_path, **told, tables="hill.csv,marsh.csv").home.rows == 80


def test_a_file_that_is_there_twice_is_told(tmp_path: Path):
    apiaries(tmp_path)
    (tmp_path / "marsh (1).csv").write_bytes((tmp_path / "marsh.csv").read_bytes())
    why = opened(tmp_path, stack="part")["copies"]
    assert why.startswith("marsh (1).csv has the bytes of marsh.csv")
    assert opened(tmp_path, stack="part", tables="hill.csv,marsh.csv") == {}


def test_a_few_numbers_in_two_files_may_be_of_who_moved(tmp_path: Path):
    apiaries(tmp_path, moved=2)
    why = opened(tmp_path, stack="part")["subject"]
    assert why.startswith("2 of 80 hive are in two files") and "--subject hive" in why
    assert opened(tmp_path, stack="part", subject="hive") == {}
    # Unasked as well all files are in the first choice.
    why = opened(tmp_path)["stack"]
    assert "2 hive of 80 are in two of them: each is other people" in why


def test_a_file_with_another_decimal_sign_is_named(tmp_path: Path):
    for week, mark, sign in ((0, ",", "."), (3, ";", ","), (6, ",", ".")):
        rows = [f"{hive}{mark}{weight(hive, week):.2f}".replace(".", sign) for hive in range(1, 41)]
        write(tmp_path / f"week{week}.csv", [f"hive{mark}honey", *rows])
    write(tmp_path / "hives.csv", ["hive,arm", *(f"{n},{ARMS[n % 2]}" for n in range(1, 41))])
    with pytest.raises(UserError, match=r"honey of week3.csv \(decimal comma\)"):
        drafted(tmp_path, stack="visit")
    draft = drafted(tmp_path)
    assert "honey of week3.csv (decimal comma)" in stack(draft)[2]


def test_a_primary_endpoint_of_one_of_several_files_is_asked(tmp_path: Path):
    weeks(tmp_path)
    why = opened(tmp_path, stack="apart")["primary"]
    assert "honey_wk10.honey" in why and "the first is taken" in why
    assert "primary" not in opened(tmp_path, stack="apart", primary="honey_wk10.honey")


@pytest.mark.parametrize("named", ["`sbp_3h`", "mentioned elsewhere"])
def test_a_readme_names_the_outcome_of_stacked_files(tmp_path: Path, named: str):
    for at, arm in enumerate(("drug", "placebo")):
        rows = [f"{n},{90 + (7 * n + at) % 60},{50 + (5 * n + at) % 40}" for n in range(1, 41)]
        write(tmp_path / f"{arm}.csv", ["id,sbp_3h,dbp_3h", *rows])
    write(tmp_path / "README.md", [f"The primary outcome was systolic pressure ({named})."])
    draft = drafted(tmp_path, stack="arm")
    assert (draft.primary.column == "sbp_3h") == (named == "`sbp_3h`")


def test_files_are_the_arm_before_what_came_of_patients(tmp_path: Path):
    for at, arm in enumerate(("early", "late")):
        rows = [f"{n},{(n * 7 + at) % 30},{'yn'[n % 4 > at]}" for n in range(1, 41)]
        write(tmp_path / f"{arm}.csv", ["id,score,complication", *rows])
    (told,) = [one for one in drafted(tmp_path, stack="part").guesses if one.name == "arm"]
    assert told.value == "part" and told.blinds
