"""Speed and memory, compared with the bare minimum of the same work."""
