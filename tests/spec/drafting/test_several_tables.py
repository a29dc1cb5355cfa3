"""Several tables belong together by a column of patients, never by the places of their rows."""

import random
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from made_exports import ARMS, write
from mini_run import run_stages

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.questions import guess_nothing_told
from trialtrace.run.drafting.tables import profile
from trialtrace.run.drafting.write_dictionary import columns_of
from trialtrace.run.trial.load import load_trial

PATIENTS = 60


def files(folder: Path, name: str = "volunteer", rows: int = 1, other: str = "") -> list[str]:
    """Who had which arm, and in another order who had which score; `rows` of each in the first."""
    arms = [
        f"{n},{ARMS[n % 2]},{row}" for n in range(1, PATIENTS + 1) for row in range(1, rows + 1)
    ]
    scores = [f"{n},{n % 2 * 10 + n % 7}.5" for n in range(PATIENTS, 0, -1)]
    write(folder / "arms.csv", [f"{name},arm,which", *arms])
    write(folder / "scores.csv", [f"{other or name},final_score", *scores])
    return [str(folder / "arms.csv"), str(folder / "scores.csv")]


def drafted(paths: list[str], **told: str) -> Draft:
    return decide(profile(paths), told, guess_nothing_told)


@pytest.mark.parametrize("rows", [1, 2])
@pytest.mark.parametrize("name", ["who", "volunteer", "member"])
def test_a_column_of_both_is_the_subject(tmp_path: Path, name: str, rows: int):
    draft = drafted(files(tmp_path, name, rows))
    assert set(draft.subject.values()) == {name}
    assert draft.key(draft.table("arms")) == ((name,) if rows == 1 else (name, "which"))
    assert draft.key(draft.table("scores")) == (name,)
    (guess,) = [one for one in draft.guesses if one.name == "subject"]
    assert guess.value == name and not guess.blinds


def test_rows_are_joined_by_it(at: Project, call: Callable[..., int]):
    paths = files(at.root / "data")
    told = ("--yes", "--primary", "final_score", "--control", "Placebo")
    assert call("new", "mine", *paths, *told) == 0
    run = run_stages(load_trial("mine", at), at.results / "mine", at)
    rows = pq.read_table(run.folder / "analysis" / "results.parquet").to_pylist()
    name = "mine/final_score/mean_difference.welch@active-placebo"
    (text,) = [row["stat_text"] for row in rows if row["result_id"] == name]
    # Odd numbers are Placebo and have ten points more.
    scores = [[n % 7 + n % 2 * 10 + 0.5 for n in range(first, 61, 2)] for first in (2, 1)]
    expected = sum(scores[0]) / 30 - sum(scores[1]) / 30
    assert text.startswith(f"−{abs(expected):.2f}")


def test_a_column_that_is_unique_in_none_is_asked(tmp_path: Path):
    paths = files(tmp_path, "member", rows=2)
    text = (tmp_path / "scores.csv").read_text().splitlines()
    write(tmp_path / "scores.csv", [text[0], *text[1:], *text[1:4]])
    draft = drafted(paths)
    assert [one.blinds for one in draft.guesses if one.name == "subject"] == [True]
    draft = drafted(paths, subject="member")
    assert "subject" not in {one.name for one in draft.guesses}


def test_tables_that_share_no_column_are_refused(tmp_path: Path):
    paths = files(tmp_path, "who", other="member")
    text = (tmp_path / "scores.csv").read_text(encoding="utf-8").replace("\n", "\n9", PATIENTS)
    (tmp_path / "scores.csv").write_text(text, encoding="utf-8")
    with pytest.raises(UserError, match=r"scores \(scores.csv\): member, final_score"):
        drafted(paths)
    with pytest.raises(UserError, match="source_row, of 2 tables"):
        drafted(files(tmp_path), subject="source_row")


def test_subjects_that_are_not_known_name_the_flag(at: Project, call: Callable[..., int]):
    paths = files(at.root / "data")
    text = (at.root / "data" / "scores.csv").read_text().replace("\n", "\n9", PATIENTS - 10)
    (at.root / "data" / "scores.csv").write_text(text)
    told = ("--primary", "final_score", "--control", "Placebo", "--subject", "volunteer")
    assert call("new", "mine", *paths, "--yes", *told) == 0
    with pytest.raises(UserError, match="trialtrace new mine --anew --subject COLUMN"):
        run_stages(load_trial("mine", at), at.results / "mine", at)


def test_files_of_strangers_are_asked(tmp_path: Path):
    """Numbers of sites in one file, and counted anew in the other: a run could join none."""
    arms = [f"S{n % 3}-{n:03d},{ARMS[n % 2]},{n % 7}.5" for n in range(1, PATIENTS + 1)]
    write(tmp_path / "arms.csv", ["patient_id,arm,score", *arms])

    def scores(shared: int) -> list[str]:
        own = [f"S{n % 3}-{n:03d}" if n <= shared else str(n) for n in range(1, 41)]
        write(tmp_path / "scores.csv", ["patient_id,cost", *(f"{n},{len(n)}.5" for n in own * 2)])
        return [str(tmp_path / "arms.csv"), str(tmp_path / "scores.csv")]

    draft = drafted(scores(0))
    assert [one.name for one in draft.tables] == ["arms"]
    guesses = {one.name: one for one in draft.guesses}
    assert guesses["tables"].blinds and guesses["tables"].value == "arms"
    text = "scores.csv (80 rows): 0 of its 40 patient_id are among the 60 patients of arms"
    assert text in guesses["aside"].evidence and "would be known" not in guesses["aside"].evidence
    # Who says that both are of the trial learns why no run could join them.
    with pytest.raises(UserError, match=r"patient_id of scores.csv: 0 of 60 and 40 patients"):
        drafted(scores(0), tables="arms.csv,scores")
    with pytest.raises(UserError, match=r"--tables(.|\n)*price"):
        drafted(scores(0), tables="arms,price")
    assert not {"tables", "aside"} & {one.name for one in drafted(scores(0), tables="arms").guesses}
    guesses = columns_of(drafted(scores(30), control="Placebo", primary="score")).guesses
    (log,) = [one.evidence for one in guesses if one.name.startswith("covers")]
    assert log.startswith("30 of 60 patients have rows in it")


