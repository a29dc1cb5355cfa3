"""The sections of a report: four answers an analysis, other choices, tables of many endpoints."""

import re
from copy import copy
from dataclasses import replace
from html import unescape

import mini_run
import mini_trial
import pytest

from trialtrace.base.config.spec import structure
from trialtrace.base.styles import STYLES
from trialtrace.base.words import upper_first
from trialtrace.report.figures.make import Drawn, beside, first_figures, images, of_summary
from trialtrace.report.links import trace_link
from trialtrace.report.material import Material
from trialtrace.report.page_one.page import page_one
from trialtrace.report.sections import choices
from trialtrace.report.sections.analysed import analysed
from trialtrace.report.sections.analysis_section import analysis_sentences, analysis_table
from trialtrace.report.sections.analysis_tables import analysis_tables
from trialtrace.report.sections.cautions import cautions
from trialtrace.report.sections.choices import other_choices
from trialtrace.report.sections.endpoints_section import endpoints_table
from trialtrace.report.sections.estimand import asked, intercurrent_words
from trialtrace.report.sections.findings import sentences
from trialtrace.report.sections.sections import design_line, made_by, populations, trial_section
from trialtrace.report.tables import NO_BREAK
from trialtrace.run.trial.load import load_settings, load_trial
from trialtrace.run.trial.outcomes import CHOSEN
from trialtrace.run.trial.plan.estimand import Intercurrent

PLAN = mini_trial.PLAN.replace(
    "analyses:\n",
    """\
  scales_itt:
    treatment: {of: drug, to: placebo}
    population: itt
    variable: [pain, first_pain]
    intercurrent: [{event: death, strategy: while alive}]
    summary: difference in means
analyses:
""",
    1,
).replace(
    "  relief_by_smoker:\n",
    """\
  relief_other:
    label: Relief, other test
    role: sensitivity
    of: relief_primary
    estimates: [{risk_difference: wald}, {odds_ratio: woolf}]
    tests: [{chi_squared: {correction: none}}]
  scales:
    label: Scales
    role: secondary
    estimand: scales_itt
    visits: all
    describe: [{summary: [mean, sd]}]
    estimates: [{mean_difference: welch}]
    tests: [{welch_t: {sides: two_sided}}]
  relief_by_smoker:
""",
)


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    run = mini_run.run_mini(
        tmp_path_factory.mktemp("sections"), plan=PLAN, claims="papers: {}\nclaims: {}\n"
    )
    return Material(run.trial, load_settings(run.at), run.folder, {})


def shown(markdown):
    """Markdown as a reader sees it: links and references resolved."""
    text = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), markdown)
    return re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).replace(NO_BREAK, " ")


def analysis(mini, name):
    return mini.trial.plan.analyses[name]


def test_an_analysis_says_what_was_asked_who_was_analysed_and_what_was_found(mini):
    primary = analysis(mini, "relief_primary")
    assert "; [relief](#endpoint-relief), in" in asked(mini, primary)
    assert "[Relief]{#endpoint-relief} |" in endpoints_table(mini)
    assert shown(asked(mini, primary)) == (
        "Difference in risk, Drug against Placebo; relief, in “all randomised”; treatment policy "
        "for rescue drug."
    )
    assert shown(analysed(mini, primary)) == (
        "All randomised: known in 10 of 10 Drug, 9 of 10 Placebo."
    )
    (found,) = sentences(mini, primary)
    assert shown(found).startswith("Drug against Placebo: risk difference 26.7 percentage points")
    assert (
        "6 of 10 (60.0 %) against 3 of 9 (33.3 %) patients; p = 0.37, adjusted p = 0.61."
    ) in shown(found)


def test_a_section_has_five_lines_and_all_else_is_with_its_tables(mini):
    primary = analysis(mini, "relief_primary")
    names = [line.partition(".**")[0] for line in analysis_sentences(mini, primary).split("\n\n")]
    five = ["Estimand", "Analysed", "Result", "Interpretation", "Caution"]
    assert names == [f"**{name}" for name in five]
    table = shown(analysis_table(mini, primary))
    assert "- Yes where " in table and "This analysis has no visit and no time of it." in table
    assert "tests are decided at the level of 0.05" in table


