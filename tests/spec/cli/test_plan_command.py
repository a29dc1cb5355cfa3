"""`trialtrace plan`: what it lists can be written, and what it leaves out cannot."""

import re
from pathlib import Path

import pytest
from mini_trial import edit, write_project

from trialtrace.base.errors import UserError
from trialtrace.report.commands.plan import tell_block, tell_plan
from trialtrace.run.trial.check import check_trial, read_files
from trialtrace.run.trial.plan.offers import endpoint_rows, groups

CHOICE = re.compile(r"<([^<>]*)>")
NAMED = {"variable": "age", "variable with levels": "smoker", "population": "itt"}


def chosen(written: str) -> str | None:
    """A step with its first choices; None where a number or a mapping is to be thought of."""
    filled = CHOICE.sub(
        lambda found: NAMED.get(found[1], found[1].split(" | ")[0] if " | " in found[1] else "?"),
        written,
    )
    return None if "?" in filled else filled


def analyses(at) -> tuple[str, str, int]:
    """An estimand an endpoint and an analysis a step, as text of a plan."""
    files = read_files(at, "mini").files
    estimands, text, n = "", "", 0
    for group in groups(files):
        name = group.names[0]
        estimands += (
            f"  of_{name}: {{treatment: {{of: drug, to: placebo}}, population: itt, "
            f"variable: {name}, intercurrent: [], summary: any}}\n"
        )
        visits = "    visits: all\n" if files.visits_of(name) else ""
        for offer in group.offers:
            step = chosen(offer.written)
            # What is carried forward needs two visits after the baseline, and here is one.
            if step is not None and "carried_forward" not in step:
                n += 1
                listed = f"{{{step}}}" if offer.section == "interaction" else f"[{{{step}}}]"
                described = (
                    f"    by: smoker\n    describe: [{{{chosen(group.offers[0].written)}}}]\n"
                )
                by = described if offer.section == "interaction" else ""
                text += (
                    f"  any_{n}:\n    label: Any\n    role: sensitivity\n    estimand: of_{name}\n"
                    f"{visits}{by}    {offer.section}: {listed}\n"
                )
    return estimands, text, n


def test_every_step_that_it_lists_is_accepted(tmp_path: Path):
    at = write_project(tmp_path)
    estimands, text, n = analyses(at)
    assert n > 100
    edit(at, "plan.yaml", "estimands:\n", f"estimands:\n{estimands}")
    edit(at, "plan.yaml", "\nanalyses:\n", f"\nanalyses:\n{text}")
    assert "\n\n".join(map(str, check_trial(at, "mini"))) == ""


def test_endpoints_with_their_kinds_codes_and_visits(tmp_path: Path, capsys: pytest.CaptureFixture):
    at = write_project(tmp_path)
    rows = {row[0]: row[1:] for row in endpoint_rows(read_files(at, "mini").files)}
    assert rows["pain"] == ["PAIN", "repeated", "before, after"]
    assert rows["relief"] == ["RELIEF", "event", ""]
    tell_plan(at, "mini")
    said = capsys.readouterr().out
    assert "  - {fisher: {sides: <two_sided | less | greater>}}  # Fisher's exact test" in said
    assert "<variable with levels>: sex, site, smoker" in said
    # Two treatments of a subject are another design, and looks are not declared.
    assert "mcnemar" not in said and "median_unbiased" not in said
    one, two = said.split("# event: relief\n")[1].split("\n# ")[:2]
    assert "gee" not in one and any("gee" in part for part in (one, two, said))


def test_it_needs_no_plan_that_is_in_order(tmp_path: Path, capsys: pytest.CaptureFixture):
    at = write_project(tmp_path)
    edit(at, "plan.yaml", "newcombe", "newcomb")
    tell_plan(at, "mini")
    assert "risk_difference: newcombe" in capsys.readouterr().out
    (at.trial_config("mini") / "endpoints.yaml").write_text("relief: {kind: evnt}\n")
    tell_plan(at, "mini")
    assert "no endpoint of endpoints.yaml is in order" in capsys.readouterr().out


def test_results_have_a_heading_an_analysis():
    from trialtrace.report.listing import headed

    table = "id  n\na/1  1\na/2  2\nb/1  3\n"
    assert headed(table, ["a", "a", "b"]) == "id  n\n\na\na/1  1\na/2  2\n\nb\nb/1  3\n"
    assert headed(table, ["a", "a", "a"]) == table


def test_a_block_of_every_endpoint_can_be_pasted(tmp_path: Path, capsys):
    at = write_project(tmp_path)
    names = [name for group in groups(read_files(at, "mini").files) for name in group.names]
    for name in names:
        tell_block(at, "mini", name)
        estimand, _, analysis = capsys.readouterr().out.partition("# under analyses:\n")
        estimand = estimand.removeprefix("# under estimands:\n")
        edit(at, "plan.yaml", "estimands:\n", f"estimands:\n{estimand}")
        edit(at, "plan.yaml", "\nanalyses:\n", f"\nanalyses:\n{analysis}")
    assert len(names) > 3
    assert "\n\n".join(map(str, check_trial(at, "mini"))) == ""


def test_what_is_asked_first_stands_as_steps(tmp_path: Path, capsys):
    tell_block(write_project(tmp_path), "mini", "relief")
    written = [line for line in capsys.readouterr().out.splitlines() if "# -" not in line]
    assert [line.partition("  #")[0].strip() for line in written[-7:]] == [
        "describe:",
        "- {proportion: wilson}",
        "estimates:",
        "- {risk_difference: newcombe}",
        "- {risk_ratio: katz_log}",
        "tests:",
        "- {fisher: {sides: two_sided}}",
    ]


def test_a_block_of_what_is_no_endpoint_is_refused(tmp_path: Path):
    with pytest.raises(UserError, match=r"an endpoint that a plan can ask of: .*relief"):
        tell_block(write_project(tmp_path), "mini", "reliev")
