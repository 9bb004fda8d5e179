"""Checks a compose file: it follows the specification, and what it refers to is there.

  python3 tests/e2e/compose.py FILE
"""

import pathlib
import sys

from compose_spec import PyCompose


def main(path):
    compose = PyCompose.from_yaml(path.read_text()).to_dict()
    volumes, services = compose["volumes"], compose["services"]
    for name, service in services.items():
        for needed in service.get("depends_on", []):
            assert needed in services, f"{name} depends on {needed}"
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            known = (path.parent / source).exists() if source.startswith(".") else source in volumes
            assert known, f"{name} mounts {source}"


if __name__ == "__main__":
    main(pathlib.Path(sys.argv[1]))
