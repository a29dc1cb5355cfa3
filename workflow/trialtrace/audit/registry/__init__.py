"""Results that sponsors post to ClinicalTrials.gov, as a whole ledger."""