def test_patients_of_several_rows_are_joined_too(at: Project, call: Callable[..., int]):
    """Numbered within sites, as the arm and the sex show, which stand in the first file alone."""
    folder = at.root / "data"
    patients = [(site, n) for site in "ABC" for n in range(1, 21)]
    base = [f"{s},{n},{ARMS[(n + ord(s)) % 2]},{'fm'[n * n % 3 % 2]}" for s, n in patients]
    scores = [f"{s},{n},{w},{n % 7 + w * (n % 3)}" for w in (0, 6, 12) for s, n in patients]
    write(folder / "base.csv", ["site,patient_no,arm,sex", *base])
    write(folder / "qol.csv", ["site,patient_no,week,qol", *scores])
    paths = [str(folder / "base.csv"), str(folder / "qol.csv")]
    draft = drafted(paths, primary="qol", control="Placebo")
    assert set(draft.subject.values()) == {"patient_id"}
    assert draft.key(draft.table("qol")) == ("patient_id", "week")
    assert draft.primary.kind == "repeated"
    assert "patient_no" not in {one.column for one in draft.others}
    assert call("new", "mine", *paths, "--yes", "--primary", "qol", "--control", "Placebo") == 0
    run_stages(load_trial("mine", at), at.results / "mine", at)


@pytest.mark.parametrize(("prefix", "guessed"), [("N", True), ("", False)])
def test_patients_under_two_names_are_joined_or_asked(tmp_path: Path, prefix: str, guessed: bool):
    """SID of one file and person of another have the same values; numbers may be of anything."""
    one = [f"{prefix}{n},{'AB'[n % 2]}" for n in range(100, 140)]
    rows = [f"{prefix}{n},{day},{n * 7 % 9}" for n in range(100, 140) for day in (0, 7)]
    (tmp_path / "arms.csv").write_text("\n".join(["SID,arm", *one]), encoding="utf-8")
    (tmp_path / "pain.csv").write_text("\n".join(["person,day,pain", *rows]), encoding="utf-8")
    tables = profile([str(tmp_path / name) for name in ("arms.csv", "pain.csv")])
    draft = decide(tables, {}, guess_nothing_told)
    assert sorted(draft.subject.values()) == ["SID", "person"]
    (guess,) = (each for each in draft.guesses if each.name.startswith("subject"))
    assert guess.blinds is not guessed
    for name in ("SID", "person"):
        assert decide(tables, {"subject": name}, guess_nothing_told).subject == draft.subject


def test_an_arm_of_several_tables_is_told_with_what_speaks_for_it(tmp_path: Path):
    paths = files(tmp_path)
    text = (tmp_path / "scores.csv").read_text(encoding="utf-8").splitlines()
    rows = [f"{row},{ARMS[int(row.split(',')[0]) % 2]}" for row in text[1:]]
    write(tmp_path / "scores.csv", [f"{text[0]},arm", *rows])
    (arm,) = [one for one in drafted(paths).guesses if one.name == "arm"]
    assert arm.value == "arms.arm" and "its name is that of an arm" in arm.evidence


def clerks(turns: int, draw: random.Random) -> tuple[list[str], list[str], list[str]]:
    """What 40 clerks did in each of 8 weeks, at a desk to stand at from a week of theirs on; weeks
    at each desk; breaks a week at each."""
    weeks, desks, breaks = ["clerk_id,week,standing,steps"], [], []
    for n in range(40):
        first = 3 + n % turns
        weeks += [f"C{n},{w},{int(w >= first)},{draw.random():.3f}" for w in range(1, 9)]
        desks.append(f"C{n},{first - 1},{9 - first}")
        breaks += [f"C{n},{desk},{draw.randint(1, 90)}" for desk in (0, 1)]
    return (
        weeks,
        ["clerk_id,control_weeks,treatment_weeks", *desks],
        ["clerk_id,standing,breaks", *breaks],
    )


@pytest.mark.parametrize(
    ("turns", "first"), [(4, "data_2.standing"), (1, "control_weeks,treatment_weeks")]
)
def test_what_turns_once_goes_before_columns_of_treatments(tmp_path: Path, turns: int, first: str):
    """All who turn in one week are before and after it."""
    paths = []
    for name, lines in zip(
        ("weeks", "desks", "breaks"), clerks(turns, random.Random(3)), strict=True
    ):
        write(tmp_path / f"{name}.csv", lines)
        paths.append(str(tmp_path / f"{name}.csv"))
    told = {one.name: one for one in drafted(paths).guesses}
    assert told["arm"].blinds and told["arm"].value == first
    if turns > 1:
        assert told["control"].value == "0" and told["design"].blinds
        assert "stepped wedge" in told["design"].evidence