def test_a_note_leads_to_the_analysis_that_it_names(mini):
    note = "As for “Relief”, not as “nothing”."
    text = analysis_table(mini, replace(analysis(mini, "scales"), note=note))
    assert "“[Relief](#sec-of-relief-primary)”" in text and note in shown(text)


def test_a_population_that_is_chosen_late_is_told_where_no_event_is_declared(mini):
    one = analysis(mini, "scales")
    late = replace(mini.trial.populations["itt"], label=f"Some{CHOSEN}pain)")
    trial = copy(mini.trial)
    trial.__dict__["populations"] = mini.trial.populations | {"itt": late}
    of = Material(trial, mini.settings, mini.folder, {})
    bare = replace(one, estimand=replace(one.estimand, intercurrent=()))
    codes = [[one.code for one in cautions(each, bare)] for each in (of, mini)]
    assert ["chosen_after_randomisation" in each for each in codes] == [True, False]
    assert "no intercurrent event declared" in asked(of, bare)


def test_a_death_is_told_with_the_day_it_is_held_against():
    death = {"event": "death", "strategy": "while alive"}
    one = structure(Intercurrent, death | {"death": {"of": "survival", "day": 98}})
    days = {"week 12": 98, "week 24": 180}
    each = structure(Intercurrent, death | {"death": {"of": "survival", "days": days}})
    told = [list(intercurrent_words([event]))[-1] for event in (one, each)]
    assert told[0].startswith("patients who had died by day 98 count as dead at the visit")
    assert "day 98 (week 12) or day 180 (week 24)" in told[1]
    assert all("not by the date of the visit" in text for text in told)
    before = structure(Intercurrent, death | {"death": {"of": "survival", "before": True}})
    assert list(intercurrent_words([before]))[-1] == (
        "patients who died have an outcome of the time before, which is unknown where it was not "
        "seen"
    )


def test_a_model_of_all_arms_does_not_count_as_an_arm(mini, monkeypatch):
    """Its adjusted mean of an arm rests on 19 subjects, which no arm has."""
    rows = mini.of("relief_primary")
    adjusted = rows[0] | {"group1_level": "drug", "denominator": None, "n_used": 19}
    of = type(mini).of
    more = {"relief_primary": [adjusted]}
    monkeypatch.setattr(type(mini), "of", lambda self, name: [*of(self, name), *more.get(name, ())])
    primary = analysis(mini, "relief_primary")
    assert shown(analysed(mini, primary)) == (
        "All randomised: known in 10 of 10 Drug, 9 of 10 Placebo."
    )


def test_how_it_was_made_leads_to_what_was_decided(mini):
    text = made_by(mini)
    assert "](config/trial.yaml.html), " in text
    assert "claims.yaml.html" not in text


def test_other_choices_stand_beside_the_analysis_they_are_of(mini):
    table = shown(other_choices(mini, analysis(mini, "relief_primary")))
    lines = lines_of(table)
    assert [line[0] for line in lines[1:] if line[0]] == ["Relief", "Relief, other test"]
    assert "Wald" in table and "Woolf" not in table
    assert lines[0] == ["Analysis", "Statistic", "Drug against Placebo"]
    assert other_choices(mini, analysis(mini, "pain_each")) == ""


def test_a_primary_analysis_alone_says_that_there_are_no_others(mini, monkeypatch):
    monkeypatch.setattr(choices, "children", lambda *_: [])
    text = other_choices(mini, analysis(mini, "relief_primary"))
    assert text == "Under other choices: the plan has no other analysis of this one."
    assert other_choices(mini, analysis(mini, "pain_each")) == ""


def test_a_sensitivity_analysis_refers_to_the_question_it_answers_otherwise(mini):
    text = analysis_sentences(mini, analysis(mini, "relief_other"))
    assert "**Estimand.** As for “[Relief](#sec-of-relief-primary)”." in text


PAIN = "Pain; 0 to 10, higher is worse"


def lines_of(table):
    """The cells of each line of a table, the rule left out."""
    lines = [line.split("|")[1:-1] for line in table.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line] for line in (lines[0], *lines[2:])]


