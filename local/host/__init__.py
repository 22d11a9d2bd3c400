"""An embedded Azure Functions host: dispatches the app's own functions with the real host's semantics."""
