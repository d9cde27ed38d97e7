#!/usr/bin/env bash
# Listings, followed by their `next`, and the gateway in front of them.
. "$(dirname "$0")/common.sh"

for number in 1 2 3 4 5; do
  call POST /library/custom-scripts --json "{\"name\":\"script $number\",\"execution_frequency\":\"once\",\"script\":\"true\"}"
  expect "$status" 201
done

# by limit and offset
seen=0
path='/library/custom-scripts?limit=2'
while [ -n "$path" ]; do
  call GET "$path"
  expect "$status" 200
  expect "$(value count)" 5
  seen=$((seen + $(printf '%s' "$body" | grep -o '"execution_frequency"' | wc -l)))
  next=$(value next)
  if [ "$next" = null ]; then path=; else path=${next#"$api"}; fi
done
expect "$seen" 5

# by page
call GET '/library/custom-scripts?page=1'
expect "$(value next)" null
call GET '/library/custom-scripts?page=2'
expect "$status" 404
expect "$body" '{"detail":"Invalid page."}'

# a trailing slash counts: templates have one, scripts have none
call GET /blueprints/templates/
expect "$status" 200
call GET /blueprints/templates
expect "$status" 404
call GET /library/custom-scripts/
expect "$status" 404
contains "$body" '"message":"no Route matched with those values"'
contains "$headers" 'kong'

# categories are a bare list
call GET /self-service/categories
contains "$body" '[{"id":'

for token in 00000000-0000-4000-8000-000000000000 ''; do
  status=$(curl --silent --output "$scratch/body" --write-out '%{http_code}' --header "Authorization: Bearer $token" "$api/blueprints")
  body=$(cat "$scratch/body")
  expect "$status" 401
  contains "$body" '"detail"'
done
echo ok
