"""The state file: what a sandbox remembers between two runs, as JSON, without media bytes and running uploads."""

import json
import os
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planrrr_cli.sandbox.application import Application

FORMAT = "planrrr.sandbox-state/1"


def save_state(application: "Application", path: Path) -> None:
    """Written aside and moved in whole, readable by its owner only (it holds the sandbox's tokens)."""
    document = {"schema": FORMAT} | application.dump()
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(document, file, ensure_ascii=False, indent=1)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def load_state(application: "Application", path: Path) -> None:
    """Raises ValueError with a sentence when the file is not one of ours."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        if document["schema"] != FORMAT:
            raise ValueError(f"schema {document['schema']!r}")
        application.load(document)
    except (ValueError, KeyError, TypeError, AttributeError) as bad:
        raise ValueError(f"{path} is not a state file of this sandbox: {bad}") from bad
