"""The request's life, free of cloud, HTTP and environment."""
