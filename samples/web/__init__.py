"""A website on which people download their data and delete their account."""
