"""Lists of people: checked here, written to where the app says, and watched."""
