"""What files of strangers show without a word for it: visits, factors, members, rows, strains."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.base.errors import UserError
from trialtrace.run.drafting.decided import Guessed
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.people import people
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.tables import profile


def put(path: Path, lines: Sequence[str]) -> Path:
    write(path, lines)
    return path


def drafted(folder: Path, lines: Sequence[str], *more: Path, **told: str) -> Draft:
    paths = [str(put(folder / "trial.csv", lines)), *map(str, more)]
    return decide(profile(paths), told, first_choice)


def guess(draft: Draft, name: str) -> Guessed | None:
    return next((one for one in draft.guesses if one.name == name), None)


def at_stages(ident: str, stages: Sequence[str], column: str = "stage") -> list[str]:
    draw = random.Random(3)
    lines = [f"{ident},group,{column},vas"]
    for n in range(30):
        lines += [
            f"{200 + 7 * n},{('SHAM', 'ACTIVE')[n % 2]},{at},{draw.randint(0, 99)}" for at in stages
        ]
    return lines


def test_an_id_with_a_row_of_each_visit_is_the_subject(tmp_path: Path):
    draft = drafted(tmp_path, at_stages("rid", ("T0", "T1")), primary="vas")
    assert (draft.subject["trial"], draft.visit["trial"]) == ("rid", "stage")
    assert draft.primary.kind == "repeated" and not draft.design.cluster
    # The members of a pair, and levels that are no times, are none.
    for ident, levels in (("pairid", ("T0", "T1")), ("rid", ("first", "second"))):
        other = drafted(tmp_path, at_stages(ident, levels), primary="vas")
        assert other.visit["trial"] == ""
    # Half of the rows of an id and a visit: a number of something else.
    head, *rows = at_stages("rid", ("T0", "T1", "T2", "T3"))
    half = [row for n, row in enumerate(rows) if n % 8 in (0, 1, 6, 7)]
    assert drafted(tmp_path, [head, *half], primary="vas").subject["trial"] != "rid"


def test_scales_in_rows_are_asked_and_no_mean_over_them_is_taken(tmp_path: Path):
    lines = ["patient,trt,scale,tp,score"]
    for n in range(30):
        for scale in ("hamd", "qids", "bdi"):
            lines += [f"{n},{'EP'[n % 2]},{scale},wk{at},{n % 9 + at}" for at in (0, 6)]
    draft = drafted(tmp_path, lines, control="E", primary="score")
    assert (draft.primary.kind, draft.primary.visit) == ("repeated", "tp")
    asked = guess(draft, "parameter")
    assert asked is not None and asked.blinds


def test_the_mean_of_rows_over_time_is_asked(tmp_path: Path):
    lines = ["patient,arm,bout,days"]
    for n in range(40):
        lines += [f"{n},{('CHQ', 'placebo')[n % 2]},{k},{n % 11 * k}" for k in range(1, 3 + n % 2)]
    told = {"control": "placebo", "primary": "days"}
    draft = drafted(tmp_path, lines, **told)
    asked = guess(draft, "kind")
    assert (
        asked is not None and asked.blinds and "--where bout=1 or --where bout=2" in asked.evidence
    )
    assert guess(drafted(tmp_path, lines, **told, kind="mean"), "kind") is None
    one = drafted(tmp_path, lines, **told, where="bout=2,arm=CHQ,placebo")
    assert one.primary.kind == "measure" and one.home.rows == 40
    with pytest.raises(UserError, match="bout=9"):
        drafted(tmp_path, lines, **told, where="bout=9,arm=CHQ")


def test_rows_that_few_have_or_some_have_twice_are_not_offered(tmp_path: Path):
    lines = ["patient,arm,bout,dose,days"]
    for n in range(40):
        lines += [
            f"{n},{('CHQ', 'placebo')[n % 2]},{k},{('high', 'low')[k % 2]},{n % 11 * k}"
            for k in range(1, 4 if n % 8 == 0 else 3)
        ]
    asked = guess(drafted(tmp_path, lines, control="placebo", primary="days"), "kind")
    assert asked is not None and asked.blinds
    assert {*asked.evidence.partition("--where ")[2].rstrip(".").split(" or --where ")} == {
        "bout=1",
        "bout=2",
        "dose=high",
    }


def lots(each: int = 30) -> list[str]:
    draw = random.Random(2)
    cells = [(one, two) for one in ("Care", "Control") for two in ("Growth", "Fixed")] * each
    draw.shuffle(cells)
    return [
        "pid,intervention,mindset,tasks",
        *(f"P{n},{one},{two},{draw.randint(0, 30)}" for n, (one, two) in enumerate(cells)),
    ]


def test_a_second_lot_without_its_words_is_asked_and_describes_nobody(tmp_path: Path):
    told = {"control": "Control", "primary": "tasks"}
    draft = drafted(tmp_path, lots(), **told)
    asked = guess(draft, "design")
    assert asked is not None and asked.blinds and "mindset (2 levels of 60, 60" in asked.evidence
    assert not {*people(draft).variables.values()} & {"mindset"}
    sure = drafted(tmp_path, lots(), **told, design="factorial")
    assert not any(one.blinds for one in sure.guesses) and guess(sure, "factor") is not None
    none = drafted(tmp_path, lots(), **told, design="parallel")
    assert {"mindset"} == {*people(none).variables.values()} and guess(none, "factor") is None
    # Where the second factor is not to be seen, a design that is told is not passed over.
    one = [line.replace("Fixed", "Growth") for line in lots()]
    lost = guess(drafted(tmp_path, one, **told, design="factorial"), "factor")
    assert lost is not None and "no column is surely" in lost.evidence


@pytest.mark.parametrize(
    ("name", "levels"),
    [
        ("region", ("North", "South")),
        ("improved", ("better", "worse")),
        ("drug", ("Yes", "No")),
        ("length", (">6m", "<6m")),
        ("mood_month6", ("bright", "dim")),
    ],
)
def test_what_patients_are_and_what_came_of_them_is_no_lot(
    tmp_path: Path, name: str, levels: tuple[str, str]
):
    lines = [one.replace("Growth", levels[0]).replace("Fixed", levels[1]) for one in lots()]
    lines[0] = lines[0].replace("mindset", name)
    draft = drafted(tmp_path, lines, control="Control", primary="tasks")
    assert guess(draft, "design") is None and guess(draft, "factor") is None


def test_levels_in_unequal_numbers_are_no_lot(tmp_path: Path):
    """Half again as many patients have one level, in each arm alike."""
    head, *rows = lots()
    counts = {"Care": 0, "Control": 0}
    for at, row in enumerate(rows):
        who, arm, _, tasks = row.split(",")
        counts[arm] += 1
        rows[at] = f"{who},{arm},{('Growth', 'Fixed')[counts[arm] % 5 > 2]},{tasks}"
    draft = drafted(tmp_path, [head, *rows], control="Control", primary="tasks")
    assert guess(draft, "design") is None and guess(draft, "factor") is None


def households(arm: bool) -> list[str]:
    head = "hhid,member,male,visit,pcr" + (",intervention" if arm else "")
    lines = [head]
    for n in range(40):
        for member in range(2 + n % 3):
            for visit in (1, 2):
                row = f"{n},{member},{(n + member) % 2},{visit},{n * member * visit % 5 % 2}"
                lines.append(row + (f",{('control', 'hand')[n % 2]}" if arm else ""))
    return lines


def test_members_of_households_are_patients_in_clusters(tmp_path: Path):
    draft = drafted(tmp_path, households(True), control="control", primary="pcr")
    assert (draft.subject["trial"], draft.design.cluster) == ("patient_id", "hhid")
    homes = [f"{n},{('control', 'hand')[n % 2]},{n % 7}" for n in range(40)]
    arms = put(tmp_path / "homes.csv", ["hhid,intervention,size", *homes])
    two = drafted(tmp_path, households(False), arms, control="control", primary="pcr")
    asked = guess(two, "subject")
    assert asked is not None and asked.blinds and "several of member" in asked.evidence
    counted = guess(two, "kind")
    assert counted is not None and counted.blinds
    told = drafted(
        tmp_path, households(False), arms, control="control", primary="pcr", subject="hhid"
    )
    assert guess(told, "subject") is None


def test_a_row_of_each_member_is_a_patient_as_it_is(tmp_path: Path):
    rows = [f"{n // 3},{n % 3},{('control', 'hand')[n // 3 % 2]},{n % 11}" for n in range(120)]
    lines = ["hhid,member,intervention,score", *rows]
    draft = drafted(tmp_path, lines, control="control", primary="score")
    assert (draft.subject["trial"], draft.design.cluster) == ("source_row", "hhid")


def test_numbers_behind_a_visit_are_strains(tmp_path: Path):
    names = [
        f"{at}.s{strain}" for at in ("prevax", "post.season", "mid.year") for strain in ("H1", "H3")
    ]
    rows = [
        f"{n},{('TIV', 'placebo')[n % 2]}," + ",".join(str(n * k % 97 + k) for k in range(1, 7))
        for n in range(40)
    ]
    draft = drafted(tmp_path, ["id,arm," + ",".join(names), *rows], primary="post.season.sH1")
    found = {draft.primary.column, *(one.column for one in draft.others)}
    assert not any(column.endswith(".s{visit}") or column.endswith("sH{visit}") for column in found)


def test_names_of_coded_arms_leave_no_numbers(tmp_path: Path):
    lines = ["id,arm,score", *(f"{n},{(1, 3, 4)[n % 3]},{n % 13}" for n in range(60))]
    draft = drafted(tmp_path, lines, arms="usual,hand,mask", control="usual", primary="score")
    arm = draft.home.column("arm")
    assert (arm.type, arm.validation, arm.low) == ("radio", "", "")


def test_a_main_outcome_of_a_codebook_is_the_primary_one(tmp_path: Path):
    rows = [f"{n},{('drug', 'placebo')[n % 2]},{n % 17},{n % 13},{n % 11}" for n in range(60)]
    book = put(
        tmp_path / "book.md",
        [
            "# Book",
            "## Main outcome measures",
            "- `tasks`: done",
            "- `id`: who",
            "## Others",
            "- `out`: x",
            "- `response`: y",
        ],
    )
    draft = drafted(tmp_path, ["id,arm,tasks,out,response", *rows], book)
    assert draft.primary.column == "tasks" and draft.primary.primary


def test_factors_with_labels_in_words_are_no_visits(tmp_path: Path):
    rows = [f"{n},{('drug', 'placebo')[n % 2]},{n % 17}.5,{n % 13}.5,{n % 11}.5" for n in range(60)]
    head = "id,arm,out_1,out_2,out_3"
    for labels, visits in (
        (("stress", "boredom", "worry"), 0),
        (("week 1", "week 2", "week 3"), 3),
    ):
        lines = ["id: who", *(f"out_{n}: Factor of {text}" for n, text in enumerate(labels, 1))]
        book = put(tmp_path / "book.txt", lines)
        draft = drafted(tmp_path, [head, *rows], book, control="placebo")
        assert len(draft.primary.columns) == visits


def test_what_is_made_of_an_outcome_comes_behind_it(tmp_path: Path):
    rows = [f"{n},{('drug', 'placebo')[n % 2]},{n % 17},{n % 17 / 4:g}" for n in range(60)]
    draft = drafted(tmp_path, ["id,arm,pain_score,pain_scoreZ", *rows], control="placebo")
    assert draft.primary.column == "pain_score"
