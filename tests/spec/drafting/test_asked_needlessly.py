"""What a README, labels, names or cells answer beyond doubt is taken unasked, each on a made file;
beside it the file next to it, which leaves the answer open."""

import math
import random
from collections.abc import Sequence
from pathlib import Path

import pytest
from made_exports import write

from trialtrace.run.drafting.changes import standardised
from trialtrace.run.drafting.draft import Draft, decide
from trialtrace.run.drafting.likely_outcome import candidates
from trialtrace.run.drafting.questions import first_choice
from trialtrace.run.drafting.tables import profile
from trialtrace.run.drafting.visits import look
from trialtrace.run.drafting.wide import over_visits

N = 120
DRAW = random.Random(28)
HALVES = [n % 2 for n in range(N)]
ARMS = [("control", "yoga")[half] for half in HALVES]
Columns = dict[str, Sequence[object]]


def numbers(low: int, high: int, n: int = N) -> list[int]:
    return [DRAW.randint(low, high) for _ in range(n)]


def drafted(folder: Path, columns: Columns, note: str = "", name: str = "README.md") -> Draft:
    """Taken as under --yes."""
    rows = zip(*columns.values(), strict=True)
    write(folder / "trial.csv", [",".join(columns), *(",".join(map(str, row)) for row in rows)])
    if note:
        write(folder / name, [note])
    return decide(profile([str(folder)]), {}, first_choice)


def opened(draft: Draft) -> set[str]:
    """What is left open."""
    return {one.name for one in draft.guesses if one.blinds}


ENDS = ("odi_0", "odi_6", "sleep_0", "sleep_6")
LISTED = "\n\n- id: person\n- arm: control or yoga\n"
LISTED += "- odi_0, odi_6: extent of disability, 0 and 6 months\n"
LISTED += "- sleep_0, sleep_6: quality of sleep, 0 and 6 months\n"


def measured() -> Columns:
    return {"id": range(1, N + 1), "arm": ARMS, **{name: numbers(0, 99) for name in ENDS}}


@pytest.mark.parametrize(
    ("note", "name", "sure"),
    [
        ("The primary outcome was disability (odi_6).", "README.md", True),
        ("The primary outcome is the ODI after six months.", "README.txt", True),
        ("The primary endpoint was the extent of disability.", "codebook.md", True),
        ("The ODI (odi_6, primary outcome) was asked twice.", "README.md", True),
        ("The ODI at six months was the primary outcome.", "README.md", True),
        ("Our primary outcome measure, the ODI at six months, was blind.", "README.md", True),
        # Of another study, or of what was planned; of two outcomes; of what goes with it.
        ("The primary outcome was associated with sleep (sleep_6).", "README.md", False),
        ("Primary outcome models are in a script for the ODI.", "README.md", False),
        ("The sample size was by the primary outcome of 5 in ODI.", "README.md", False),
        ("In the pilot study the primary outcome was disability (odi_6).", "README.md", False),
        ("The trial of Berg had it so. Its primary outcome was (odi_6).", "README.md", False),
        ("The planned primary outcome was disability (odi_6).", "README.md", False),
        ("The primary outcomes were the ODI and sleep (sleep_6).", "README.md", False),
        ("The primary outcome was the ODI (odi_6) and sleep (sleep_6).", "README.md", False),
        ("Yoga was better as measured by disability (odi_6).", "README.md", False),
        ("In trial 2 the primary outcome was disability (odi_6).", "README.md", False),
        ("The aim was to assess the effect of yoga on reducing the ODI.", "README.md", True),
        ("The aim was to assess the effect on improving the ODI, secondarily sleep.", "x.md", True),
        (
            "# BACK: yoga\n\nThe BACK trial aims to assess effects on reducing ODI.",
            "README.md",
            True,
        ),
        (
            "# BACK: yoga\n\nThe KNEE trial aims to assess effects on reducing ODI.",
            "README.md",
            False,
        ),
        ("The sister trial KNEE aims to assess effects on reducing ODI.", "README.md", False),
        (
            "The trial KNEE aims to assess effects on reducing ODI. Its data are elsewhere.",
            "x.md",
            False,
        ),
    ],
)
def test_a_readme_names_the_primary_outcome_of_its_trial(
    tmp_path: Path, note: str, name: str, sure: bool
):
    draft = drafted(tmp_path, measured(), note + LISTED, name)
    assert ("primary" not in opened(draft)) is sure
    assert not sure or draft.primary.column == "odi_{visit}"


