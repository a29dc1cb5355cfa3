"""Adverse events: counts with their denominators, and the bound where there is none."""

import html
import re
from dataclasses import replace
from types import SimpleNamespace

import mini_run
import mini_trial
import pytest

from trialtrace.report.material import Material
from trialtrace.report.report import render_report
from trialtrace.report.sections import deaths as module
from trialtrace.report.sections import harms
from trialtrace.report.sections.analysis_section import analysis_sentences, analysis_table
from trialtrace.report.sections.data_quality import data_section
from trialtrace.report.sections.deaths import _assumes, deaths
from trialtrace.report.sections.harms import (
    _line,
    events_section,
    harms_line,
    harms_rows,
    harms_section,
    of_log_alone,
)
from trialtrace.report.tables import NO_BREAK
from trialtrace.run.trial.load import load_settings, load_trial

pytestmark = pytest.mark.full

SURVIVAL = "describe: [{survival: "
UNCOUNTED = mini_trial.PLAN + mini_trial.MORE_DISPLAYS
PLAN = UNCOUNTED.replace(SURVIVAL, "describe: [{events: count}, {survival: ")
# In events.csv patient 1 (drug) has nausea once, patient 4 (placebo) twice.
HEADACHE = mini_trial.ENDPOINTS.replace('what: {is: "nausea"}', 'what: {is: "headache"}')
CLAIMS = """\
papers: {main: A paper}
claims:
  nausea: {from: main, place: abstract, label: Nausea, printed: "3",
    is: {analysis: adverse_events, stat: occurrences, group: all, parameter: nausea, level: any}}
"""


def made(root, rows=None, **files):
    run = mini_run.run_mini(root, rows, **({"plan": PLAN, "claims": CLAIMS} | files))
    return Material(run.trial, load_settings(run.at), run.folder, {})


@pytest.fixture(scope="module")
def mini(tmp_path_factory):
    return made(tmp_path_factory.mktemp("adverse"))


def words(text):
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text).replace(NO_BREAK, " ")
    return re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), plain)


def values(material):
    return {
        (row["stat_name"], row["group2_level"], row["group1_level"]): row
        for row in material.of("adverse_events")
    }


def test_patients_and_occurrences_are_counted_by_arm_and_term(mini):
    found = values(mini)
    for stat, counts in (("patients", (1, 1, 2)), ("occurrences", (1, 2, 3))):
        for level in ("any", "term=Nausea"):
            groups = ("drug", "placebo", "all")
            assert tuple(found[stat, level, one]["stat_value"] for one in groups) == counts
    assert found["patients", "any", "drug"]["denominator"] == 10


def test_every_count_and_bound_is_recomputed(mini):
    rows = [row["result_id"] for row in mini.of("adverse_events")]
    assert len(rows) == 3 * (2 + 1 + 2)
    assert all(mini.tracer.checks.get(row) for row in rows)


def test_with_no_event_the_upper_bound_is_that_of_the_binomial(tmp_path):
    """Of 10 without an event: 1 - 0.025^(1/10) = 0.308 (Clopper and Pearson 1934)."""
    found = values(made(tmp_path, endpoints=HEADACHE, claims="papers: {}\nclaims: {}\n"))
    share = found["any_event", "any", "drug"]
    assert (share["stat_value"], share["ci_low"]) == (0, 0)
    assert share["ci_high"] == pytest.approx(1 - 0.025 ** (1 / 10), rel=1e-11)


def test_the_table_has_a_line_a_term_and_links_to_each_number(mini):
    text = events_section(mini)
    plain = re.sub(r"&#(\d+);", lambda found: chr(int(found[1])), text).replace(NO_BREAK, " ")
    plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", plain)
    rows = [line.strip("| ").split(" | ") for line in plain.splitlines() if line.startswith("|")]
    arms = ["Drug (n = 10)", "Placebo (n = 10)", "All arms (n = 20)"]
    heads = [f"{arm}, {of}" for arm in arms for of in ("patients", "events")]
    assert [re.sub(r"\[|\]{.over}", "", head) for head in rows[0]] == ["Event", *heads]
    counts = ["1/10 (10.0 %)", "1", "1/10 (10.0 %)", "2", "2/20 (10.0 %)", "3"]
    assert rows[2] == ["**Any**", *counts]
    assert rows[3] == [
        "95 % exact interval",
        "0.3 to 44.5",
        "–",
        "0.3 to 44.5",
        "–",
        "1.2 to 31.7",
        "–",
    ]
    assert rows[4] == ["Nausea", *counts]


