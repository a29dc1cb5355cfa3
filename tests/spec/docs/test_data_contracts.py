"""docs/data-contracts.md is what the contracts say, and no contract is left out."""

from doc_blocks import page
from written.contracts import FILES, reference

from trialtrace.run.tables import contracts
from trialtrace.run.tables.contracts import multiverse, simulation


def test_the_page_is_not_stale():
    made = "write it anew: python docs/write.py"
    assert page("docs/data-contracts.md") == reference(), made


def test_every_contract_has_its_file():
    told = {contract.name for stage in FILES.values() for _, contract in stage}
    every = [each for of in (contracts, multiverse, simulation) for each in vars(of).values()]
    known = {each.name for each in every if isinstance(each, contracts.Contract)}
    assert told == known
