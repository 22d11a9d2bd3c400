"""The report that a person reads first: `index.html`."""
