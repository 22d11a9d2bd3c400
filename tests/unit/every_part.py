"""All of the app made at once, in a process of its own."""

from functools import cached_property

from composition.app import App

PARTS = [name for name, one in vars(App).items() if isinstance(one, cached_property)]
EVERY_PART = f"""import os, pathlib, datetime, composition.app, composition.parts, shared.settings
settings = shared.settings.load_settings(os.environ)
app = composition.app.App(composition.parts.parts_of(settings, datetime.timedelta(1), pathlib.Path()))
for name in {PARTS}:
    getattr(app, name)
"""
"""Code that makes each part, of the settings in the environment."""