def test_deaths_that_the_log_lacks_are_no_zero_in_its_table(mini):
    rows = {
        (row["stat_name"], row["group2_level"], row["group1_level"]): row for row in mini.results
    }
    of_term = next(level for _, level, _ in rows if level and level.startswith("term="))
    by = {("patients", "grade=Death", "drug"): rows["patients", of_term, "drug"]}
    label, *cells = _line(by, "grade=Death", ["drug"], apart=True)
    assert words(label).strip() == "Death (see above)"
    assert [*map(words, cells)] == ["not logged", ""]


def test_a_claim_can_name_a_count(mini):
    assert [row["against_data"] for row in mini.claims] == ["equals"]


NAUSEA = """\
  nausea:
    label: Nausea of any kind
    role: secondary
    harms: true
    estimand: nausea_itt
    overall: true
    describe: [{proportion: wilson}]
multiplicity:
"""


def cells_of(row):
    return {arm: words(cell) for arm, cell in row.cells.items()}


def test_an_analysis_of_harms_is_told_by_arm_in_report_and_summary(tmp_path):
    plan = PLAN.replace("multiplicity:\n", NAUSEA).replace(
        "analyses:\n", mini_trial.NAUSEA_ESTIMAND, 1
    )
    material = made(tmp_path, plan=plan)
    text = harms_section(material)
    assert "| [Nausea of any kind](#sec-of-nausea) |" in text
    line = "| Nausea of any kind | 1 of 10, 10.0 % (95 % CI 1.8 to 40.4) | 1 of 10, 10.0 %"
    assert line in words(text)
    assert "| Event |" in events_section(material) and "| Event |" not in text
    pages = {"sec-harms": "report-2.html", "sec-of-nausea": "report.html"}
    deaths, nausea = harms_rows(material, pages)
    assert deaths.label == "Died"
    assert "Denominators of events: All randomised (Drug 10; Placebo 10)." in words(text)
    assert nausea.label == "[Nausea of any kind](report.html#sec-of-nausea)"
    assert cells_of(nausea) == {"drug": "1/10", "placebo": "1/10"}


def test_a_harm_among_other_endpoints_is_told_by_arm_with_why_it_is_one(tmp_path):
    """Relief as if it were a harm; the log of nausea has none of it, nor of the deaths."""
    head = "    label: Relief\n    role: primary\n"
    plan = PLAN.replace(head, head + "    harms: {relief: serious as such things are}\n")
    plan = plan.replace("multiplicity:\n", NAUSEA)
    plan = plan.replace("analyses:\n", mini_trial.NAUSEA_ESTIMAND, 1)
    material = made(tmp_path, plan=plan)
    rows = {row.label: cells_of(row) for row in harms_rows(material, {})}
    assert rows["Relief"] == {"drug": "6/10", "placebo": "3/9"}
    assert rows["Nausea of any kind"] == {"drug": "1/10", "placebo": "1/10"}
    alone = of_log_alone(material, material.trial.plan.analyses["nausea"])
    assert words(alone) == (
        "These come from the log of adverse events alone. No share or bound here covers what else "
        "is listed under harms."
    )
    assert of_log_alone(material, material.trial.plan.analyses["relief_primary"]) == ""
    section = words(harms_section(material))
    assert "| Relief | 6 of 10, 60.0 %" in section
    assert "\n\nRelief: serious as such things are.\n" in section
    assert "\n\nNausea of any kind: from the log alone.\n" in section


