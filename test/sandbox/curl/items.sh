#!/usr/bin/env bash
# What was done to a library item, how it fares, and the profile that devices are enrolled with.
. "$(dirname "$0")/common.sh"

call POST /library/custom-scripts --json '{"name":"a","execution_frequency":"once","script":"true"}'
id=$(value id)
call PATCH "/library/custom-scripts/$id" --json '{"name":"b"}'
call POST /blueprints --data name=Office --data enrollment_code.is_active=true --data enrollment_code.code=610332
blueprint=$(value id)
call POST "/blueprints/$blueprint/assign-library-item" --json "{\"library_item_id\":\"$id\"}"
expect "$status" 200

call GET "/library/library-items/$id/activity?limit=1"
expect "$status" 200
contains "$body" '"count":3,'
contains "$body" "activity?limit=1&offset=1"
contains "$body" '"activity_type":"library_item_assignment_changed"'
call GET "/library/library-items/$id/activity?activity_type=library_item_edited"
contains "$body" '"details":["Name: a → b"]'
call GET "/library/library-items/$id/status"
expect "$body" '{"count":0,"next":null,"previous":null,"results":[]}'
call GET /library/library-items/nothing/status
expect "$status" 404

call GET "/blueprints/$blueprint/ota-enrollment-profile?sso=true"
expect "$status" 200
contains "$headers" "application/x-apple-aspen-config"
contains "$headers" "attachment;filename=kandji-enroll.mobileconfig"
contains "$body" "<string>610332</string>"

# the service's own answers in gzip
call GET "/library/custom-scripts" --compressed
contains "$headers" "content-encoding: gzip"
contains "$body" '"name":"b"'
echo ok
