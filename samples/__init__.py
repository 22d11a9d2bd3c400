"""Samples: what a company could start from."""