def test_of_an_occurrence_that_few_have_a_record_of_the_counts_say_so(tmp_path, monkeypatch):
    """Relief as if it were a harm: patient 20 has none recorded, and counts as without it."""
    endpoints = mini_trial.ENDPOINTS.replace(
        'table: adverse\n  where: {what: {is: "nausea"}}',
        'table: patients\n  where: {relief: {is: "1"}}',
    )
    plan = mini_trial.PLAN.replace("multiplicity:\n", NAUSEA).replace(
        "analyses:\n", mini_trial.NAUSEA_ESTIMAND, 1
    )
    material = made(tmp_path, plan=plan, endpoints=endpoints, claims="papers: {}\nclaims: {}\n")
    recorded = (
        "recorded, yes or no, in 19 patients (yes: Drug 6/10, Placebo 3/9); the other 1 "
        "counts as without it"
    )
    shown = [cells_of(row) for row in harms_rows(material, {})]
    assert {"drug": "6/10", "placebo": "3/10"} in shown
    assert f"Nausea of any kind: {recorded}" in words(harms_section(material))
    # A run names its results from its own folder; chunks of a document run in another one.
    monkeypatch.chdir(tmp_path)
    folder = material.folder.relative_to(tmp_path)
    render_report(material.trial, material.settings, folder, {"analyse_plan": "0" * 64})
    report = (folder / "report" / "report.html").read_text(encoding="utf-8")
    said = " ".join(report.split())
    assert recorded in said


SCANS = """\
id,scans,,text,Number,,,integer,1,999,,,y,,,,,
visit,scans,,radio,Visit,"1, week 4 | 2, month 3",,,,,,,y,,,,,
seen_on,scans,,yesno,Something seen,,,,,,,,,,,,,
"""


def test_of_visits_the_last_one_counts_for_who_has_a_record(tmp_path):
    """Every patient has a scan at week 4; 3 of the drug and 4 of the placebo one at month 3."""
    (item,) = (line for line in mini_trial.TRIAL.splitlines(True) if "path: events.csv" in line)
    trial = mini_trial.TRIAL.replace(item, item + item.replace("events", "scans")).replace(
        "subjects:\n", "  scans: {of: scans, key: [id, visit], subject: id}\nsubjects:\n", 1
    )
    at = mini_run.write_mini(
        tmp_path,
        trial=trial,
        dictionary=mini_trial.DICTIONARY + SCANS,
        cleaning=mini_trial.CLEANING.replace("checks:\n", "  scans: {}\nchecks:\n", 1),
        endpoints=mini_trial.ENDPOINTS.replace(
            'table: adverse\n  where: {what: {is: "nausea"}}',
            'table: scans\n  where: {seen_on: {is: "1"}}',
        ),
        plan=mini_trial.PLAN.replace("multiplicity:\n", NAUSEA).replace(
            "analyses:\n", mini_trial.NAUSEA_ESTIMAND, 1
        ),
        claims="papers: {}\nclaims: {}\n",
    )
    late = [1, 3, 5, 2, 4, 6, 8]
    rows = [f"{number},1,0" for number in range(1, 21)] + [f"{number},2,1" for number in late]
    (at.root / "data/scans.csv").write_text(
        "id,visit,seen_on\n" + "\n".join([*rows, "7,2,"]) + "\n"
    )
    run = mini_run.run_stages(load_trial("mini", at), at.results / "mini", at)
    material = Material(run.trial, load_settings(run.at), run.folder, {})
    assert (
        "recorded, yes or no, in 7 patients at month 3 (yes: Drug 3/3, Placebo 4/4); the "
        "other 13 count as without it"
    ) in words(harms_section(material))


def test_a_plan_without_harms_says_whether_the_data_have_a_log(tmp_path):
    without = made(tmp_path, plan=mini_trial.PLAN, claims="papers: {}\nclaims: {}\n")
    told = harms_line(without)
    assert words(told).startswith("Adverse events are not reported, which does not mean that")
    assert words(told).endswith("no analysis and no table of the logged events (Nausea).")
    assert words(harms_section(without)).endswith(f"{words(told)}\n")


def test_a_table_of_events_that_no_endpoint_reads_is_named():
    """Where the plan reports none, and there is no log either."""
    trial = SimpleNamespace(endpoints={}, tables={"patients": None, "ae": None, "aerobics": None})
    material = SimpleNamespace(trial=trial)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(harms, "reports_events", lambda _: False)
        (told,) = map(html.unescape, harms.unreported(material))
        assert told.endswith("no endpoint reads their table (ae).")
        del trial.tables["ae"]
        (told,) = map(html.unescape, harms.unreported(material))
        assert told.endswith("no data on them were given.")


