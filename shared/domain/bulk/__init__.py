"""Lists of people handed in by an operator: each line becomes one request, exactly once."""
