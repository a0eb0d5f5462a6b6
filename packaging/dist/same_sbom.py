"""Gives a bill of materials in SPDX's JSON the order, the moment and the name that its commit has, not its making."""

import datetime
import hashlib
import json
import os
import sys

bill = json.load(sys.stdin)
for part in bill.values():
    if isinstance(part, list):
        part.sort(key=lambda entry: json.dumps(entry, sort_keys=True))
moment = datetime.datetime.fromtimestamp(int(os.environ["SOURCE_DATE_EPOCH"]), datetime.timezone.utc)
bill["creationInfo"]["created"] = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
# SPDX wants another one for another content.
bill["documentNamespace"] = ""
content = hashlib.sha256(json.dumps(bill, sort_keys=True).encode()).hexdigest()
bill["documentNamespace"] = f"https://spdx.org/spdxdocs/{bill['name']}-{content}"
json.dump(bill, sys.stdout, indent=2, sort_keys=True, ensure_ascii=False)
print()
