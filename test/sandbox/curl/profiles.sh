#!/usr/bin/env bash
# Custom profiles: forms with a file, in the ways in which clients send them.
. "$(dirname "$0")/common.sh"

cat >"$scratch/wifi.mobileconfig" <<'PLIST'
<?xml version="1.0" encoding="UTF-8"?>
<plist version="1.0"><dict>
  <key>PayloadContent</key><array/>
  <key>PayloadDisplayName</key><string>mine</string>
  <key>PayloadType</key><string>Configuration</string>
</dict></plist>
PLIST

call POST /library/custom-profiles --form name=Wi-Fi --form "file=@$scratch/wifi.mobileconfig" --form runs_on_mac=true
expect "$status" 201
expect "$(value runs_on_mac)" true
expect "$(value runs_on_vision)" false
expect "$(value active)" true
id=$(value id)
expect "$(value mdm_identifier)" "com.kandji.profile.custom.$id"
contains "$body" '<string>Wi-Fi</string>'

# Python writes True and False
call PATCH "/library/custom-profiles/$id" --form active=False --form runs_on_ipad=True
expect "$status" 200
expect "$(value active)" false
expect "$(value runs_on_ipad)" true

# without a file, requests sends a plain form
call PATCH "/library/custom-profiles/$id" --data-urlencode name=Renamed
expect "$status" 200
contains "$body" '<string>Renamed</string>'

# a file part without a Content-Type of its own
boundary=xyz
{
  printf -- '--%s\r\nContent-Disposition: form-data; name="name"\r\n\r\nBare\r\n' "$boundary"
  printf -- '--%s\r\nContent-Disposition: form-data; name="file"; filename="x.mobileconfig"\r\n\r\n' "$boundary"
  cat "$scratch/wifi.mobileconfig"
  printf -- '\r\n--%s--\r\n' "$boundary"
} >"$scratch/form"
call POST /library/custom-profiles --header "Content-Type: multipart/form-data; boundary=$boundary" \
  --data-binary "@$scratch/form"
expect "$status" 201
expect "$(value name)" Bare

# JSON is not understood here; a text instead of a file is no file
call POST /library/custom-profiles --json '{"name":"x"}'
expect "$status" 415
contains "$body" 'Unsupported media type'
call POST /library/custom-profiles --form name=x --form-string file=text
expect "$status" 400
contains "$body" '"file":["The submitted data was not a file.'
call POST /library/custom-profiles --form name=x
expect "$status" 400
expect "$body" '{"file":["No file was submitted."]}'
echo ok
