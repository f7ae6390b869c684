"""LinkedIn, for persons and for the pages of organizations. ``publisher.py`` is the way in."""