def test_harms_begin_with_deaths_by_arm(mini):
    """Of the ten of each arm patients 5, 15 and 8, 18 died; the log of nausea is no log of them."""
    deaths, *_ = harms_rows(mini, {"sec-of-death-time": "report.html"})
    assert deaths.label == "[Died](report.html#sec-of-death-time)"
    counts = {row["group1_level"]: row["stat_value"] for row in of_deaths(mini)}
    assert sum(counts.values()) > 0
    assert cells_of(deaths) == {arm: f"{n:g}/10" for arm, n in counts.items()}
    head, _, first = words(harms_section(mini)).split("\n\n")[1].splitlines()[:3]
    assert head == "| Patients with the event | Drug | Placebo |"
    assert first == f"| Died | {counts['drug']:g}/10 | {counts['placebo']:g}/10 |"


def test_deaths_of_some_whose_status_is_unknown_are_of_those_known(mini, monkeypatch):
    assert harms_rows(mini, {})[0].label == "Died"
    own = module.population_sizes

    def more(*of):
        return [row | {"stat_value": row["stat_value"] + 1} for row in own(*of)]

    monkeypatch.setattr(module, "population_sizes", more)
    deaths_row, *_ = harms_rows(mini, {})
    assert deaths_row.label == "Died; status unknown"
    assert all(cell.endswith("/10; 1") for cell in cells_of(deaths_row).values())
    # Of other patients the status that is unknown is none of these.
    of_some = replace(module.main_deaths(mini)[0].estimand, population="some")
    other = replace(module.main_deaths(mini)[0], name="seen", estimand=of_some)
    arms = module.main_deaths(mini)[1]
    monkeypatch.setattr(harms, "where_known", lambda _: (other, arms))
    assert harms_rows(mini, {})[0].label == "Died"


@pytest.mark.parametrize(
    ("died", "contact", "counted"),
    [
        (
            (0, 0),
            "last",
            "its patient as alive at the last contact, as the status says, though a date of death "
            "is recorded",
        ),
        ((1, 0), "last", "its patient not at all"),
        ((0, 0), "ended", "its patient not at all"),
        (
            (0, 1),
            "last",
            "their patients as alive at the last contact, as the status says, though a date of "
            "death is recorded (1) and not at all (1)",
        ),
    ],
)
def test_a_date_of_death_that_is_none_is_told_beside_the_deaths(tmp_path, died, contact, counted):
    """Patients 7 and, in the last case, 8 have the 30 February as the day of their death."""
    day = "2020-03-20"
    rows = [row | {"last": day, "ended": day * row["died"]} for row in mini_run.patients()]
    for row, death in zip(rows[6 : 7 + died[1]], died, strict=False):
        row |= {"ended": "2020-02-30", "died": death}
    dated = f"  start: entry\n  event_date: ended\n  last_contact: {contact}\n"
    dated += "  terminal: true\n  day_of_start: 0\n"
    entry = "{},patients,,text,A day,,,date_ymd,2020-01-01,2021-12-31,,,,,,,,\n"
    material = made(
        tmp_path,
        rows=rows,
        more=("last", "ended"),
        dictionary=mini_trial.DICTIONARY + entry.format("last") + entry.format("ended"),
        endpoints=mini_trial.ENDPOINTS.replace("  time: days\n  origin: randomisation\n", dated),
        trial=mini_trial.TRIAL.replace("smoker: smoker", "smoker: smoker\n    entry: seen"),
    )
    deaths = harms_section(material)
    were = "2 dates of death were" if died[1] else "1 date of death was"
    arms = "Drug 1 and Placebo 1" if died[1] else "Drug 1"
    told = f"{were} not usable (see Data; {arms}): times to death count {counted}."
    told += " Counted as dead instead, deaths would be 1 more." * ("alive" in counted)
    assert told in deaths
    # So it is where a reader looks for it: in the account of the data, and in short beside its
    # analyses.
    assert told in data_section(material)
    analyses = material.trial.plan.analyses
    short = told.replace(", as the status says, though a date of death is recorded", "")
    short = short.partition(" Counted as dead")[0]
    texts = {
        name: analysis_sentences(material, analyses[name])
        + analysis_table(material, analyses[name])
        for name in ("death_time", "relief_primary")
    }
    assert short in texts["death_time"] and "Counted as dead" not in texts["death_time"]
    assert told not in texts["relief_primary"]


