"""The platforms by name: a literal table, so that it can be searched and type-checked.

Classes are imported when they are asked for, since a run that publishes to one platform should not pay for five.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING

from planrrr_cli.domain.connections import Platform

if TYPE_CHECKING:
    from planrrr_cli.platforms.base import Publisher

PLATFORMS: dict[Platform, str] = {
    Platform.FACEBOOK: "planrrr_cli.platforms.facebook.publisher:FacebookPublisher",
    Platform.INSTAGRAM: "planrrr_cli.platforms.instagram.publisher:InstagramPublisher",
    Platform.X: "planrrr_cli.platforms.x.publisher:XPublisher",
    Platform.YOUTUBE: "planrrr_cli.platforms.youtube.publisher:YouTubePublisher",
    Platform.LINKEDIN: "planrrr_cli.platforms.linkedin.publisher:LinkedInPublisher",
}


def publisher_class(platform: Platform) -> type[Publisher]:
    """The recipe of ``platform``; KeyError when this version has none."""
    module, _, name = PLATFORMS[platform].partition(":")
    found: type[Publisher] = getattr(import_module(module), name)
    return found
