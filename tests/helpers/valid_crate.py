"""Issues of a crate by the validator of RO-Crate, without network: run by .venv-crate/bin/python.

`valid_crate.py FOLDER PROFILE …` prints, for each pair, the REQUIRED checks that fail. What the
validator would fetch is the context of RO-Crate 1.1, which the package rocrate has inside.
"""

import json
import sys
from pathlib import Path

import requests
import rocrate
from rocrate_validator import services

CONTEXT = Path(rocrate.__file__).parent / "data" / "ro-crate.jsonld"


def serve(_self, _method: str, url: str, *_args: object, **_options: object) -> requests.Response:
    response = requests.Response()
    response.status_code, response.url = 200, url
    response._content = CONTEXT.read_bytes()
    response.headers["Content-Type"] = "application/ld+json"
    return response


requests.sessions.Session.request = serve


def issues(folder: str, profile: str) -> list[str]:
    how = {"profile_identifier": profile, "requirement_severity": "REQUIRED"}
    found = services.validate({"rocrate_uri": folder, **how})
    return [f"{issue.check.identifier} {issue.message}" for issue in found.get_issues()]


asked = sys.argv[1:]
print(json.dumps([*map(issues, asked[::2], asked[1::2])]))
