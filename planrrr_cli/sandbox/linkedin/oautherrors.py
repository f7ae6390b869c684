"""The errors of LinkedIn's OAuth endpoints, which speak a dialect of their own, one constructor per error.

Texts: learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow and
.../programmatic-refresh-tokens (read 2026-11-23).
"""

from planrrr_cli.sandbox.linkedin.errors import LinkedInError


def oauth(status: int, error: str, description: str) -> LinkedInError:
    return LinkedInError(status, {"error": error, "error_description": description})


def dead_grant() -> LinkedInError:
    told = "The provided authorization grant or refresh token is invalid, expired or revoked"
    return oauth(400, "invalid_request", told)


def missing_parameter(name: str) -> LinkedInError:
    return oauth(400, "invalid_request", f'A required parameter "{name}" is missing')


def strange_parameter(name: str) -> LinkedInError:
    """Stricter than the real service, which ignores what it does not know."""
    return oauth(400, "invalid_request", f'The parameter "{name[:60]}" is not known here')


def invalid_client() -> LinkedInError:
    return oauth(401, "invalid_client", "Client authentication failed")


def invalid_redirect(why: str) -> LinkedInError:
    return oauth(400, "invalid_redirect_uri", f"Unable to retrieve access token: {why}")


def no_application_tokens() -> LinkedInError:
    return oauth(401, "access_denied", "This application is not allowed to create application tokens")


def wrong_grant_type() -> LinkedInError:
    return oauth(400, "unsupported_grant_type", "grant_type must be authorization_code or refresh_token")
