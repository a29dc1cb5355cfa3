"""The flow: who received the treatment, who did not complete and why, and the boxes of each arm."""

import json
import re
from collections import Counter
from types import SimpleNamespace as Stub

import mini_run
import mini_trial
import pytest

from trialtrace.report.figures import flow
from trialtrace.report.figures.canvas import save_drawing
from trialtrace.report.figures.flow import _side, boxes, counts, draw, screening
from trialtrace.report.links import trace_link
from trialtrace.report.material import Material
from trialtrace.report.page_one.page import page_one
from trialtrace.report.sections import flow_table as table
from trialtrace.report.sections.flow_table import flow_table
from trialtrace.report.sections.lost_sessions import LOST
from trialtrace.report.tables import NO_BREAK
from trialtrace.run.methods.analysing.rows import ALL
from trialtrace.run.trial.load import load_settings

END = "0, Completed | 1, Died | 2, Withdrew"
DICTIONARY = mini_trial.DICTIONARY.replace(
    "days,patients", f'finish,patients,,radio,End,"{END}",,,,,,,,,,,,\ndays,patients', 1
)
TRIAL = mini_trial.TRIAL.replace("    smoker: smoker\n", "    smoker: smoker\n    finish: finish\n")
FLOW = """  flow:
    analysed: [relief_primary]
    received: {AGE: {above: 41}}
    ended: {variable: finish, completed: [Completed]}
"""
PLAN = mini_trial.PLAN.replace("  flow: {analysed: [relief_primary]}\n", FLOW)


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    """Patients 1, 3 and 4 died, 6 withdrew, of 8 nothing is recorded; 1 and 2 are 41 or younger, so
    that they did not receive the treatment and leave the flow there."""
    ends = {1: 1, 3: 1, 4: 1, 6: 2, 8: ""}
    rows = [row | {"finish": ends.get(row["id"], 0)} for row in mini_run.patients()]
    run = mini_run.run_mini(
        tmp_path_factory.mktemp("flow"),
        rows,
        more=["finish"],
        trial=TRIAL,
        dictionary=DICTIONARY,
        plan=PLAN,
        claims="papers: {}\nclaims: {}\n",
    )
    return Material(run.trial, load_settings(run.at), run.folder, {})


def test_reasons_are_counted_by_arm_and_a_missing_one_is_told(mini):
    found = {key[2:]: n for key, n in counts(mini).items() if key[0] == "ended"}
    assert found == {
        ("all", "Died"): 2,
        ("all", "Withdrew"): 1,
        ("all", "not recorded"): 1,
        ("drug", "Died"): 1,
        ("drug", "Withdrew"): 0,
        ("drug", "not recorded"): 0,
        ("placebo", "Died"): 1,
        ("placebo", "Withdrew"): 1,
        ("placebo", "not recorded"): 1,
    }
    assert counts(mini)["received", None, "drug", None] == 9


def test_every_count_of_the_flow_is_recomputed(mini):
    rows = [row["result_id"] for row in mini.of("flow")]
    assert all(mini.tracer.checks.get(row) for row in rows)
    assert max(Counter(rows).values()) == 1


def words(found):
    """The texts of boxes as they are read; those at the side set in."""
    told = [[text.replace(NO_BREAK, " ") for text, _ in box.texts] for box in found]
    return [
        texts if not box.side else [">", *texts] for box, texts in zip(found, told, strict=True)
    ]


def test_the_boxes_of_an_arm(mini):
    given = mini.trial.plan.displays["flow"]
    found = boxes(mini, given, "placebo")
    assert words(found) == [
        ["Placebo", "Allocated: 10", "Received the treatment: 9"],
        [">", "Did not receive it: 1"],
        [">", "Did not complete: 3", "   Died: 1", "   Withdrew: 1", "   not recorded: 1"],
        [">", "Not analysed: 1", "   no value, reason not reported: 1"],
        ["Relief", "Analysed: 9 of 10"],
    ]
    ended = [row["group2_level"] for _, row in found[2].texts if row]
    assert ended == ["Died", "Withdrew", "not recorded"]
    assert draw(mini, given).figure.get_size_inches()[0] == 7.2


