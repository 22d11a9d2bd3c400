"""Set a tenant up for the app: `scripts/setup_tenant`. Standard library and the Azure CLI's sign-in alone."""
