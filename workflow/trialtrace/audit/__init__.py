"""Printed numbers: read, held against each other, judged and told, without any data."""
