"""A ledger from its file: read strictly, confirmed, each number rounded as its paper rounds."""
