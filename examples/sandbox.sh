# Needs a running iru-sandbox, with IRU_TENANT_URL and IRU_API_TOKEN as it has printed them.
set -e
iru() { curl --silent --show-error -H "Authorization: Bearer $IRU_API_TOKEN" "$@"; }

# Write, read. Both appear on the page.
iru "$IRU_TENANT_URL/api/v1/blueprints" -d name=Office -d enrollment_code.is_active=true
iru "$IRU_TENANT_URL/api/v1/blueprints?name=office"

# Break the next two requests to Blueprints, and see it.
curl --silent "$IRU_TENANT_URL/_sandbox/faults" -H "Content-Type: application/json" \
  -d '{ "path": "/api/v1/blueprints*", "times": 2, "respond": { "status": 500 } }'
iru --output /dev/null --write-out "%{http_code}\n" "$IRU_TENANT_URL/api/v1/blueprints"

# Enough.
curl --silent -X DELETE "$IRU_TENANT_URL/_sandbox/faults" -H "Content-Type: application/json"
iru --output /dev/null --write-out "%{http_code}\n" "$IRU_TENANT_URL/api/v1/blueprints"