def tables_of(mini, name):
    """Each table of an analysis as a reader sees it, by the end of its label."""
    texts = shown(analysis_tables(mini, name)).split("::: {#tbl-")[1:]
    return {text.partition("}")[0].rpartition("-")[2]: text for text in texts}


def test_a_table_has_a_line_a_statistic_of_each_endpoint_and_visit(mini):
    tables = tables_of(mini, "scales")
    assert [*tables] == ["arms", "compared"]
    head, *lines = lines_of(tables["arms"])
    assert head == ["Endpoint", "Visit", "Statistic", "Drug", "Placebo"]
    assert lines[0][:3] == [PAIN, "before", "N"]
    # pain0 = 3 + id % 6 of the ten odd patients: 3 + 28 / 10; its SD in brackets.
    mean = next(line for line in lines if line[1:3] == ["before", "Mean"])
    assert mean[3].startswith("5.80 (") and mean[3].endswith("(SD 1.75)")
    head = lines_of(tables["compared"])[0]
    assert head[-1] == "Drug against Placebo"


def test_every_result_of_an_analysis_is_a_link_of_its_tables(mini):
    """Each has a cell or stands in brackets behind another."""
    for name in mini.trial.plan.analyses:
        text = analysis_tables(mini, name)
        for row in mini.printable(name):
            assert f"({trace_link(row['result_id'])})" in text, row["result_id"]


def test_two_results_of_one_place_are_both_in_its_cell(mini, monkeypatch):
    of = type(mini).of
    mean = next(row for row in of(mini, "scales") if row["stat_name"] == "mean")
    again = mean | {"result_id": mean["result_id"] + "2"}
    monkeypatch.setattr(type(mini), "of", lambda *_: [mean, again])
    (line,) = lines_of(shown(analysis_tables(mini, "scales")))[1:]
    assert line[-1].count("(") == 2


def test_means_of_one_endpoint_have_their_range_in_the_caption(mini):
    assert "Values: 0 to 10, higher is worse." in shown(analysis_tables(mini, "pain_each"))
    assert "Values:" not in shown(analysis_tables(mini, "relief_primary"))


def test_what_all_lines_share_stands_in_the_caption(mini, monkeypatch):
    tables = tables_of(mini, "relief_primary")
    head, *lines = lines_of(tables["arms"])
    assert head == ["Statistic", "Drug", "Placebo", "All arms"]
    assert lines[0] == ["Patients with the event", "6 of 10", "3 of 9", "9 of 19"]
    of = type(mini).of
    chosen = [row for row in of(mini, "scales") if row["stat_name"] == "sd"]
    monkeypatch.setattr(type(mini), "of", lambda *_: chosen)
    alone = tables_of(mini, "scales")["arms"]
    assert lines_of(alone)[0] == ["Endpoint", "Visit", "Drug", "Placebo"]
    assert "by arm, Standard deviation." in alone


def test_a_time_and_a_method_are_named_in_their_line(mini):
    tables = tables_of(mini, "death_time")
    named = [line[0] for line in lines_of(tables["arms"])]
    assert named[1:] == ["Alive at 30 days", "At risk at 30 days"]
    effect = [line[0] for line in lines_of(tables_of(mini, "relief_primary")["compared"])]
    assert any(re.match(r"Risk difference, .*, percentage points", text) for text in effect)


def test_every_number_of_a_table_is_a_link(mini):
    text = re.sub(r"\[[^\]]*\]\([^)]*\)|95 %", "", analysis_tables(mini, "scales"))
    assert re.findall(r"(?<![\w#.&/@-])\d+\.\d+", text) == []


def test_every_endpoint_has_its_rule(mini):
    text = shown(endpoints_table(mini))
    assert "Value at before, after; baseline is before." in text
    assert "Yes where Relief = Yes." in text
    assert "0 to 10, higher is worse" in text


FOREST, FLOW, CURVE, SWIM = (
    Drawn(kind, f"fig-{kind}", f"{kind}.png", "Caption.", "Alt.", beside)
    for kind, beside in (("forest", "a"), ("flow", ""), ("kaplan_meier", "a"), ("heat_map", ""))
)


