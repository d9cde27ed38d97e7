#!/usr/bin/env bash
# Names of files beyond Latin-1, as curl sends them: raw UTF-8, quotes escaped.
. "$(dirname "$0")/common.sh"

printf '<plist version="1.0"><dict><key>PayloadType</key><string>Configuration</string></dict></plist>' >"$scratch/profile"
decomposed=$(printf 'U\xcc\x88ber')

for name in 'Drucker – Büro' 'Kiosk™' 'Tool 🚀' "$decomposed" '日本語' 'say "hi"' 'semi;colon' 'per%20cent' 'back\slash'; do
  cp "$scratch/profile" "$scratch/$name.mobileconfig"
  call POST /library/custom-profiles --form-string "name=$name" --form "file=@\"$(printf '%s' "$scratch/$name.mobileconfig" | sed 's/[\"]/\\&/g')\""
  expect "$status" 201
  # JSON escapes a quote and a backslash
  contains "$body" "\"name\":\"$(printf '%s' "$name" | sed 's/[\"]/\\&/g')\""

  call POST /library/custom-apps/upload --data-urlencode "name=a.pkg"
  place=$body
  fields=()
  for field in key x-amz-algorithm x-amz-credential x-amz-date x-amz-security-token policy x-amz-signature; do
    fields+=(--form-string "$field=$(value "$field" "$place")")
  done
  upload=$(curl --silent --output "$scratch/body" --write-out '%{http_code}' "${fields[@]}" \
    --form "file=@\"$(printf '%s' "$scratch/$name.mobileconfig" | sed 's/[\"]/\\&/g')\"" "$(value post_url "$place")")
  expect "$upload" 204
done
echo ok
