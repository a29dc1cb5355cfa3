"""docs/data-contracts.md is what the contracts say, and no contract is left out."""

from doc_blocks import page

from trialtrace.run.tables import contracts
from trialtrace.run.tables.contracts.reference import FILES, reference


def test_the_page_is_not_stale():
    made = "write it anew: python -m trialtrace.run.tables.contracts.reference"
    assert page("docs/data-contracts.md") == reference(), made


def test_every_contract_has_its_file():
    told = {contract.name for stage in FILES.values() for _, contract in stage}
    known = {c.name for c in vars(contracts).values() if isinstance(c, contracts.Contract)}
    assert told == known
