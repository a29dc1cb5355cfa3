"""A trial's documents: what a run writes, and what becomes of a report of somebody's own."""

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import kept_report
import mini_trial
import pandas as pd
import pytest
from IPython.core.formatters import DisplayFormatter
from kept_report import FOLDER

from trialtrace.base.errors import UserError
from trialtrace.base.paths import Project
from trialtrace.cli import main
from trialtrace.report.cells import last_run
from trialtrace.report.own_documents import told_left_out
from trialtrace.report.render.tree.authored import OWN
from trialtrace.report.report import render_report
from trialtrace.report.shown.html_lines import html_lines
from trialtrace.report.shown.lines import is_trace
from trialtrace.run.jobs.fresh import freshness
from trialtrace.run.jobs.stages import RENDER
from trialtrace.run.trial.load import load_settings, load_trial
from trialtrace.run.trial.reported import ROLES

SHARE = "mini/relief_primary/proportion.wilson@placebo"


def own(at: Project, stem: str = "report") -> Path:
    return at.reports / "mini" / f"{stem}.qmd"


@pytest.fixture
def alone(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> Project:
    """A run in a project whose reports/ can be changed."""
    at = kept_report.copied(tmp_path_factory, tmp_path)
    at.reports.unlink()
    shutil.copytree(mini_trial.REPOSITORY / "reports", at.reports)
    return at


def call(function: str, name: str) -> str:
    """A chunk of one call."""
    label = f"{function}-{name.replace('_', '-')}"
    return f'```{{python}}\n#| label: {label}\n#| output: asis\n{function}("{name}")\n```\n'


def by_calls(at: Project, text: str) -> str:
    """The report with a chunk for each call, as an author writes it who changes parts of it."""
    run, parts = last_run(at, "mini"), []
    for role in run.roles("report"):
        parts.append(role.heading.data)
        for one in role.analyses:
            parts += [one.heading.data, call("sentences", one.name)]
            parts += [call("figure", name) for name in one.figures]
    patients = [
        "## Patients {#sec-patients}",
        *(call("section", n) for n in ("populations", "baseline")),
    ]
    for old, new in (("for role in run.roles", parts), ('chapter("Patients"', patients)):
        text = text.replace(chunk(text, old), "\n\n".join(new) + "\n")
    return text


@pytest.fixture
def written(alone: Project) -> Callable[[Callable[[str], str]], None]:
    """A function: change the text of the own report, which is that of the run at first."""

    def write(change: Callable[[str], str]) -> None:
        if not own(alone).exists():
            assert main(["--project", str(alone.root), "report", "mini", "--write"]) == 0
        own(alone).write_text(change(own(alone).read_text(encoding="utf-8")), encoding="utf-8")

    return write


@pytest.fixture
def rendered(alone: Project, written) -> Callable[..., str]:
    """A function: change the text of the own report, render it; the page as text."""

    def render(
        change: Callable[[str], str], disclosure: str = "full", formats: str = "html"
    ) -> str:
        written(change)
        config = alone.config / "config.yaml"
        text = re.sub(r"disclosure: \w+", f"disclosure: {disclosure}", config.read_text())
        config.write_text(re.sub(r"formats: \[.*\]", f"formats: [{formats}]", text))
        folder = alone.results / "mini"
        render_report(load_trial("mini", alone), load_settings(alone), folder, {"x": "0" * 64})
        return (folder / "report/report.html").read_text(encoding="utf-8")

    return render


def chunk(text: str, call: str) -> str:
    """The chunk of a call, with its fences."""
    return next(one for one in re.findall(r"```\{python\}\n.*?```\n", text, re.S) if call in one)


def plain(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", page))


def of_analysis(page: str, analysis: str) -> str:
    """What a page has under the heading of an analysis, up to its first table or figure."""
    place = f'id="sec-of-{analysis.replace("_", "-")}"'
    return re.split(r"<h[23]|<div|<figure", page.partition(place)[2], maxsplit=1)[0]


def test_sentences_are_pasted_with_a_call_for_each_number(alone: Project, rendered, capsys):
    """The same words, links and anchors as by the chunk; what is no number of the run, such as a
    level, is then the author's own, and marked."""
    name = "relief_primary"
    page = (alone.results / "mini/report/report.html").read_text(encoding="utf-8")
    before = of_analysis(page, name)
    assert main(["--project", str(alone.root), "report", "mini", "--sentences", name]) == 0
    text = capsys.readouterr().out
    assert text.count("`{python} number(") == before.count('href="trace/') > 5
    assert "](trace/" not in text and "&#45;" not in text
    assert main(["--project", str(alone.root), "report", "mini", "--sentences", "relief_primry"])
    assert 'did you mean "relief_primary"?' in capsys.readouterr().err

    def change(mine: str) -> str:
        return by_calls(alone, mine).replace(call("sentences", name), text)

    after = of_analysis(rendered(change), name)
    assert plain(after).replace(f" {OWN}", "") == plain(before)
    link = re.compile(r'<a (?:id="[^"]*" )?href="(?:trace/|#ref-)[^>]*>.*?</a>', re.DOTALL)
    assert link.findall(after) == link.findall(before)
    marked = [one for one in after.split("</p>") if OWN in one]
    assert all(re.search(r"\d", plain(link.sub("", one)).replace(OWN, "")) for one in marked)
    assert len(marked) < after.count("</p>")


def test_templates_show_every_analysis_in_the_order_of_its_role(whole: Project):
    trial, run = load_trial("mini", whole), last_run(whole, "mini")
    names = [one.name for role in run.roles("supplement") for one in role.analyses]
    roles = [trial.plan.analyses[name].role for name in names]
    assert {*names} == {*trial.plan.analyses} and roles == sorted(roles, key=[*ROLES].index)
    pages = [
        (whole.root / FOLDER / f"report/{stem}.html").read_text(encoding="utf-8")
        for stem in ("report", "supplement")
    ]
    for page, stem in zip(pages, ("report", "supplement"), strict=True):
        places = [
            re.search(r"{#(.*)}", one.heading.data)[1]
            for role in run.roles(stem)
            for one in role.analyses
        ]
        found = [name for name in re.findall(r'<h3 id="([^"]+)"', page) if name in places]
        assert found == places
    main = [one.name for role in run.roles("report") for one in role.analyses]
    assert main == [
        one.name for role in run.roles("supplement") for one in role.analyses if one.in_report
    ]


def test_a_document_as_the_run_writes_it_makes_the_same_report(alone: Project, rendered):
    before = html_lines((alone.results / "mini/report/report.html").read_bytes())
    page = rendered(lambda text: text)
    after = html_lines((alone.results / "mini/report/report.html").read_bytes())
    was, now = ([one.pieces for one in lines][:50] for lines in (before, after))
    # The hash of the run is over the document too, and page 1 has it.
    (other,) = (pair for pair in zip(was, now, strict=True) if pair[0] != pair[1])
    assert all("Run " in pieces[0].text for pieces in other)
    assert OWN not in page and "its author" not in page


def test_an_own_report_is_reordered_shortened_and_marked(alone: Project, rendered):
    def change(text: str) -> str:
        text = by_calls(alone, text).replace(call("sentences", "pain_each"), "")
        text = text.replace("## Patients", "## Who took part")
        baseline = call("section", "baseline")
        more = f"""\
About 17 of them came late, and relief was `{{python}} number("{SHARE}")` here; none left.

```{{python}}
#| label: fig-own
#| fig-cap: A figure of my own
import matplotlib.pyplot as plt
plt.plot([1, 2]);
```

{baseline}"""
        return text.replace(baseline, "").replace(call("section", "populations"), more)

    page = plain(rendered(change, formats="html, docx, pdf"))
    assert f"A figure of my own {OWN}" in page
    assert "About 17 of them came late, and relief was 33.3% (95% CI" in page
    assert page.count(OWN) == 2 and f"none left. {OWN}" in page
    assert "Made of reports/mini/report.qmd, which somebody has changed" in page
    label = load_trial("mini", alone).plan.analyses["pain_each"].label
    assert f"Analyses of the plan that it leaves out: {label} (its sentences)." in page
    assert "reported nowhere" in plain((alone.results / "mini/report/plan.html").read_text())
    links = {
        target
        for line in html_lines((alone.results / "mini/report/report.html").read_bytes())
        for piece in line.pieces
        for text, target in piece.links
        if is_trace(target) and text.startswith("33.3% (95% CI")
    }
    assert len(links) == 1


def test_what_the_run_gave_and_somebody_changed_is_their_own(rendered):
    changed = """
```{python}
#| label: mine
#| output: asis
m = sentences("relief_primary")
m.data = m.data.replace("0.37", "0.03")
m
```
"""
    page = plain(rendered(lambda text: text + changed))
    assert page.count("p = 0.03, adj") == 1 and OWN in page[page.index("p = 0.03, adj") :]
    same = changed.replace('m.data = m.data.replace("0.37", "0.03")\n', "")
    assert OWN not in plain(rendered(lambda text: text.replace(changed, same)))


def test_code_of_its_own_runs_under_restricted_disclosure_only_where_declared(
    alone: Project, rendered, written, capsys
):
    for code in ("print(open('x'))", "table('relief' + '_primary')", "import os"):
        addition = f"\n\n```{{python}}\n#| label: mine\n{code}\n```\n"
        with pytest.raises(UserError, match="document_code: true") as told:
            rendered(lambda text, more=addition: text + more, "restricted")
        place = told.value.problems[0].place
        assert re.fullmatch(r"reports/mini/report\.qmd:[0-9]+", place)
        assert main(["--project", str(alone.root), "check", "mini"]) == 1
        assert f"{place}\n" in capsys.readouterr().err
        written(lambda text, more=addition: text.replace(more, ""))
    rendered(lambda text: text + "\nOwn words.\n", "restricted")
    trial = alone.trial_config("mini") / "trial.yaml"
    trial.write_text("document_code: true\n" + trial.read_text())
    page = rendered(
        lambda text: text + "\n\n```{python}\n#| label: mine\nprint(1 + 1)\n```\n", "restricted"
    )
    assert f"2 {OWN}" in plain(page)


def test_what_own_documents_of_the_last_run_leave_out_is_told(alone: Project, rendered):
    assert told_left_out(load_trial("mini", alone)) == []
    analysis = last_run(alone, "mini").roles("report").__next__().analyses[0]
    dropped = [("sentences", analysis.name), ("section", "baseline")]

    def change(text: str) -> str:
        text = by_calls(alone, text)
        for function, name in dropped:
            text = text.replace(call(function, name), "")
        summary = own(alone, "summary").read_text(encoding="utf-8")
        shown = summary.replace(", *map(figure, run.figures_of_summary)", "")
        own(alone, "summary").write_text(shown, encoding="utf-8")
        return text.replace('chapter("Harms", "harms")', '# chapter("Harms", "harms")')

    rendered(change)
    first, second = told_left_out(load_trial("mini", alone))
    for function, name in [*dropped, ("section", "harms")]:
        assert f'{function}("{name}")' in first
    (figure,) = last_run(alone, "mini").figures_of_summary
    assert first.startswith("reports/mini/ leaves out ") and first.count("(") == 3
    assert second == f'reports/mini/summary.qmd leaves out figure("{figure}")'


def test_an_own_document_is_code_of_its_trial_alone(alone: Project, written):
    before = freshness(alone).code(RENDER, "mini")
    written(lambda text: text + "\nMore.\n")
    changed = freshness(alone).code(RENDER, "mini")
    assert changed != before
    (alone.reports / "mini/curve.png").write_bytes(b"drawn by R")
    assert freshness(alone).code(RENDER, "mini") != changed


def test_a_data_frame_is_no_html_for_quarto_which_would_fetch_scripts(alone: Project, monkeypatch):
    from trialtrace.report.cells import open_report

    shell = SimpleNamespace(display_formatter=DisplayFormatter())
    monkeypatch.setattr("IPython.get_ipython", lambda: shell)
    monkeypatch.chdir(alone.root)
    open_report("mini")
    data, _ = shell.display_formatter.format(pd.DataFrame({"n": [17]}))
    assert "text/html" not in data and re.search(r"\| +0 +\| +17 +\|", data["text/markdown"])
