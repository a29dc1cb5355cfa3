"""Instruments, a module each: what an entry of endpoints.yaml says, and the rule by which it is
scored."""
