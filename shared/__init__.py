"""What the functions are made of: auth, answers, settings, log, domain and adapters."""
