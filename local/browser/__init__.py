"""A browser for tests of pages, installed by npm where the machine has none."""
