"""The kinds of quantities of a synthetic cohort: what an entry of each says, holds and needs."""
