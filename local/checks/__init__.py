"""What tests check archives and pages with, where the machine does not have it."""