def of_deaths(material):
    return [row for row in material.of("death_time") if row["method"] == "events.count"]


def test_an_outcome_with_death_in_it_is_no_count_of_deaths(tmp_path):
    """Death or relief says nothing of who died; that a death is in the data is told."""
    endpoints = mini_trial.ENDPOINTS.replace("event_label: Death", "event_label: Death or relief")
    either = made(tmp_path / "or", endpoints=endpoints, claims="papers: {}\nclaims: {}\n")
    assert deaths(either.trial) == set()
    assert "**Deaths** are not among the endpoints of these data, which" in harms_section(either)
    endpoints = endpoints.replace("label: Relief", "label: Survived?")
    lived = made(tmp_path / "lived", endpoints=endpoints, claims="papers: {}\nclaims: {}\n")
    without = "patients without the event of Survived? may have died."
    assert f"**Deaths** are not counted by themselves: {without}" in words(harms_section(lived))
    endpoints = endpoints.replace("label: Survived?", "label: Indicator of death at 14 days")
    died = made(tmp_path / "died", endpoints=endpoints, claims="papers: {}\nclaims: {}\n")
    counted = "**Deaths** are not counted by themselves: they are in Indicator of death at 14 days."
    assert counted in words(harms_section(died))
    uncounted = made(tmp_path / "no", plan=UNCOUNTED, claims="papers: {}\nclaims: {}\n")
    assert [row.label for row in harms_rows(uncounted, {})] == ["Nausea, any"]
    told = "**Deaths** (Death) are not counted by arm in any analysis of the plan."
    assert told in words(harms_section(uncounted))


def test_deaths_of_the_disposition_are_told_by_arm(tmp_path):
    trial = mini_trial.TRIAL.replace("    smoker: smoker\n", "    smoker: smoker\n    end: died\n")
    ended = "  flow:\n    ended: {variable: end, completed: [Alive]}\n    analysed:"
    plan = PLAN.replace("  flow: {analysed: [relief_primary]}", f"{ended} [relief_primary]")
    choices = mini_trial.DICTIONARY.replace(
        'Died,"0, No | 1, Yes"', 'Died,"0, Alive | 1, Died at home"'
    )
    none = "papers: {}\nclaims: {}\n"
    material = made(tmp_path, trial=trial, plan=plan, dictionary=choices, claims=none)
    rows = [row for row in material.of("flow") if row["stat_name"] == "ended"]
    of_arm = {
        row["group1_level"]: row["stat_value"]
        for row in rows
        if row["group2_level"] == "Died at home"
    }
    uncounted = made(
        tmp_path / "no",
        trial=trial,
        plan=plan.replace("{events: count}, ", ""),
        dictionary=choices,
        claims=none,
    )
    (row, *_) = harms_rows(uncounted, {})
    assert row.label == "Died at home"
    assert cells_of(row) == {arm: f"{n:g}/10" for arm, n in of_arm.items() if arm != "all"}
    line = f"| Died at home | {of_arm['drug']:g}/10 | {of_arm['placebo']:g}/10 |"
    assert line in words(harms_section(uncounted))
    assert line in words(harms_section(material))


def test_a_log_without_an_event_has_a_line_in_place_of_its_table(tmp_path):
    empty = made(tmp_path, endpoints=HEADACHE, claims="papers: {}\nclaims: {}\n")
    text = words(harms_section(empty))
    assert "| Event |" not in text
    assert "| Nausea, any (the log is empty) | 0/10, 0.0 % (95 % CI 0.0 to 30.8) | 0/10" in text
    assert "The log of adverse events has none of these deaths." in text


