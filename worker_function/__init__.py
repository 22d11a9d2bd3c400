"""Work taken from the queue."""
