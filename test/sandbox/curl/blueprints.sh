#!/usr/bin/env bash
# Blueprints: forms with dotted keys, and refusals that are bare texts.
. "$(dirname "$0")/common.sh"

call POST /library/custom-scripts --json '{"name":"s","execution_frequency":"once","script":"true"}'
script=$(value id)

call POST /blueprints --data-urlencode name=Office --data-urlencode enrollment_code.is_active=true \
  --data-urlencode enrollment_code.code=123456
expect "$status" 201
expect "$(value code)" 123456
expect "$(value type)" classic
id=$(value id)
call POST /blueprints --data-urlencode name=Office --data-urlencode enrollment_code.is_active=true
expect "$status" 400
contains "$body" '"name":['
call POST /blueprints --data-urlencode name=Other --data-urlencode type=map \
  --data-urlencode enrollment_code.is_active=true --data-urlencode source.type=blueprint \
  --data-urlencode "source.id=$id"
expect "$status" 400
expect "$body" '["Blueprint type does not match the source blueprint type"]'

item="{\"library_item_id\":\"$script\"}"
call POST "/blueprints/$id/assign-library-item" --json "$item"
expect "$status" 200
expect "$body" "[\"$script\"]"
call POST "/blueprints/$id/assign-library-item" --json "$item"
expect "$status" 400
expect "$body" '"Library Item already exists on Blueprint"'
call POST "/blueprints/$id/assign-library-item" --json "{\"library_item_id\":\"$script\",\"assignment_node_id\":\"$script\"}"
expect "$status" 400
expect "$body" '"assignment_node_id cannot be provided for Classic Blueprint"'
call GET "/blueprints/$id/list-library-items"
contains "$body" "{\"id\":\"$script\",\"name\":\"s\"}"
call POST "/blueprints/$id/remove-library-item" --json "$item"
expect "$status" 200
expect "$body" '[]'
call POST "/blueprints/$id/remove-library-item" --json "$item"
expect "$status" 400
expect "$body" '"Library Item does not exist on Blueprint"'

call PATCH "/blueprints/$id" --data-urlencode description=changed
expect "$status" 200
expect "$(value description)" changed
case $body in *'"type"'*) echo "an update's answer has no type: $body" >&2; exit 1 ;; esac
call GET "/blueprints?name=offi"
expect "$(value count)" 1
call DELETE "/blueprints/$id"
expect "$status" 204
echo ok
