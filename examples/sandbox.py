# With requests: https://requests.readthedocs.io
import os
import requests

tenant = os.environ["IRU_TENANT_URL"]
session = requests.Session()
session.headers["Authorization"] = f"Bearer {os.environ['IRU_API_TOKEN']}"

script = {"name": "Hello", "execution_frequency": "once", "script": "echo hello"}
session.post(f"{tenant}/api/v1/library/custom-scripts", json=script).raise_for_status()

url = f"{tenant}/api/v1/library/custom-scripts"
while url:
    page = session.get(url).json()
    for found in page["results"]:
        print(found["name"])
    url = page["next"]
