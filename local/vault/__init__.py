"""A simulator of Azure Key Vault, as far as receipts need it; it shares no code with the app."""
