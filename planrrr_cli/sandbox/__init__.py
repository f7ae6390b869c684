"""A local server that imitates the platforms' APIs, for rehearsal and tests; imports nothing else of ours."""

try:
    import werkzeug  # noqa: F401  (asked here, so that its absence is told in a sentence, not in a traceback)
except ImportError as missing:
    raise ImportError(
        "the sandbox needs werkzeug; install it with: pip install 'planrrr[sandbox]'"
    ) from missing

from planrrr_cli.sandbox.server import SandboxServer

__all__ = ["SandboxServer"]
