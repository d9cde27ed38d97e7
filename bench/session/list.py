"""Reads all custom scripts as a plain Python client does: page after page, each record checked field by field."""
import json
import sys
import time

import requests

FIELDS = {
    "id": str, "name": str, "active": bool, "execution_frequency": str, "restart": bool, "script": str,
    "remediation_script": str, "show_in_self_service": bool, "created_at": str, "updated_at": str,
}


def check(record):
    for field, kind in FIELDS.items():
        if not isinstance(record[field], kind):
            raise ValueError(field)
    return {field: record[field] for field in FIELDS}


def read(session, origin):
    url, records = f"{origin}/api/v1/library/custom-scripts?source=bench", []
    while url:
        response = session.get(url, headers={"authorization": "Bearer x"})
        response.raise_for_status()
        page = json.loads(response.text)
        records += [check(record) for record in page["results"]]
        url = page["next"]
    return records


with requests.Session() as session:
    for line in sys.stdin:
        start = time.perf_counter()
        count = len(read(session, line.strip()))
        print(json.dumps({"count": count, "ms": (time.perf_counter() - start) * 1000}), flush=True)
