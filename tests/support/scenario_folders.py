"""Small scenarios for the tests of the simulator, written to a folder."""

from __future__ import annotations

from pathlib import Path

import yaml

NAME = "ORG11111.ORG11111.1000.00.202508200005.DAT"
LATER = "ORG11111.ORG11111.1000.00.202508201005.DAT"


def document(**changed: object) -> dict[str, object]:
    """Return a scenario of one LDC and one hour; a key with the value None is left out."""
    plain = {
        "start": "2025-08-20T00:00:00-05:00",
        "until": "2025-08-20T01:00:00-05:00",
        "environment": "TEST",
        "organizations": [{"org_id": "ORG11111", "name": "Example Hydro", "roles": ["LDC"]}],
        **changed,
    }
    return {key: value for key, value in plain.items() if value is not None}


def write(folder: Path, *files: str, **changed: object) -> Path:
    """Write a scenario and its files (paths in the folder), and return the folder."""
    folder.mkdir(exist_ok=True)
    (folder / "scenario.yaml").write_text(yaml.safe_dump(document(**changed)), encoding="utf-8")
    for file in files:
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(request(path.name))
    return folder


def request(name: str) -> bytes:
    """Return a framed file of one detail, in a 1000 the request for a number."""
    _, _, file_id, version, time = name.split(".")[:5]
    created = time.ljust(14, "0")
    lines = (
        f"FNR|{name}",
        f"FHR|{file_id}|{version}|ORG11111|ORG11111|{created}|1",
        f"DTL|ORG11111|SP-{created}",
        "EOF|1",
    )
    return "".join(f"{line}\n" for line in lines).encode()
