"""What the functions are made of, put together from settings: all of it, and each part when it is needed."""
