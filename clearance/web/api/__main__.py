"""Writes the document of the interface: `python -m clearance.web.api > docs/openapi.json`."""

import json
import sys

from clearance.web.api.document import document
from clearance.web.api.routes import OPERATIONS

sys.stdout.write(json.dumps(document(OPERATIONS), ensure_ascii=False, indent=1) + "\n")
