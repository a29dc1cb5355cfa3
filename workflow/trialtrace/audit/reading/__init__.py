"""Reading: papers become draft ledgers, each number with its place, arm, kind and doubts."""