def test_denominators_name_their_population_and_who_is_not_in_it(tmp_path):
    rows = mini_run.patients()
    rows[0]["smoker"] = ""
    adults = PLAN.replace(
        "endpoint: nausea, population: itt", "endpoint: nausea, population: adults"
    )
    run = mini_run.run_mini(tmp_path, rows, plan=adults, claims="papers: {}\nclaims: {}\n")
    material = Material(run.trial, load_settings(run.at), run.folder, {})
    assert (
        "Denominators of events: Adults (Drug 9 of 10 randomised; Placebo 10 of 10 randomised)."
        in (words(harms_section(material)))
    )


def test_declared_levels_without_an_event_are_told_in_their_order(tmp_path):
    """Fatigue is a choice of the form that nobody has: 0 of 10, not left out."""
    coded = '"tired, Fatigue | nausea, Nausea | dizziness, Dizziness"'
    dictionary = mini_trial.DICTIONARY.replace(
        "what,adverse,,notes,What happened,,", f"what,adverse,,radio,What happened,{coded},"
    )
    found = values(
        made(
            tmp_path,
            dictionary=dictionary,
            endpoints=HEADACHE.replace('{what: {is: "headache"}}', "{what: present}").replace(
                "  term: Nausea", "  term_column: what\n  columns: {sort: what}"
            ),
            plan=PLAN.replace(
                "{title: Nausea, endpoint: nausea,",
                "{title: Nausea, endpoint: nausea, columns: [sort],",
            ),
            claims="papers: {}\nclaims: {}\n",
        )
    )
    levels = [level for stat, level, group in found if stat == "patients" and group == "all"]
    assert levels[-3:] == ["sort=Fatigue", "sort=Nausea", "sort=Dizziness"]
    assert found["patients", "sort=Fatigue", "drug"]["stat_value"] == 0
    assert found["patients", "sort=Nausea", "all"]["stat_value"] == 2


def test_an_arm_of_nobody_has_no_share(tmp_path):
    trial = mini_trial.TRIAL.replace("where: {arm: present}", 'where: {arm: {is: "A"}}')
    material = made(tmp_path, trial=trial, claims="papers: {}\nclaims: {}\n")
    share = values(material)["any_event", "any", "placebo"]
    assert share["stat_value"] is None
    assert share["error"]
    assert share["denominator"] == 0


def test_an_analysis_that_assumes_who_was_alive_does_not_count_the_deaths():
    """Unknown status taken for alive, or censored where last seen; no other patients alone."""
    entries = {"death": SimpleNamespace(), "seen": SimpleNamespace(last_seen="exam")}

    def asked(variable, of=None, population="itt"):
        return SimpleNamespace(
            of=of, estimand=SimpleNamespace(population=population, variables=(variable,))
        )

    endpoints = {name: SimpleNamespace(entry=entry) for name, entry in entries.items()}
    plan = SimpleNamespace(analyses={"mortality": asked("death")})
    trial = SimpleNamespace(plan=plan, endpoints=endpoints | {"alive": endpoints["death"]})
    assert _assumes(trial, asked("alive", of="mortality"))
    assert not _assumes(trial, asked("death", of="mortality"))
    assert not _assumes(trial, asked("alive", of="mortality", population="pp"))
    assert _assumes(trial, asked("seen")) and not _assumes(trial, asked("death"))


def test_a_summary_counts_the_deaths_that_the_harms_begin_with(mini, monkeypatch):
    """Of the plan's own analysis, but for one that takes some of unknown status for alive: of times
    they are censored."""
    analysis, arms = module.main_deaths(mini)
    other = replace(analysis, name="as_printed", role="published")
    few = {arm: [row | {"n_used": 1, "denominator": 1} for row in of] for arm, of in arms.items()}
    monkeypatch.setattr(module, "_of_deaths", lambda _: [analysis, other])
    counts = {analysis.name: arms, other.name: few}
    monkeypatch.setattr(module, "_counted", lambda _, one: iter([counts[one.name]]))
    assert module.main_deaths(mini) == (analysis, arms)
    monkeypatch.setattr(module, "_assumes", lambda _, one: one is analysis)
    assert module.main_deaths(mini) == (analysis, arms)
    monkeypatch.setattr(module, "censors", lambda _: False)
    assert module.main_deaths(mini) == (other, few)
    monkeypatch.setattr(module, "_assumes", lambda *_: True)
    assert module.main_deaths(mini) == (analysis, arms)
