"""planrrr: scheduled social-media posts, published from a command line. Only the version lives here."""

__version__ = "0.1.0"