def test_the_table_has_how_many_did_not_complete_as_the_boxes_have(mini):
    (line,) = (line for line in flow_table(mini).splitlines() if "Did not complete" in line)
    assert line.endswith("| 1 | 3 | 4 |")


def test_of_those_without_a_value_it_is_told_of_whom_cleaning_rejected_one(mini, monkeypatch):
    """The one of the placebo without relief; a flag, another's cell and another column are not
    what lacks."""
    assert "cleaning" not in flow_table(mini).replace("no value", "")
    candidate = {
        (row["stat_name"], row["parameter"], row["group2_level"]): {row["group1_level"]: row}
        for row in mini.of("flow")
        if row["group1_level"] == ALL
    }
    lacking = candidate["not_analysed", "relief_primary", table.NO_VALUE][ALL]
    whole = candidate["analysed", "relief_primary", None][ALL]
    select, members = mini.tracer.frames.select, mini.tracer.members

    def selected(result):
        (member,) = members[result["result_id"]]
        return select(member["dataset"], json.loads(member["predicate"]))

    (subject,) = selected(lacking).column("SUBJID").tolist()
    other = "nobody"
    name, column = sorted(mini.tracer.raw.value_columns(selected(whole)))[0]
    cell = {"subject": subject, "table": name, "column": column, "severity": "reject"}
    told = "“Relief”: in 1 of the 1 without a value it is cleaning that rejected one (see Data)."

    def said(**more):
        rows = Stub(table=Stub(to_pylist=lambda: [cell | more]))
        own = Stub(trial=mini.trial, tracer=Stub(**vars_of(mini.tracer), rejects=rows))
        return table._rejected(own, candidate, "relief_primary").strip()

    assert said() == told
    for more in ({"severity": "flag"}, {"subject": other}, {"column": "other"}):
        assert said(**more) == ""


def vars_of(tracer):
    return {name: getattr(tracer, name) for name in ("frames", "members", "raw")}


def test_a_figure_of_many_arms_grows_with_them(mini, monkeypatch):
    wide = {}
    for pairs in (1, 2, 4):
        monkeypatch.setattr(flow, "arms_of", lambda _, pairs=pairs: ["drug", "placebo"] * pairs)
        figure = draw(mini, mini.trial.plan.displays["flow"]).figure
        wide[pairs] = figure.get_size_inches()[0]
    assert wide[4] == pytest.approx(2 * wide[2]) and wide[2] > wide[1]


def test_of_those_analysed_the_lost_are_told_who_count_as_failures(mini, monkeypatch):
    given = mini.trial.plan.displays["flow"]
    assert not any(LOST in line for line in flow_table(mini).splitlines())
    for room in (flow, table):
        monkeypatch.setattr(room, "hanging", lambda *_: {"drug": 0, "placebo": 2})
    assert words(boxes(mini, given, "placebo"))[-1][-1].strip() == "lost, counted as failures: 2"
    assert words(boxes(mini, given, "drug"))[-1][-1].startswith("Analysed: ")
    (line,) = (line for line in flow_table(mini).splitlines() if LOST in line)
    assert line.endswith("| 0 | 2 | 2 |")


def test_the_numbers_of_the_figure_are_those_of_its_boxes(mini):
    """Each number that a box says of the placebo; nothing that no box shows."""
    data = draw(mini, mini.trial.plan.displays["flow"]).data
    rows = [dict(zip(data.columns, row, strict=True)) for row in data.rows]
    placebo = [row for row in rows if row["arm"] == "Placebo"]
    numbers = [(row["reason"], row["n"]) for row in placebo if row["result"]]
    assert numbers == [
        *[(None, 10), (None, 9)],
        *[("Died", 1), ("Withdrew", 1), ("not recorded", 1)],
        *[("no value, reason not reported", 1), (None, 9), (None, 10)],
    ]
    texts = [row["count"] for row in placebo if not row["result"]]
    assert texts == ["Did not receive it: 1", "Did not complete: 3", "Not analysed: 1", "Relief"]
    other = {row["result_id"] for row in mini.of("flow")} - {row["result"] for row in rows}
    assert any("in_population" in name and "@all" in name for name in other)


