"""Deletions: GDPR Art. 17."""