def test_a_figure_stands_once():
    drawn = [FLOW, FOREST, CURVE, SWIM]
    assert first_figures(drawn) == [FOREST, FLOW]
    assert (beside(drawn, "a", []), beside(drawn, "", [])) == ([CURVE], [SWIM])
    assert of_summary(drawn, ["b"]) == [FOREST] and of_summary(drawn, ["a"]) == [CURVE]
    assert beside(drawn, "a", [CURVE]) == []


def test_a_sentence_stands_where_there_is_no_figure():
    nothing = Drawn("bars", "fig-bars", "", "", "", "relief_primary", "Relief: no figure, since.")
    assert shown(images([nothing])) == "Relief: no figure, since."


# What the small trial says nothing of, by the items of its table.
UNTOLD = (
    *("registration", "framework", "setting", "eligibility", "what drug was", "what placebo was"),
    *("concealment of the allocation", "blinding", "sample size", "interim analyses"),
    *("recruitment and follow-up", "funding"),
)


@pytest.mark.parametrize(
    ("blinding", "told"),
    [
        (None, f"by site. Not recorded: {', '.join(UNTOLD)}."),
        ("nobody", "by site; nobody was blinded."),
        ("double-blind", "by site; double-blind."),
        (["assessors"], "by site; blinded: assessors."),
        (
            ["patients", "treaters", "assessors"],
            "by site; blinded: patients, treaters and assessors.",
        ),
    ],
)
def test_the_line_of_the_design_says_who_was_blinded(tmp_path, blinding, told):
    at = mini_trial.write_project(tmp_path)
    if blinding:
        mini_trial.edit(
            at, "trial.yaml", "  randomisation:", f"  blinding: {blinding}\n  randomisation:"
        )
    material = Material(load_trial("mini", at), load_settings(at), tmp_path, {})
    assert told in unescape(design_line(material.trial))


@pytest.mark.parametrize(
    ("again", "untold"),
    [
        ("", "Not recorded"),
        ("reanalysis: By others.\n", "Not stated in the sources of this re-analysis"),
    ],
)
def test_what_no_source_tells_is_named_once(mini, tmp_path, again, untold):
    """In words of CONSORT, the method of allocation and who was blinded as well."""
    at = mini_trial.write_project(tmp_path)
    scheme = "randomisation: {scheme: stratified, strata: [site]}"
    less = "blinding: unnamed\n  randomisation: {scheme: unknown}"
    mini_trial.edit(at, "trial.yaml", scheme, less)
    mini_trial.edit(at, "trial.yaml", "design:", f"{again}funding: A fund.\ndesign:")
    material = Material(
        load_trial("mini", at), load_settings(at), mini.folder, {"analyse_plan": "0" * 64}
    )
    more = ["method of random sequence generation", "who was blinded"]
    lacking = [what for what in UNTOLD if what not in ("blinding", "funding")] + more
    assert "; randomisation; blinded." in unescape(page_one(material, {}))
    row = next(line for line in unescape(trial_section(material)).splitlines() if untold in line)
    assert row.endswith(f"| {upper_first('; '.join(lacking))} |")


def test_a_style_of_the_plan_writes_every_number_of_the_report(mini):
    styled = replace(mini.trial.plan, style=STYLES["jama"])
    trial = copy(mini.trial)
    trial.__dict__["plan"] = styled
    journal = Material(trial, mini.settings, mini.folder, {})
    plain, told = (
        shown("\n".join(analysis_tables(one, name) for name in ("relief_primary", "scales")))
        for one in (mini, journal)
    )
    assert plain != told
    rows = {row["result_id"]: row["stat_text"] for row in journal.results}
    p_values = [row["result_id"] for row in mini.results if row["stat_name"] == "p_value"]
    assert {rows[name][0] for name in p_values} <= set(".<>")


def test_a_transformed_variable_without_a_label_is_no_group_under_populations(tmp_path):
    made = """    smoker: smoker
  groups:
    agegrp: {of: age, label: Age group, from: {young: 0, old: 65}}
  transformed:
    agelog: {of: age, as: log}
"""
    text = mini_trial.TRIAL.replace("    smoker: smoker\n", made)
    run = mini_run.run_mini(tmp_path, trial=text)
    shown = populations(Material(run.trial, load_settings(run.at), run.folder, {}))
    assert "Age group, by age" in shown and "logarithm" not in shown