def test_every_count_of_the_boxes_that_is_a_result_leads_to_it(mini, tmp_path):
    figure = draw(mini, mini.trial.plan.displays["flow"]).figure
    save_drawing(figure, tmp_path, "flow", None)
    told = re.findall(
        r'href="\.\./(trace/[^"]+)"><title>([^<]*)', (tmp_path / "flow.svg").read_text()
    )
    results = {trace_link(row["result_id"]): row for row in mini.of("flow")}
    # Randomised; of each arm allocated, received and analysed; those who ended, 1 and 3; 1 without.
    assert len(told) == 1 + 2 * 3 + 1 + 3 + 1
    for link, text in told:
        assert str(round(results[link]["stat_value"])) in re.findall(r"\d+", text), text


def test_what_no_key_tells_has_no_box_and_is_said_once(mini):
    bare = {"analysed": ["relief_primary"]}
    assert words(boxes(mini, bare, "drug"))[0] == ["Drug", "Allocated: 10"]
    assert not any("complete" in text for box in words(boxes(mini, bare, "drug")) for text in box)
    assert screening(mini) == []
    assert draw(mini, bare).caption.endswith(
        "Not reported in the data: who was assessed for eligibility, who received the treatment "
        "and who was lost to follow-up."
    )


def test_the_boxes_end_with_the_primary_analysis(mini):
    """Another that the plan lists before it stands in the table."""
    given = {"analysed": ["death_time", "relief_primary"]}
    assert words(boxes(mini, given, "drug"))[-1][0] == "Relief"
    assert "other analyses are in the flow table" in draw(mini, given).caption


def test_where_the_data_have_some_of_those_randomised_nobody_is_called_so(mini, monkeypatch):
    given = mini.trial.plan.displays["flow"] | {"patients": "Eligible"}
    monkeypatch.setitem(mini.trial.plan.displays, "flow", given)
    assert words(boxes(mini, given, "drug"))[0][:2] == ["Drug", "Eligible: 10"]
    picture = draw(mini, given)
    shown = [text.get_text() for text in picture.figure.axes[0].texts if text.get_text()]
    assert shown[:3] == ["Eligible", "n = 20", "Number randomised: not in the data"]
    assert "Boxes from the patients eligible to" in picture.alt and "Eligible 20:" in picture.alt
    table = flow_table(mini).splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in table if "|" in line]
    at = [row[0] for row in rows].index("**Randomised**")
    assert rows[at][1:] == ["not in the data"] * 3
    assert rows[at + 1][0] == "**Eligible**" and "[10](" in rows[at + 1][1]
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", page_one(mini, {}))
    assert "| Eligible | 10 | 10 |" in plain and "Randomised" not in plain
    assert "1. The data do not record how many patients were randomised" in plain


def test_rare_reasons_stand_together_and_an_unreported_one_last():
    reasons = {"no value, reason not reported": 9, "died": 4, "moved": 3, "ill": 2, "tired": 1}
    (told,) = words([_side("Gone: 20", reasons | {"busy": 1, "nobody": 0})])
    rest = ["   died: 4", "   moved: 3", "   ill: 2", "   tired: 1", "   other reasons: 10"]
    assert told == [">", "Gone: 20", *rest]
    assert words([_side("Gone: 2", {"moved": 2, "nobody": 0})]) == [[">", "Gone: 2", "   moved: 2"]]
    assert words([_side("Gone: 0", {"nobody": 0})]) == [[">", "Gone: 0"]]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("variable: finish", "variable: finis", 'did you mean "finish"?'),
        ("[Completed]", "[Complete]", 'did you mean "Completed"?'),
        ("AGE: {above", "AGES: {above", "a column of ADSL"),
    ],
)
def test_a_flow_that_names_what_is_not_there_is_refused(tmp_path, old, new, told):
    from trialtrace.run.trial.check import check_trial

    at = mini_trial.write_project(
        tmp_path, trial=TRIAL, dictionary=DICTIONARY, plan=PLAN.replace(old, new)
    )
    problems = "\n".join(map(str, check_trial(at, "mini")))
    assert told in problems and "plan.yaml:" in problems
