"""Whether more of an outcome is better or worse: drafted where its words say so, named among the
guesses, left open where they do not."""

import random
from collections.abc import Sequence
from pathlib import Path

import pytest
import yaml
from made_exports import write

from trialtrace.run.drafting.direction import of_event, of_measure, stated

N = 60
DRAW = random.Random(35)
ARM = [("drug", "placebo")[n % 2] for n in range(N)]


def numbers(low: int, high: int) -> list[int]:
    return [DRAW.randint(low, high) for _ in range(N)]


def endpoints(call, at, note: Sequence[str] = (), *flags: str, **columns: Sequence[object]) -> dict:
    """endpoints.yaml of a draft under --yes, and its guess of directions."""
    columns = {"id": range(1, N + 1), "arm": ARM, **columns}
    each = zip(*columns.values(), strict=True)
    rows = [",".join(columns), *(",".join(map(str, row)) for row in each)]
    folder = at.root / "data" / "directed"
    folder.mkdir()
    write(folder / "trial.csv", rows)
    if note:
        write(folder / "codebook.txt", ["id: Patient number", "arm: Randomised arm", *note])
    assert call("new", "directed", folder, "--yes", *flags) == 0
    read = {
        name: yaml.safe_load((at.trial_config("directed") / f"{name}.yaml").read_text())
        for name in ("endpoints", "guesses")
    }
    return read | {"guess": read["guesses"]["guesses"].get("direction")}


@pytest.mark.parametrize(
    ("label", "side"),
    [
        ("Disability, 0 to 24, higher scores indicate greater disability", "worse"),
        ("KCCQ (0 to 100; higher = better health status)", "better"),
        ("Score of the scale; lower scores indicate better function", "worse"),
        ("Rating; higher values reflect less pain", "better"),
        ("Index; higher scores reflect a lower quality of life", "worse"),
        ("VAS, 0 = no pain, 10 = worst pain imaginable", "worse"),
        ("EQ VAS, 100 best imaginable health, 0 worst imaginable health", "better"),
        ("Rating (1 best, 7 worst)", "worse"),
        # Of neither side, or of both.
        ("Seen again, 0 = no, 1 = yes", ""),
        ("Systolic pressure, mmHg; higher values mean more salt", ""),
        ("Follow-up day 28, higher dose is given", ""),
        ("Higher scores are better on A, higher scores are worse on B", ""),
    ],
)
def test_what_a_label_states(label: str, side: str):
    assert stated([label])[0] == side


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("pain_vas", "worse"),
        ("HAMD17 score", "worse"),
        ("functional disability", "worse"),
        ("pain-related quality of life", "better"),
        ("6-minute walk distance", "better"),
        ("number of falls", "worse"),
        ("seizure_rate", "worse"),
        ("postOp4hour_throatPain", "worse"),
        # Turned round in some questionnaires, a loss of it, or nobody's wish.
        ("sf36_pain", ""),
        ("pain relief", ""),
        ("pain threshold", ""),
        ("change in pain", ""),
        ("heart_rate", ""),
        ("several days missed", ""),
        ("health care costs", ""),
        ("problem solving", ""),
        ("liver function", ""),
        ("rate constant", ""),
        ("systolic blood pressure", ""),
        ("weight", ""),
        ("Transition dyspnoea index", ""),
        ("Dyspnoea, MRC scale", "worse"),
        ("Neck disability index", "worse"),
    ],
)
def test_what_a_measure_is_called(name: str, side: str):
    assert of_measure(name) == side


@pytest.mark.parametrize(
    ("name", "side"),
    [
        ("Death from any cause", "worse"),
        ("Post-ERCP pancreatitis", "worse"),
        ("Treatment failure", "worse"),
        ("No response", "worse"),
        ("survived to discharge", "better"),
        ("relapse-free", "better"),
        ("response", "better"),
        ("ACR20 response", "better"),
        ("Abnormal", "worse"),
        ("ECG response", ""),
        ("No relapse", ""),
        ("Free of seizures at 6 months", "better"),
        ("Free from infection", "better"),
        ("not relapse-free", "worse"),
        ("Death averted", "better"),
        ("Infection, with treatment free of charge", "worse"),
        ("Ulcer did not heal", "worse"),
        ("neither healed nor improved", "worse"),
        ("neither relapse nor death", "better"),
        # What is asked, and both answers are of, is not negated.
        ("whether the treatment was a success or not", "better"),
        ("Treatment success (yes/no)", "better"),
        ("Success, no/yes", "better"),
        ("whether she had a relapse or not", "worse"),
        ("Infection or no infection", "worse"),
        ("Ulcer did not heal, yes or no", "worse"),
        ("Ulcer healed", ""),
        ("cancer screening attended", ""),
        ("pregnant", ""),
        ("status", ""),
    ],
)
def test_what_an_event_is_called(name: str, side: str):
    assert of_event(name) == side


def test_a_score_has_what_its_codebook_states(call, at):
    """Before the word in its name, which another scale may turn."""
    said = endpoints(
        call,
        at,
        ["score_8: Primary outcome at week 8, 0 to 50, higher scores are better"],
        score_8=numbers(0, 50),
    )
    (entry,) = said["endpoints"].values()
    assert entry["higher"] == "better"
    assert "higher scores are better" in said["guess"]["evidence"]


