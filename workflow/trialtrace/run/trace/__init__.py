"""From a number to the raw rows, the code and the configuration behind it."""
