"""What each instrument declares: its schema part, its rule, its source."""

import json

import pytest

from trialtrace.base.config.schema_files import schema_folder
from trialtrace.run.trial.instruments.registry import MODULES, declaration_of


def test_the_schema_has_the_instruments_of_the_registry():
    text = (schema_folder() / "instruments.schema.json").read_text(encoding="utf-8")
    definitions = json.loads(text)["$defs"]
    offered = definitions["instrument"]["properties"]["instrument"]["enum"]
    assert sorted(offered) == sorted(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_an_instrument_says_its_rule_and_where_it_stands(name):
    given = declaration_of(name)
    assert given.title and given.rule and given.missing and given.source and given.scales
    suffixes = [scale.suffix for scale in given.scales]
    assert len(set(suffixes)) == len(suffixes)
    for scale in given.scales:
        assert set(scale.items) <= set(given.items)
        assert scale.higher in ("better", "worse", None)
