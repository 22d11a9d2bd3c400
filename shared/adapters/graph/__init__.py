"""Microsoft Graph, one tenant at a time: request builders of the SDK, raw answers, our own errors."""
