"""`trialtrace help TOPIC`: the reference in the shell."""

import pytest

from trialtrace.audit.relations.tables import RELATIONS
from trialtrace.cli import main
from trialtrace.report.commands.reference import CONFIGURATION, topic_text
from trialtrace.run.tables.contracts.files import FILES
from trialtrace.run.trial.endpoints import registry as endpoints
from trialtrace.run.trial.instruments import registry as instruments
from trialtrace.run.trial.plan.registry import cards


def test_the_lists_name_every_kind_instrument_step_and_table():
    assert set(endpoints.MODULES) <= set(topic_text("endpoints").split())
    assert set(instruments.MODULES) <= set(topic_text("instruments").split())
    assert {card.step for card in cards()} <= set(topic_text("steps").split())
    assert {f"{one.name}{'*' * one.of_sizes}:" for one in RELATIONS} <= set(
        topic_text("checks").split()
    )
    files = {file for tables in FILES.values() for file, _ in tables if " " not in file}
    assert files <= set(topic_text("tables").split())


@pytest.mark.parametrize(
    "topic",
    [
        *(f"{name}.yaml" for name in CONFIGURATION),
        *endpoints.MODULES,
        *instruments.MODULES,
        *("adsl", "bds", "claims", "derived/adtte.parquet"),
    ],
)
def test_each_topic_has_its_keys_or_columns(topic: str):
    assert len(topic_text(topic).splitlines()) > 3


def test_a_method_shows_its_statistics_and_its_options():
    text = topic_text("cox")
    assert "hazard_ratio.cox:" in text and "\n  ties*: `efron`, `breslow`" in text


def test_a_command_is_explained_and_not_a_file_of_its_name(capsys: pytest.CaptureFixture):
    with pytest.raises(SystemExit) as ended:
        main(["help", "plan"])
    assert ended.value.code == 0 and "usage: trialtrace plan" in capsys.readouterr().out


def test_a_topic_is_printed_and_an_unknown_one_refused(capsys: pytest.CaptureFixture):
    assert main(["help", "newcombe"]) == 0
    assert "risk_difference.newcombe" in capsys.readouterr().out
    with pytest.raises(SystemExit) as ended:
        main(["help", "nothing_of_this_name"])
    assert ended.value.code == 2


def test_a_key_says_which_variants_of_a_mapping_have_it():
    text = topic_text("sway")
    assert "\nitems*:" in text and "\nx*: column" in text
    plan = topic_text("plan.yaml")
    assert "planning.<name>.margin: a number" not in plan
    assert "multiplicity.<name>.weights*: list of number (`adjust: graphical`)" in plan
    assert "multiplicity.<name>.tests*: list of mapping\n" in plan


def test_steps_have_pages_of_their_own_and_not_one_in_each_file():
    text = topic_text("plan.yaml")
    assert "analyses.<name>.tests: list of mapping" in text
    assert not [line for line in text.splitlines() if line.startswith("analyses.<name>.tests[]")]
