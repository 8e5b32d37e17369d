#!/usr/bin/env bash
# Runs schemathesis against both listeners of a server that it starts and ends.
#
#     tests/schemathesis/run.sh [CASES]    at most so many for each operation and phase, 300 unless said
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."

cases=${1:-300}
here=tests/schemathesis
venv=target/schemathesis
out=target/schemathesis-report
mkdir -p "$out"

if [[ ! -x $venv/bin/schemathesis ]]; then
  python3 -m venv "$venv"
  "$venv/bin/pip" install --quiet --requirement "$here/requirements.txt"
fi

cargo build --quiet --locked --bin guestlist
rm -f "$out/started" # that of an earlier run
target/debug/guestlist dev --listen 127.0.0.1:0 --control-listen 127.0.0.1:0 \
  --set app.0.unlimited=true --set log.access=off >"$out/started" 2>"$out/stderr" &
server=$!
trap 'kill "$server" 2>/dev/null || true; wait "$server" 2>/dev/null || true' EXIT

# The first line on stdout says where it is.
address() { sed -n "s/.*\"$1\":\"\([^\"]*\)\".*/\1/p" "$out/started" 2>/dev/null || true; }
until [[ -n $(address control_listen) ]]; do
  kill -0 "$server" # or it has ended, and nothing will come
  sleep 0.05
done
GUESTLIST_MAIN=http://$(address listen)
GUESTLIST_CONTROL=http://$(address control_listen)
export GUESTLIST_MAIN GUESTLIST_CONTROL
export PYTHONPATH=$here SCHEMATHESIS_HOOKS=hooks

target/debug/guestlist openapi >"$out/openapi.json"

# What is checked on both: nothing breaks, and nothing is answered that is not documented.
checks=not_a_server_error,status_code_conformance,content_type_conformance
checks+=,response_headers_conformance,response_schema_conformance
# What is checked besides where refusals have a status: what breaks the schema is refused.
control_checks=$checks,negative_data_rejection,unsupported_method,allow_header_conformance

run() {
  "$venv/bin/schemathesis" run "$out/openapi.json" --max-examples "$cases" --seed 1 \
    --continue-on-failure --request-timeout 10 --no-color --warnings off "$@"
}

failed=0
echo '==> the main listener'
run --url "$GUESTLIST_MAIN" --include-path-regex '^/(v4/|healthz|readyz)' --checks "$checks" ||
  failed=1
echo '==> the control plane'
run --url "$GUESTLIST_CONTROL" --exclude-path-regex '^/v4/' --checks "$control_checks" || failed=1

kill -0 "$server" # it is still there
if grep -a -E 'a bug|panicked' "$out/stderr"; then failed=1; fi
exit "$failed"
