"""One command, or one family of them, a file."""
