"""What printed numbers say of each other, without any data: one module a kind of check."""
