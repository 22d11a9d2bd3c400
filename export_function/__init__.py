"""Exports: GDPR Art. 15 and 20."""