def test_a_readme_of_what_a_trial_left_names_the_outcome_of_that_trial(tmp_path: Path):
    note = "A secondary analysis.\n\nThe primary outcome of the trial was disability (odi_6)."
    assert "primary" in opened(drafted(tmp_path, measured(), note + LISTED))


def test_a_note_that_describes_no_column_may_be_of_another_trial(tmp_path: Path):
    note = "The primary outcome was disability (odi_6)."
    assert "primary" in opened(drafted(tmp_path, measured(), note, "notes.txt"))


def test_what_a_list_says_of_the_next_column_is_no_primary_outcome(tmp_path: Path):
    note = "arm: the arm\nsteps90: steps on day 90 (primary outcome)\nstay: length of the stay"
    columns = {"arm": ARMS, "steps90": numbers(0, 99), "stay": numbers(1, 30)}
    draft = drafted(tmp_path, columns, note, "README.txt")
    assert draft.primary.column == "steps90" and "primary" not in opened(draft)


@pytest.mark.parametrize(
    "codes", ["0 = no, 1 = yes. Primary outcome.", "Leak (0=no, 1=yes), primary outcome"]
)
def test_a_role_behind_the_codes_is_none_of_them(tmp_path: Path, codes: str):
    note = f"arm: the arm\nleak: {codes}\nstay: days in hospital"
    columns = {"arm": ARMS, "leak": numbers(0, 1), "stay": numbers(1, 30)}
    draft = drafted(tmp_path, columns, note)
    assert dict(draft.table("trial").column("leak").choices) == {"0": "no", "1": "yes"}
    assert draft.primary.column == "leak" and "primary" not in opened(draft)


@pytest.mark.parametrize("note", ["- `odi_0`, `odi_6`: ODI (primary outcome: six months)"])
def test_names_that_are_marked_one_by_one(tmp_path: Path, note: str):
    draft = drafted(
        tmp_path, measured(), f"- `id`: person\n- `arm`: arm\n{note}\n- `sleep_0`: PSQI"
    )
    assert draft.primary.column == "odi_{visit}" and "primary" not in opened(draft)


@pytest.mark.parametrize(("time", "sure"), [("dead28", True), ("dead", False)])
def test_what_had_happened_by_a_day_needs_no_time(tmp_path: Path, time: str, sure: bool):
    note = (
        f"Primary outcome: death ({time}).\n\narm: the arm\n{time}: 1 died, 0 alive\nlos_days: stay"
    )
    columns = {"arm": ARMS, time: numbers(0, 1), "los_days": numbers(1, 28)}
    draft = drafted(tmp_path, columns, note)
    assert ("primary" not in opened(draft)) is sure


@pytest.mark.parametrize(
    ("beside", "sure"), [("height", True), ("died", False), ("weight_end", True)]
)
def test_what_was_measured_again_is_no_trait_of_patients(tmp_path: Path, beside: str, sure: bool):
    columns: Columns = {"arm": ARMS, "age": numbers(20, 90)}
    columns |= {f"weight_{month}": numbers(50, 110) for month in (0, 3, 6)}
    values = numbers(0, 1) if beside == "died" else numbers(150, 190)
    draft = drafted(tmp_path, columns | {beside: values} if beside != "weight_end" else columns)
    assert ("primary" not in opened(draft)) is sure


@pytest.mark.parametrize(
    ("label", "sure"),
    [("Treatment allocation (0 = gel, 1 = oil)", True), ("0 = gel, 1 = oil", False)],
)
def test_a_label_of_the_allocation(tmp_path: Path, label: str, sure: bool):
    columns = {"group": HALVES, "nausea_any": numbers(0, 1), "asked": numbers(0, 1)}
    note = f"group: {label}\nnausea_any: nausea\nasked: asked again"
    assert ("arm" not in opened(drafted(tmp_path, columns, note))) is sure


@pytest.mark.parametrize(
    ("levels", "control"),
    [
        (("CON", "HIIT"), "CON"),
        (("PLA", "CAF"), "PLA"),
        (("UC", "REHAB"), "UC"),
        # Concentric and eccentric; ulcerative colitis and Crohn's disease.
        (("CON", "ECC"), ""),
        (("UC", "CD"), ""),
    ],
)
def test_short_names_of_a_control(tmp_path: Path, levels: tuple[str, str], control: str):
    columns = {"arm": [levels[half] for half in HALVES], "power_after": numbers(90, 300)}
    draft = drafted(tmp_path, columns)
    assert ("control" not in opened(draft)) is bool(control)
    assert not control or draft.arms[draft.control][1] == control


