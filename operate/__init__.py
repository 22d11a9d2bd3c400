"""The operators' command line: `python -m operate`. It speaks HTTP with the app and imports nothing of it."""
