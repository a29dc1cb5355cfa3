"""claims.yaml and ledgers."""