@pytest.mark.parametrize(
    ("note", "sure"),
    [
        ("Group C: control (saline). Group D: dexamethasone.", True),
        ("**Group C** = saline\n\n**Group D** = dexamethasone", True),
        ("Group C: control (saline).", False),
    ],
)
def test_words_with_a_letter_that_a_text_explains(tmp_path: Path, note: str, sure: bool):
    columns = {"group": [f"Group {'CD'[half]}" for half in HALVES], "opioids_after": numbers(0, 60)}
    draft = drafted(tmp_path, columns, note)
    assert ("control" not in opened(draft)) is sure
    assert not sure or draft.arms[draft.control][1] == "Group C"


@pytest.mark.parametrize(
    ("label", "sure"), [("offered tutoring (1) or not (0)", True), ("tutors (1), books (0)", False)]
)
def test_who_was_offered_it_or_not(tmp_path: Path, label: str, sure: bool):
    note = f"zone  Treatment: {label}\nage  Age in years\ntest_end  Test at the end"
    columns = {"zone": HALVES, "age": numbers(7, 12), "test_end": numbers(0, 99)}
    assert ("control" not in opened(drafted(tmp_path, columns, note))) is sure


@pytest.mark.parametrize("fixed", [True, False])
def test_treatments_in_turn_are_an_arm_where_orders_differ(tmp_path: Path, fixed: bool):
    """What everybody had in the same order was not drawn."""
    rows = [
        f"{n},{('heat', 'cold')[(k + n * (not fixed)) % 2]},{k + 1},{DRAW.randint(0, 99)}"
        for n in range(1, 31)
        for k in range(2)
    ]
    write(tmp_path / "trial.csv", ["person,condition,session,power", *rows])
    draft = decide(profile([str(tmp_path)]), {}, first_choice)
    assert draft.arm.name == "condition" and ("arm" in opened(draft)) is fixed


@pytest.mark.parametrize(("status", "time"), [("rfs_event", "rfs_years"), ("rfs_ev", "years")])
def test_a_time_and_its_end_of_one_word(tmp_path: Path, status: str, time: str):
    columns = {"arm": ARMS, "nodes": numbers(0, 9), time: numbers(1, 90), status: numbers(0, 1)}
    draft = drafted(tmp_path, columns)
    assert ("primary" not in opened(draft)) is (time == "rfs_years")


@pytest.mark.parametrize(("rest", "of_arm"), [(range(1, 40), True), (range(40), False)])
def test_how_much_of_the_drug_somebody_had_is_no_outcome(tmp_path: Path, rest, of_arm: bool):
    """A dose of which others took none as well may be one, as of what relieves pain."""
    doses = [DRAW.choice(rest) if half else 0 for half in HALVES]
    columns = {"arm": ARMS, "dose_mg": doses, "relief": numbers(0, 99)}
    assert ("primary" not in opened(drafted(tmp_path, columns))) is of_arm


def test_a_visit_tells_no_end_of_a_time(tmp_path: Path):
    rows = [
        f"{n},{('placebo', 'caffeine')[(k + n) % 2]},{k + 1},{DRAW.randint(300, 900)}"
        for n in range(1, 31)
        for k in range(2)
    ]
    write(tmp_path / "trial.csv", ["person,drug,visit,time_s", *rows])
    draft = decide(profile([str(tmp_path)]), {}, first_choice)
    assert draft.primary.column == "time_s" and "status" not in opened(draft)


@pytest.mark.parametrize(("name", "levels"), [("mrs_90", True), ("mds_90", False)])
def test_steps_of_a_known_scale_are_levels(tmp_path: Path, name: str, levels: bool):
    draft = drafted(tmp_path, {"arm": ARMS, "age": numbers(50, 90), name: numbers(0, 6)})
    assert draft.primary.column == name and bool(draft.primary.codes) is levels


@pytest.mark.parametrize(("first", "series"), [((3, 4), True), ((30, 40), False)])
def test_few_steps_at_the_start_are_of_the_scale(tmp_path: Path, first, series: bool):
    columns = {
        "arm": ARMS,
        "IGA_0": numbers(*first),
        "IGA_4": numbers(0, 4),
        "IGA_8": numbers(0, 4),
    }
    draft = drafted(tmp_path, columns)
    assert (draft.primary.column == "IGA_{visit}" and bool(draft.primary.codes)) is series


def test_a_known_name_of_many_values_is_a_number(tmp_path: Path):
    """MRS is also the Menopause Rating Scale."""
    draft = drafted(tmp_path, {"arm": ARMS, "age": numbers(50, 90), "mrs_12w": numbers(0, 44)})
    assert not draft.primary.codes


