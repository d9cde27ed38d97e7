"""Reads all custom scripts as a typed Python client does: page after page, every field of a record checked, every record
an object. With pydantic where it is installed; by hand, with the same fields and defaults, where it is not.
Prints which of the two, and then the time of each reading.
"""
import json
import sys
import time
from typing import List, Optional, get_args

import requests

try:
    import pydantic
except ImportError:
    pydantic = None

REQUIRED = {"id": str, "name": str, "active": bool, "execution_frequency": str, "restart": bool, "script": str,
            "created_at": str, "updated_at": str}
OPTIONAL = {"remediation_script": (Optional[str], ""), "show_in_self_service": (Optional[bool], False),
            "self_service_category_id": (Optional[str], None), "self_service_recommended": (Optional[bool], None)}

if pydantic is not None:
    CustomScript = pydantic.create_model(
        "CustomScript", **{name: (kind, ...) for name, kind in REQUIRED.items()}, **OPTIONAL)
    Page = pydantic.create_model(
        "Page", count=(int, ...), next=(Optional[str], None), results=(List[CustomScript], ...))

    def parse(content):
        page = Page.model_validate(json.loads(content))
        return page.results, page.next
else:
    class CustomScript:
        def __init__(self, values):
            self.__dict__ = values

    def model(record):
        values = {}
        for name, kind in REQUIRED.items():
            value = record[name]
            if not isinstance(value, kind):
                raise ValueError(name)
            values[name] = value
        for name, (kind, default) in OPTIONAL.items():
            value = record.get(name)
            if not isinstance(value, get_args(kind)):
                raise ValueError(name)
            values[name] = default if value is None else value
        return CustomScript(values)

    def parse(content):
        page = json.loads(content)
        return [model(record) for record in page["results"]], page["next"]


def read(session, origin):
    url, records = f"{origin}/api/v1/library/custom-scripts?source=bench", []
    while url:
        response = session.get(url, headers={"authorization": "Bearer x"})
        response.raise_for_status()
        results, url = parse(response.content)
        records += results
    return records


print(f"pydantic {pydantic.VERSION}" if pydantic else "checks by hand", flush=True)
with requests.Session() as session:
    for line in sys.stdin:
        start = time.perf_counter()
        count = len(read(session, line.strip()))
        print(json.dumps({"count": count, "ms": (time.perf_counter() - start) * 1000}), flush=True)
