"""Who is told, as a simulator: the mail service of Azure, and an app that takes webhooks."""