def test_visits_end_at_the_comma_of_their_labels(call, at):
    ends = "0 to 100, higher scores are worse pain"
    note = [f"vas_{when}: Pain on a scale at {words}, {ends}" for when, words in VISITS.items()]
    note[-1] += " (primary outcome)"
    said = endpoints(call, at, note, **{f"vas_{when}": numbers(0, 100) for when in VISITS})
    entry = said["endpoints"]["vas"]
    assert (entry["label"], entry["higher"]) == ("Pain on a scale", "worse")
    assert entry["visits"]["labels"] == VISITS


VISITS = {"baseline": "baseline", "week8": "week 8"}


def test_a_death_is_worse_by_its_label_and_who_survives_has_none(call, at):
    said = endpoints(
        call,
        at,
        ["died: Death from any cause, 0 no, 1 yes", "survival_days: Survival in days"],
        died=[n % 3 % 2 for n in range(N)],
        survival_days=numbers(20, 700),
    )
    timed = next(one for one in said["endpoints"].values() if one["kind"] == "time_to_event")
    assert (timed["higher"], timed["event_label"]) == ("worse", "Death from any cause")


@pytest.mark.parametrize(
    ("name", "event"), [("censored", "0"), ("alive", "0"), ("ended", "1"), ("event", "1")]
)
def test_whose_survival_ends_had_what_is_worse(call, at, name: str, event: str):
    """A code that is no turns the word of its own column, and not that of the time."""
    note = [f"{name}: {name.title()}, 0 no, 1 yes", "survival_days: Time in days"]
    ended = {name: [n % 3 % 2 for n in range(N)], "survival_days": numbers(20, 700)}
    flags = ("--primary", "survival_days", "--status", name, "--event", event)
    said = endpoints(call, at, note, *flags, **ended)
    timed = next(one for one in said["endpoints"].values() if one["kind"] == "time_to_event")
    assert timed["higher"] == "worse"


def test_a_measure_without_words_has_no_side(call, at):
    said = endpoints(call, at, sodium=numbers(130, 150))
    assert all("higher" not in entry for entry in said["endpoints"].values())
    assert said["guess"] is None


def test_a_turned_side_is_settled_by_hand(call, at, capsys):
    endpoints(call, at, pain=numbers(0, 100))
    file: Path = at.trial_config("directed") / "endpoints.yaml"
    file.write_text(file.read_text().replace("higher: worse", "higher: better"))
    call("confirm", "directed")
    assert "settled in its files: direction" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "label", "no", "event", "side"),
    [
        ("dna", "Did not attend (DNA) the first visit", "did not attend", "did not attend", None),
        ("y1", "Failure to arrive", "did not arrive", "did not arrive", "worse"),
        ("y1", "Treatment failure", "did not respond", "did not respond", "worse"),
        ("nonresponse", "", "did not respond", "did not respond", "worse"),
        ("y1", "Ulcer did not heal", "did not heal", "did not heal", "worse"),
        # Named by what is lacking in those.
        ("y1", "Attendance at the first visit", "did not attend", "attended", None),
        ("y1", "Healing of the ulcer", "did not heal", "healed", "better"),
        ("y1", "Relapse within a year", "did not relapse", "relapsed", "worse"),
        ("y1", "Survival to day 30", "did not survive", "did not survive", "worse"),
        # Named by neither, or by another negation: asked.
        ("dna", "", "did not attend", "", None),
        ("y1", "Did not return to work", "not employed", "", None),
    ],
)
def test_the_event_is_what_the_column_is_called_by(call, at, name, label, no, event, side):
    has = {"attend": "attended", "arrive": "arrived", "respond": "responded", "heal": "healed"}
    has |= {"relapse": "relapsed", "survive": "survived", "employed": "employed"}
    levels = [no if n % 3 else has[no.rpartition(" ")[2]] for n in range(N)]
    note = [f"{name}: {label}"] if label else []
    files = endpoints(call, at, note, "--primary", name, **{name: levels})
    told = files["guesses"]["guesses"]["event"]
    assert told.get("blinds", False) == (not event)
    assert not event or files["endpoints"][name]["event"] == {name: {"is": event}}
    assert not event or files["endpoints"][name].get("higher") == side


def test_yes_is_an_event_that_no_guess_names(call, at):
    yes = [("no", "yes")[n % 2] for n in range(N)]
    files = endpoints(call, at, ["y1: Did not attend"], "--primary", "y1", y1=yes)
    assert files["endpoints"]["y1"]["event"] == {"y1": {"is": "yes"}}
    assert "event" not in files["guesses"]["guesses"]


@pytest.mark.parametrize(("label", "side"), [("Dyspnoea index at week 12", None), ("", "worse")])
def test_a_short_name_is_what_its_label_says(call, at, label: str, side: str | None):
    note = [f"bdi: {label}"] if label else []
    files = endpoints(call, at, note, "--primary", "bdi", bdi=numbers(-9, 9))
    assert files["endpoints"]["bdi"].get("higher") == side
