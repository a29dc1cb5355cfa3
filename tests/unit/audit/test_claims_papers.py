"""Papers of a ledger: how they are cited, and the place of a claim of a text not at hand."""

import pytest

from trialtrace.audit.files.file import read_standing
from trialtrace.audit.ledger.claim import claims_of
from trialtrace.audit.ledger.shape import LedgerFile
from trialtrace.base.config.spec import structure
from trialtrace.base.errors import UserError
from trialtrace.base.paths import project

HEAD = "A Author. A journal 2020;1:1-2"


def of(paper, **claim):
    given = {"from": "main", "label": "Age", "printed": "49 years", **claim}
    document = {"papers": {"main": paper}, "claims": {"age": given}}
    return claims_of(structure(LedgerFile, document))["age"]


def test_a_citation_alone_is_a_paper():
    assert of(HEAD, place="table 1").cite == HEAD


def test_what_was_not_at_hand_stands_in_the_citation():
    paper = {
        "citation": HEAD,
        "doi": "10.1001/jama.2024.1",
        "text": "not_at_hand",
        "short": "the paper of 2020",
        "told": "its results are those of a list",
    }
    claim = of(paper)
    assert claim.cite == (
        f"{HEAD}; doi 10.1001/jama.2024.1; text not available: its results are those of a list"
    )
    assert claim.place == "the paper of 2020"
    assert of(paper, place="abstract").place == "abstract"


def test_a_claim_without_a_place_is_refused_where_the_text_was_at_hand(tmp_path):
    file = tmp_path / "ledger.yaml"
    text = (
        'papers: {{main: {{citation: "{}", text: {}}}}}\n'
        'claims: {{age: {{from: main, label: Age, printed: "49 years"}}}}\n'
    )
    file.write_text(text.format(HEAD, "at_hand"))
    with pytest.raises(UserError, match="no place") as told:
        read_standing(project(), file, trust=False)[0]
    assert "not_at_hand" in str(told.value)
    file.write_text(text.format(HEAD, "not_at_hand"))
    assert read_standing(project(), file, trust=False)[0].entries["age"].place == "place not known"


def test_a_fact_of_the_design_may_hold_numbers_and_a_direction_any_words():
    fact = of(HEAD, place="methods", printed="15–30 minutes twice a week", about={"fact": "dose"})
    assert list(fact.parts) == ["words"]
    told = of(
        HEAD,
        place="abstract",
        printed="counteracting muscle atrophy",
        direction={"higher": "real", "than": "sham"},
    )
    assert list(told.parts) == ["direction"]


def test_all_groups_are_those_without_one_that_is_among_them(tmp_path):
    file = tmp_path / "ledger.yaml"
    file.write_text(
        f'papers: {{main: "{HEAD}"}}\n'
        "groups: {a: {label: A}, b: {label: B}, c: {label: Called so, among: true}}\n"
        "claims: {age: {from: main, place: abstract, label: Age, printed: 49 years}}\n"
    )
    ledger, _ = read_standing(project(), file, trust=False)
    assert ledger.apart == ("a", "b")
