"""The conformance cases as an operator meets them: documents in, JSON out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests.platforms.x.test_length import CASES


def test_every_case_is_judged_alike_by_the_command(tmp_path: Path) -> None:
    cases = {f"{number}.md": case for number, case in enumerate(CASES["weights"])}
    for name, case in cases.items():
        (tmp_path / name).write_bytes(case["text"].encode())
    environ = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path),
        "PYTHONPATH": str(Path(__file__).resolve().parents[3]),
    }
    done = subprocess.run(
        [sys.executable, "-m", "planrrr_cli", "validate", *cases, "--to", "x", "--json"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        check=False,
        timeout=60,
    )
    documents = {one["file"]: one for one in json.loads(done.stdout)["documents"]}
    assert done.returncode == 1
    for name, case in cases.items():
        document = documents[name]
        assert document["valid"] is case["valid"], (case["description"], document)
        counts = [target["character_count"] for target in document["targets"]]
        assert counts == ([case["weightedLength"]] if case["text"] else []), case["description"]
