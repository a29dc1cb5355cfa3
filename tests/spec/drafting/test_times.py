"""A time to an event is no mean in silence, whatever its column and that of its end are called."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from made_exports import ARMS, write

from trialtrace.base.errors import UserError
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.people import people
from trialtrace.run.drafting.questions import first_choice, guess_nothing_told
from trialtrace.run.drafting.tables import profile
from trialtrace.run.drafting.times import may_be_time


def followed(path: Path, names: Sequence[str], **told: str) -> Draft:
    """Two times of one length in days and years, how they ended, and a weight; so called."""
    draw = random.Random(3)
    lines = [f"pid,arm,weight_kg,{','.join(names)}"]
    for n in range(1, 91):
        days, ended = draw.randint(5, 900), draw.randint(0, 1)
        cells = (days, ended, round(days / 365.25, 3), draw.randint(0, 1))[: len(names)]
        lines.append(f"{n},{ARMS[n % 2]},{60 + n % 30}.5,{','.join(map(str, cells))}")
    write(path / "made.csv", lines)
    return decide(profile([str(path / "made.csv")]), told, guess_nothing_told)


def blinding(draft: Draft) -> set[str]:
    return {guess.name for guess in draft.guesses if guess.blinds}


@pytest.mark.parametrize(
    ("names", "primary", "status"),
    [
        (("prog_t", "prog", "prog_ty"), "prog_t", "prog"),
        (("prog_t", "prog", "prog_ty"), "prog_ty", "prog"),
        (("bleed_time", "bleed"), "bleed_time", "bleed"),
        (("t_ulcer", "ulcer"), "t_ulcer", "ulcer"),
        (("Y", "CENSOR"), "Y", "CENSOR"),
    ],
)
def test_a_time_is_named_after_its_end(tmp_path: Path, names, primary: str, status: str):
    draft = followed(tmp_path, names, primary=primary)
    assert (draft.primary.kind, draft.primary.status) == ("time_to_event", status)
    assert ("event" in blinding(draft)) is (status == "CENSOR")
    assert set(people(draft).variables.values()) == {"weight_kg"}


@pytest.mark.parametrize("state", ["event", "dead", "relapsed", "status2", "progr", "failcens"])
def test_a_number_beside_an_event_is_asked_how_it_ended(tmp_path: Path, state: str):
    draft = followed(tmp_path, ("z9", state), primary="z9")
    assert draft.primary.kind == "time_to_event" and "status" in blinding(draft)
    draft = followed(tmp_path, ("z9", state), primary="z9", status="none")
    assert draft.primary.kind == "measure" and "status" not in blinding(draft)


@pytest.mark.parametrize(
    ("name", "codes", "asked"),
    [
        ("type", "012", True),
        ("ended", ("lost", "relapse", "death"), True),
        ("ecog", "012", False),
        ("region", ("north", "south", "west"), False),
    ],
)
def test_a_time_beside_an_end_of_three_values_is_asked(tmp_path: Path, name, codes, asked: bool):
    lines = [f"pid,arm,time,{name}"]
    lines += [f"{n},{ARMS[n % 2]},{n * 7 % 91},{codes[n // 2 % 3]}" for n in range(1, 91)]
    write(tmp_path / "made.csv", lines)
    told = {"primary": "time"}
    draft = decide(profile([str(tmp_path / "made.csv")]), told, guess_nothing_told)
    assert ("status" in blinding(draft)) is asked
    assert draft.primary.kind == ("time_to_event" if asked else "measure")


@pytest.mark.parametrize(
    ("name", "state", "primary"),
    [("z9", "smoker", "z9"), ("pain_score", "dead", "pain_score"), ("z9", "dead", "weight_kg")],
)
def test_a_number_that_is_no_time_is_not(tmp_path: Path, name: str, state: str, primary: str):
    draft = followed(tmp_path, (name, state), primary=primary)
    assert draft.primary.kind == "measure" and "status" not in blinding(draft)


@pytest.mark.parametrize(("with_code", "asked"), [(40, True), (2, False)])
def test_a_code_for_who_had_no_end_is_asked(tmp_path: Path, with_code: int, asked: bool):
    """999 days of who lives is no value that is missing at random: the others are the dead."""
    draw = random.Random(5)
    days = [999 if n < with_code else draw.randint(1, 300) for n in range(90)]
    lines = [f"{n},{ARMS[n % 2]},{day},{draw.randint(1, 90)}" for n, day in enumerate(days)]
    write(tmp_path / "made.csv", ["pid,arm,survival_days,score", *lines])
    tables = profile([str(tmp_path / "made.csv")])
    draft = decide(tables, {"primary": "survival_days"}, guess_nothing_told)
    assert ("status" in blinding(draft)) is asked
    doubt = " ".join(guess.evidence for guess in draft.guesses if guess.name == "status")
    assert ("999 in 40 of 90 rows" in doubt) is asked
    beside = decide(tables, {"primary": "score"}, guess_nothing_told).others
    assert [one.column for one in beside] == ([] if asked else ["survival_days"])


def test_a_code_far_above_a_number_that_is_no_time_is_missing(tmp_path: Path):
    draw = random.Random(5)
    lines = [f"{n},{ARMS[n % 2]},{999 if n < 40 else draw.randint(1, 300)}" for n in range(90)]
    write(tmp_path / "made.csv", ["pid,arm,crp", *lines])
    draft = decide(profile([str(tmp_path / "made.csv")]), {"primary": "crp"}, guess_nothing_told)
    assert draft.primary.kind == "measure" and "status" not in blinding(draft)


@pytest.mark.parametrize("lacking", ["9999", ""])
def test_a_time_that_all_without_the_event_lack_is_no_time_by_itself(tmp_path: Path, lacking: str):
    """A hazard ratio would be of the dead alone."""
    draw = random.Random(5)
    rows = [
        f"{n},{ARMS[n % 2]},{draw.randint(1, 300) if n % 3 else lacking},{int(n % 3 > 0)}"
        for n in range(90)
    ]
    write(tmp_path / "made.csv", ["pid,arm,survtime,died", *rows])
    tables = profile([str(tmp_path / "made.csv")])
    draft = decide(tables, {}, guess_nothing_told)
    assert "time_to_event" not in {one.kind for one in (draft.primary, *draft.others)}
    with pytest.raises(UserError, match="which all rows with died 0 lack"):
        decide(tables, {"primary": "survtime", "status": "died", "event": "1"}, guess_nothing_told)


def test_a_secondary_that_may_be_a_time_has_its_end_or_is_refused(tmp_path: Path):
    names = ("os", "death", "time_to_failure", "trt_failure")
    told = {"primary": "os", "status": "death", "secondary": "time_to_failure"}
    (second,) = followed(tmp_path, names, **told).others
    assert (second.kind, second.status) == ("time_to_event", "trt_failure")
    names = ("os", "death", "survtime", "relapsed")
    told["secondary"] = "survtime"
    with pytest.raises(UserError, match=r"--secondary survtime=COLUMN \(.*relapsed"):
        followed(tmp_path, names, **told)
    for status, kind in (("relapsed", "time_to_event"), ("none", "measure")):
        (second,) = followed(tmp_path, names, **told | {"secondary": f"survtime={status}"}).others
        assert second.kind == kind


@pytest.mark.parametrize(
    ("label", "event"),
    [
        ("cens: 0 = not censored, 1 = censored", "0"),
        ("cens: 0 = nerve block succeeded, 1 = block failed (censored)", "0"),
        ("cens: 0 = right-censored, 1 = relapse", "1"),
        ("cens: how it ended", ""),
    ],
)
def test_what_is_censored_is_no_event(tmp_path: Path, label: str, event: str):
    """The event is the other code, whichever number it has; asked where no label says."""
    rows = [f"{n},{ARMS[n % 2]},{5 + n * 7 % 50},{n % 3 % 2}" for n in range(60)]
    write(tmp_path / "made.csv", ["pid,arm,days,cens", *rows])
    write(tmp_path / "codebook.txt", ["days: Days until the end", label])
    draft = decide(profile([str(tmp_path)]), {"primary": "days"}, guess_nothing_told)
    assert (draft.primary.kind, draft.primary.status) == ("time_to_event", "cens")
    assert ("event" in blinding(draft)) is (not event) and draft.primary.event == (event or "0")


@pytest.mark.parametrize(
    ("columns", "primary", "taken"),
    [
        (("ischaemia_time", "graft_failure"), "graft_failure", False),
        (("warming_time", "dead"), "dead", False),
        (("time_to_relapse", "relapse"), "time_to_relapse", True),
        (("days_until_discharge", "discharge"), "days_until_discharge", True),
        (("os_months", "status"), "os_months", True),
        (("follow_up_time", "death"), "follow_up_time", True),
    ],
)
def test_a_time_of_what_lasted_is_asked_and_one_to_the_event_taken(
    columns, primary, taken, tmp_path: Path
):
    followed(tmp_path, columns)
    draft = decide(profile([str(tmp_path / "made.csv")]), {}, first_choice)
    (guess,) = [one for one in draft.guesses if one.name == "primary"]
    assert (draft.primary.column, guess.blinds) == (primary, not taken)
    assert columns[0] in guess.evidence or guess.value == columns[0]


@pytest.mark.parametrize(("label", "ends"), [("Marital status", False), ("Status", True)])
def test_a_status_of_a_marriage_ends_no_time(tmp_path: Path, label: str, ends: bool):
    draw = random.Random(3)
    lines = ["pid,arm,status,time"]
    lines += [f"{n},{ARMS[n % 2]},{1 + n % 3},{draw.randint(9, 90)}" for n in range(90)]
    write(tmp_path / "made.csv", lines)
    page = f"pid: skier\nstatus: {label}: 1 single, 2 pair, 3 trio\ntime: minutes for the track\n"
    (tmp_path / "codes.txt").write_text(page, "utf-8")
    draft = decide(profile([str(tmp_path)]), {}, guess_nothing_told)
    assert (draft.primary.kind, draft.primary.status) == (
        ("time_to_event", "status") if ends else ("measure", "")
    )
    assert "event" in blinding(draft) or not ends


def of_pumps(
    path: Path, later: str = "last2", label: str = "duration as owner in years", **told: str
) -> Draft:
    """Pumps that failed between two looks, of owners whose codebook says since when they are so."""
    draw, lines = random.Random(7), [f"obs_no,arm,Duration,failure,last1,{later}"]
    for n in range(1, 91):
        failed, seen = n // 2 % 2, draw.randint(10, 400) / 100
        end = f"{seen + draw.randint(5, 90) / 100:.2f}" if failed else ""
        lines.append(f"{50 + 3 * n},{ARMS[n % 2]},{draw.randint(1, 40)},{failed},{seen},{end}")
    write(path / "made.csv", lines)
    text = f"Duration: {label}\nfailure: whether the pump failed\nlast1: a look\n{later}: a look\n"
    (path / "codebook.txt").write_text(text)
    return decide(profile([str(path)]), told, guess_nothing_told)


def test_what_was_before_is_no_time_and_ends_of_an_interval_are_asked(tmp_path: Path):
    draft = of_pumps(tmp_path)
    assert "primary" in blinding(draft) and draft.primary.kind != "time_to_event"
    (said,) = [guess.evidence for guess in draft.guesses if guess.name == "primary"]
    assert "last1 and last2 may be the ends of the interval in which failure happened" in said
    told = of_pumps(tmp_path, primary="failure")
    assert {*people(told).variables.values()} == {"Duration"}


def test_a_duration_that_is_followed_and_has_no_interval_beside_it_is_a_time(tmp_path: Path):
    draft = of_pumps(tmp_path, "other", "duration of follow-up in years")
    assert (draft.primary.column, draft.primary.status) == ("Duration", "failure")


@pytest.mark.parametrize(
    ("name", "unit"), [("days_one_to_nine_number_of_falls", ""), ("number_of_days", "days")]
)
def test_a_number_of_something_in_days_counts_no_days(tmp_path: Path, name: str, unit: str):
    column = followed(tmp_path, (name, "dead")).home.column(name)
    assert (column.unit, may_be_time(column)) == (unit, bool(unit))


@pytest.mark.parametrize(
    ("name", "event"), [("Death = 1 Alive = 0", "1"), ("0=dead 1=alive", "0"), ("Alive", "0")]
)
def test_a_name_that_has_codes_says_which_is_the_event(tmp_path: Path, name: str, event: str):
    draft = followed(tmp_path, ("Days to death", name), primary="Days to death", status=name)
    assert draft.primary.event == event


def test_a_label_of_a_time_or_censoring_has_its_end_asked(tmp_path: Path):
    lines = ["name,label", "progyrs,time in years from entry to progression or censoring"]
    write(tmp_path / "codebook.csv", lines)
    rows = [f"{n},{ARMS[n % 2]},{n % 17 / 8},{n % 3 // 2}" for n in range(1, 91)]
    write(tmp_path / "made.csv", ["pid,arm,progyrs,prog", *rows])
    files = [str(tmp_path / name) for name in ("made.csv", "codebook.csv")]
    draft = decide(profile(files), {"primary": "progyrs"}, guess_nothing_told)
    assert "status" in blinding(draft)


@pytest.mark.parametrize(
    ("codes", "read"),
    [(("1", "2", "3"), True), (("0", "1", "2"), True), (("a", "b", "c"), False)],
)
def test_whole_numbers_of_few_levels_are_a_time_beside_a_status(
    tmp_path: Path, codes: tuple[str, ...], read: bool
):
    """The number of the interval in which it happened; without a status they stay levels."""
    rows = [f"{n},{n % 2},{codes[n // 2 % 3]},{n // 6 % 2}" for n in range(90)]
    write(tmp_path / "trial.csv", ["pid,arm,wave,gone", *rows])
    tables = profile([str(tmp_path / "trial.csv")])
    told = {"arm": "arm", "control": "0", "primary": "wave", "event": "1", "status": "gone"}
    if not read:
        with pytest.raises(UserError, match="no number"):
            decide(tables, told, first_choice)
        return
    made = decide(tables, told, first_choice).primary
    assert (made.kind, made.column, made.status) == ("time_to_event", "wave", "gone")
    del told["status"], told["event"]
    assert decide(tables, told, first_choice).primary.codes


@pytest.mark.parametrize(
    ("label", "asked"),
    [("censoring status", True), ("event indicator", True), ("smokes at the start", False)],
)
def test_a_number_beside_what_is_labelled_as_an_end_is_asked(
    tmp_path: Path, label: str, asked: bool
):
    rows = [f"{n},{n % 2},{n * 7 % 83 / 4 + 1},{n // 3 % 2}" for n in range(90)]
    write(tmp_path / "trial.csv", ["pid,arm,span,z", *rows])
    write(tmp_path / "codebook.csv", ["variable,label", f"z,{label}", "arm,arm by lot"])
    told = {"arm": "arm", "control": "0", "primary": "span"}
    draft = decide(profile([str(tmp_path)]), told, guess_nothing_told)
    blind = {one.name: one.value for one in draft.guesses if one.blinds}
    assert blind.get("status") == ("z" if asked else None)
    with pytest.raises(UserError, match="--status"):
        decide(profile([str(tmp_path)]), {**told, "status": "none", "event": "1"}, first_choice)
