"""Forms: the checks that reviewers fill in, with what an audit can say of each."""
