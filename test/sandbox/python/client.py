"""A client as people write it with requests: follows `next`, uploads as the vendor's client does, sends True and False."""

import base64
import hashlib
import io
import json
import os
import plistlib
import zipfile
from datetime import datetime, timezone

import requests

api = os.environ["IRU_TENANT_URL"] + "/api/v1"
session = requests.Session()
session.headers["Authorization"] = "Bearer " + os.environ["IRU_API_TOKEN"]


def listing(path, **params):
    url, results = api + path, []
    while url:
        response = session.get(url, params=params)
        response.raise_for_status()
        page = response.json()
        assert page["count"] >= len(page["results"])
        results += page["results"]
        url, params = page["next"], {}
    return results


def expect(response, status):
    assert response.status_code == status, f"{response.status_code} {response.text}"
    return response


# listings
for number in range(7):
    body = {"name": f"script {number}", "execution_frequency": "once", "script": "true\n\n", "active": number % 2 == 0}
    script = expect(session.post(api + "/library/custom-scripts", json=body, params={"source": "iructl"}), 201).json()
    assert script["script"] == "true", script
assert [script["name"] for script in listing("/library/custom-scripts", limit=3)] == [f"script {n}" for n in range(7)]
assert len(listing("/library/custom-scripts", page=1)) == 7

# an installer: the form's fields as they came, the file last
installer = os.urandom(2 * 1024 * 1024 + 17)
place = expect(session.post(api + "/library/custom-apps/upload", data={"name": "test_app.pkg"}), 201).json()
policy = json.loads(base64.b64decode(place["post_data"]["policy"]))
assert datetime.fromisoformat(policy["expiration"].replace("Z", "+00:00")) > datetime.now(timezone.utc)
stored = requests.post(place["post_url"], data=place["post_data"], files={"file": ("test_app.pkg", installer)}, timeout=60)
expect(stored, 204)
assert stored.content == b"" and stored.headers["ETag"]

# an app: a form, with Python's booleans; the category has to be there when it is shown
categories = expect(session.get(api + "/self-service/categories"), 200).json()
app = {
    "name": "Test",
    "file_key": place["file_key"],
    "install_type": "zip",
    "install_enforcement": "no_enforcement",
    "active": True,
    "restart": False,
}
assert list(expect(session.post(api + "/library/custom-apps", data=app), 400).json()) == ["show_in_self_service"]
app["show_in_self_service"] = True
assert list(expect(session.post(api + "/library/custom-apps", data=app), 400).json()) == ["self_service_category_id"]
app["self_service_category_id"] = categories[0]["id"]
assert list(expect(session.post(api + "/library/custom-apps", data=app), 400).json()) == ["unzip_location"]
app["unzip_location"] = "/Applications"
made = expect(session.post(api + "/library/custom-apps", data=app), 201).json()
assert made["sha256"] == hashlib.sha256(installer).hexdigest() and made["file_size"] == len(installer)
assert (made["active"], made["restart"], made["self_service_recommended"]) == (True, False, False)

fetched = expect(session.get(f"{api}/library/custom-apps/{made['id']}"), 200).json()
assert requests.get(fetched["file_url"], timeout=60).content == installer

# an in-house app: a file as Xcode makes it, a look at what became of it, an app without an answer's body
archive = io.BytesIO()
with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed:
    info = {"CFBundleIdentifier": "com.acme.demo", "CFBundleDisplayName": "D\u00e9mo", "CFBundleShortVersionString": "3.2"}
    info.update({"MinimumOSVersion": "17.0", "UIDeviceFamily": [1, 2], "DTXcode": 1630, "LSRequiresIPhoneOS": True})
    packed.writestr("Payload/Demo.app/Demo", os.urandom(100_000))
    packed.writestr("Payload/Demo.app/Info.plist", plistlib.dumps(info, fmt=plistlib.FMT_BINARY))
url = api + "/library/ipa-apps"
place = expect(session.post(url + "/upload", json={"filename": "Demo.ipa"}), 201).json()
status = f"{url}/upload/{place['id']}/status"
assert expect(session.get(status), 200).json() == {"status": "UPLOADING"}
files = {"file": ("Demo.ipa", archive.getvalue())}
expect(requests.post(place["post_url"], data=place["post_data"], files=files, timeout=60), 204)
looked = expect(session.get(status), 200).json()
assert (looked["status"], looked["metadata"]["app_name"]) == ("VALIDATED", "D\u00e9mo"), looked
assert expect(session.post(url, json={"file_key": place["file_key"], "name": "Demo"}), 201).content == b""
[demo] = listing("/library/ipa-apps")
assert (demo["app_version"], demo["minimum_os_version"], demo["runs_on_ipad"]) == ("3.2", "17.0", True)
assert demo["file_url"].startswith(os.environ["IRU_TENANT_URL"] + "/tenants/")
assert requests.get(demo["file_url"], timeout=60).content == archive.getvalue()
assert expect(session.patch(f"{url}/{demo['id']}", json={"active": False}), 200).content == b""
assert listing("/library/ipa-apps")[0]["active"] is False

# a profile, with and without a file
plist = b'<plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string></dict></plist>'
url = api + "/library/custom-profiles"
files = {"file": ("p.mobileconfig", plist, "application/octet-stream")}
profile = expect(session.post(url, data={"name": "P", "active": False, "runs_on_mac": True}, files=files), 201).json()
assert (profile["active"], profile["runs_on_mac"], profile["runs_on_tv"]) == (False, True, False)
renamed = expect(session.patch(f"{url}/{profile['id']}", data={"name": "Q"}), 200).json()
assert "<string>Q</string>" in renamed["profile"] and renamed["runs_on_mac"] is True

# what is gone
expect(session.delete(f"{url}/{profile['id']}"), 204)
missing = expect(session.get(f"{url}/{profile['id']}"), 404)
assert missing.json() == {"detail": "No CustomProfile matches the given query."}
print("ok")
