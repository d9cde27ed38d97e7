#!/usr/bin/env bash
# A custom app from a file: a place in storage, the upload, the app, and the download again.
. "$(dirname "$0")/common.sh"

head -c 5000000 /dev/urandom >"$scratch/MyApp.pkg"
digest=$(sha256sum "$scratch/MyApp.pkg" | cut -d' ' -f1)

# JSON and a form, with one answer
call POST /library/custom-apps/upload --json '{"name":"MyApp.pkg"}'
expect "$status" 201
call POST /library/custom-apps/upload --data-urlencode 'name=MyApp.pkg'
expect "$status" 201
place=$body
key=$(value file_key "$place")
contains "$key" companies/companies/
contains "$key" library/custom_apps/MyApp_

fields=()
for name in key x-amz-algorithm x-amz-credential x-amz-date x-amz-security-token policy x-amz-signature; do
  fields+=(--form-string "$name=$(value "$name" "$place")")
done
status=$(curl --silent --output "$scratch/body" --dump-header "$scratch/headers" --write-out '%{http_code}' \
  "${fields[@]}" --form "file=@$scratch/MyApp.pkg" "$(value post_url "$place")")
body=$(cat "$scratch/body")
expect "$status" 204
contains "$(tr A-Z a-z <"$scratch/headers")" x-amz-request-id

# a form, as the vendor documents it: words in lower case
call POST /library/custom-apps --data-urlencode name=MyApp --data-urlencode "file_key=$key" \
  --data-urlencode install_type=package --data-urlencode install_enforcement=install_once --data-urlencode restart=true
expect "$status" 201
expect "$(value sha256)" "$digest"
expect "$(value file_size)" 5000000
expect "$(value restart)" true
id=$(value id)

# JSON over it, and back
call PATCH "/library/custom-apps/$id" --json '{"restart":false,"name":"MyApp 2"}'
expect "$status" 200
expect "$(value restart)" false
expect "$(value name)" "MyApp 2"

url=$(value file_url)
curl --silent --fail --output "$scratch/down" "$url"
expect "$(sha256sum "$scratch/down" | cut -d' ' -f1)" "$digest"
expect "$(curl --silent --fail --range 0-9 "$url" | wc -c | tr -d ' ')" 10

# a file_url is for nobody who brings another credential
expect "$(curl --silent --output /dev/null --write-out '%{http_code}' --header "Authorization: Bearer $IRU_API_TOKEN" "$url")" 400

call DELETE "/library/custom-apps/$id"
expect "$status" 204
expect "$body" ""
call GET "/library/custom-apps/$id"
expect "$status" 404
expect "$body" '{"detail":"No CustomApp matches the given query."}'
# DELETE of what is not there is a page, not JSON
call DELETE "/library/custom-apps/$id"
expect "$status" 404
contains "$headers" text/html
contains "$body" '<h1>Not Found</h1>'
echo ok
