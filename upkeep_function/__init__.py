"""The timer that keeps every promise."""
