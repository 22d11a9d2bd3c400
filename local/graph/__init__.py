"""A simulator of Microsoft Graph and its login endpoint, as far as privacy requests need them.

It never imports the app: what it does is from Microsoft's documentation, so that the two can disagree.
"""
