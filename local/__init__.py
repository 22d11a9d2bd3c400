"""Everything to run the app on one machine."""