@pytest.mark.parametrize(("most", "asked"), [(90, True), (400, False)])
def test_a_time_that_stops_for_many_at_its_largest(tmp_path: Path, most: int, asked: bool):
    days = [min(one, most) for one in numbers(1, 120)]
    draft = drafted(tmp_path, {"arm": ARMS, "age": numbers(20, 90), "days_to_relapse": days})
    assert ("status" in opened(draft)) is asked


@pytest.mark.parametrize(("again", "told"), [("another", True), ("same", False), ("none", False)])
def test_people_who_stand_twice_in_both_arms(tmp_path: Path, again: str, told: bool):
    """Chance makes no two of one age, height and weight; a family shares some of it, in one arm."""
    who = [
        (DRAW.randint(20, 80), DRAW.randint(150, 199), DRAW.randint(500, 990)) for _ in range(60)
    ]
    more = [
        (DRAW.randint(20, 80), DRAW.randint(150, 199), DRAW.randint(500, 990)) for _ in range(60)
    ]
    people = [*who, *(more if again == "none" else who)]
    arms = [*ARMS[:60], *(ARMS[1:61] if again == "another" else ARMS[:60])]
    columns = dict(zip(("age", "height", "weight"), zip(*people, strict=True), strict=True))
    columns = {"id": range(1, N + 1), "arm": arms, **columns, "score_after": numbers(0, 99)}
    assert ("twice" in opened(drafted(tmp_path, columns))) is told


@pytest.mark.parametrize(
    ("ends", "pair"), [(("pre", "pos"), True), (("start", "end"), True), (("pos", "neg"), False)]
)
def test_further_words_of_before_and_after(tmp_path: Path, ends: tuple[str, str], pair: bool):
    columns = {"arm": ARMS, **{f"dor_{end}": numbers(0, 99) for end in ends}}
    draft = drafted(tmp_path, columns)
    assert (draft.primary.column == "dor_{visit}") is pair


def test_what_all_visits_are_called_by_says_of_none_that_it_was_before(tmp_path: Path):
    columns = {"arm": ARMS, **{f"odi_t{n}": numbers(0, 99) for n in range(3)}}
    note = "arm: the arm\nodi_t0, odi_t1, odi_t2: disability before, after 4 and after 12 weeks"
    assert drafted(tmp_path, columns, note).primary.before == ("0",)


@pytest.mark.parametrize(("beside", "unit"), [("p{}da", False), ("p{}M_sum", True)])
def test_a_letter_behind_the_number_may_be_of_the_measure(tmp_path: Path, beside: str, unit: bool):
    """Beside p1da and p2da no months are counted in p1M_ratio and p2M_ratio."""
    names = [form.format(n) for form in ("p{}M_ratio", beside) for n in (1, 2)]
    table = drafted(tmp_path, {"arm": ARMS, **{name: numbers(1, 99) for name in names}}).home
    found = {one.column: one for one in over_visits(candidates(table, ["arm"], ""), table, {})}
    assert found["p{visit}M_ratio"].visit_word == ("m" if unit else "visit")
    assert bool(look(table, found["p{visit}M_ratio"]).doubt) is not unit


@pytest.mark.parametrize(("name", "sure"), [("pain_score_0w", True), ("pain_score_8w", False)])
def test_what_was_measured_at_week_0_is_no_rival(tmp_path: Path, name: str, sure: bool):
    columns = {"arm": ARMS, name: numbers(0, 99), "healed_12w": numbers(0, 1)}
    assert ("primary" not in opened(drafted(tmp_path, columns))) is sure


HEADED = "## {}\n\nDisability (`odi_6`)\n\n## Columns"


@pytest.mark.parametrize(
    ("heading", "sure"), [("Primary outcome", True), ("Secondary outcomes", False)]
)
def test_a_heading_says_what_is_below_it(tmp_path: Path, heading: str, sure: bool):
    draft = drafted(tmp_path, measured(), HEADED.format(heading) + LISTED)
    assert ("primary" not in opened(draft)) is sure
    assert not sure or draft.primary.column == "odi_{visit}"


@pytest.mark.parametrize(("role", "sure"), [("Primary outcome", True), ("Outcome", False)])
def test_a_codebook_has_roles_in_a_column_of_any_name(tmp_path: Path, role: str, sure: bool):
    page = f"variable,description,notes\narm,arm,\nleak,Leak,{role}\nseroma,Seroma,Outcome"
    columns = {"arm": ARMS, "leak": numbers(0, 1), "seroma": numbers(0, 1)}
    draft = drafted(tmp_path, columns, page, "codebook.csv")
    assert ("primary" not in opened(draft)) is sure
    assert not sure or draft.primary.column == "leak"


