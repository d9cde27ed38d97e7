# What the scripts beside this one share. They need IRU_TENANT_URL and IRU_API_TOKEN.
set -euo pipefail

api="$IRU_TENANT_URL/api/v1"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# call METHOD PATH [CURL OPTIONS]: the body goes to $body, the status to $status, the headers to $headers
call() {
  local method=$1 path=$2
  shift 2
  status=$(curl --silent --show-error --request "$method" --header "Authorization: Bearer $IRU_API_TOKEN" \
    --output "$scratch/body" --dump-header "$scratch/headers" --write-out '%{http_code}' "$@" "$api$path")
  body=$(cat "$scratch/body")
  headers=$(tr -d '\r' <"$scratch/headers")
}

# value KEY [JSON]: the first text, number or word at a key
value() {
  printf '%s' "${2-$body}" | sed -n "s/.*\"$1\":\"\{0,1\}\([^\",}]*\).*/\1/p"
}

expect() {
  if [ "$1" != "$2" ]; then
    echo "line ${BASH_LINENO[0]} of $0: expected '$2', got '$1'; the answer was $status $body" >&2
    exit 1
  fi
}

# contains TEXT PART
contains() {
  case $1 in
    *"$2"*) ;;
    *)
      echo "line ${BASH_LINENO[0]} of $0: no '$2' in '$1'" >&2
      exit 1
      ;;
  esac
}
