"""Forms in which papers come: each gives the same paper of passages and tables."""
