"""A ledger of printed numbers: what may stand in it, and who and what each number is about."""
