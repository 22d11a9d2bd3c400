"""Checks of a live set-up: what each found, in static words, and what to do about it."""