@pytest.mark.parametrize(("label", "sure"), [(" (primary endpoint)", True), ("", False)])
def test_a_parameter_is_called_primary(tmp_path: Path, label: str, sure: bool):
    rows = [
        f"{n},{ARMS[n]},{code},{text},{DRAW.randint(1, 400)},{DRAW.randint(0, 1)}"
        for n in range(N)
        for code, text in (("OS", "Overall survival"), ("PFS", f"Progression{label}"))
    ]
    write(tmp_path / "adtte.csv", ["USUBJID,TRTP,PARAMCD,PARAM,AVAL,CNSR", *rows])
    draft = decide(profile([str(tmp_path)]), {}, first_choice)
    assert ("parameter" not in opened(draft)) is sure
    assert not sure or draft.primary.where == (("PARAMCD", "PFS"),)


@pytest.mark.parametrize(("off", "sure"), [(0, True), (9, False)])
def test_a_change_is_its_value_once_more(tmp_path: Path, off: int, sure: bool):
    """Not where it is of another value."""
    rows = ["SUBJID,TRT,VISIT,AVAL,BASE,CHG"]
    for n in range(N):
        base = DRAW.randint(20, 40)
        for visit in ("Baseline", "Week 4", "Week 8"):
            value = base if visit == "Baseline" else DRAW.randint(10, 40)
            row = (n, ARMS[n], visit, value, base, value - base + DRAW.randint(0, off))
            rows.append(",".join(map(str, row)))
    write(tmp_path / "adqs.csv", rows)
    draft = decide(profile([str(tmp_path)]), {}, first_choice)
    assert ("primary" not in opened(draft)) is sure
    assert not sure or draft.primary.column == "AVAL"


def test_a_change_that_is_called_primary_is_it(tmp_path: Path):
    first, last = numbers(50, 99), numbers(50, 99)
    change = [b - a for a, b in zip(first, last, strict=True)]
    columns = {"arm": ARMS, "zinc_base": first, "zinc_end": last, "zinc_change": change}
    note = "arm: the arm\nzinc_base: at first\nzinc_end: at last\nzinc_change: {}"
    (tmp_path / "one").mkdir()
    (tmp_path / "two").mkdir()
    draft = drafted(tmp_path / "one", columns, note.format("difference (primary outcome)"))
    assert draft.primary.column == "zinc_change"
    assert drafted(tmp_path / "two", columns, note.format("difference")).primary.columns


@pytest.mark.parametrize("scale", [1.0, 0.9])
def test_a_logarithm_is_its_time_once_more(tmp_path: Path, scale: float):
    times = numbers(1, 90)
    logs = [f"{math.log(one) + (scale < 1) * (n % 3):.4f}" for n, one in enumerate(times)]
    columns = {"arm": ARMS, "rtime": times, "lrtime": logs, "relapse": numbers(0, 1)}
    assert standardised(drafted(tmp_path, columns).home) == ({"lrtime"} if scale == 1 else set())


def test_of_two_outcomes_from_a_baseline_neither_is_taken(tmp_path: Path):
    columns = {f"{name}_{n}": numbers(0, 99) for name in ("DAS28", "HAQ") for n in (0, 12, 24)}
    assert "primary" in opened(drafted(tmp_path, {"arm": ARMS, **columns}))


@pytest.mark.parametrize(
    ("labels", "sure"),
    [
        (("before the intervention", "after the intervention"), True),
        (("at work", "at home"), False),
    ],
)
def test_labels_that_make_numbers_visits(tmp_path: Path, labels: tuple[str, str], sure: bool):
    note = "arm: the arm\n" + "".join(f"mood_{n}: mood {one}\n" for n, one in enumerate(labels, 1))
    draft = drafted(tmp_path, {"arm": ARMS, "mood_1": numbers(0, 9), "mood_2": numbers(0, 9)}, note)
    assert ("primary" not in opened(draft)) is sure


@pytest.mark.parametrize(("words", "sure"), [(("con", "exp"), True), (("con", "ecc"), False)])
def test_columns_of_a_control_and_another(tmp_path: Path, words: tuple[str, str], sure: bool):
    columns = {f"bpg_{word}": numbers(200, 500) for word in words}
    write(tmp_path / "t.csv", [",".join(columns), *map("{},{}".format, *columns.values())])
    told = {"arm": ",".join(columns)}
    draft = decide(profile([str(tmp_path)]), told, first_choice)
    assert ("control" not in opened(draft)) is sure
