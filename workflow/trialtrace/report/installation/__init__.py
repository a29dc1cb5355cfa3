"""What is installed here and whether it works: for `doctor`, and for `validate` with evidence."""
