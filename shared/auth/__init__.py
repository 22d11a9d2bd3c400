"""Who is asking: tokens of people, operators and apps, verified. Pure but for the source of keys."""
