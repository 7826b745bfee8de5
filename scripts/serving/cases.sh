#!/usr/bin/env bash
# Has schemathesis try a server by its own OpenAPI document, and fails if a case ends in
# a server error or fewer cases were tried than asked:
#
#	scripts/serving/cases.sh ./bench [cases]
#
# The server has small models of every kind, trained for one step. schemathesis comes
# from PyPI into a virtual environment of its own; status 75: it is not to be had.
set -euo pipefail
bench=$(realpath "$1") least=${2:-2000}
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
cd "$work"

python3 -m venv venv >/dev/null 2>&1 && venv/bin/pip install --quiet 'schemathesis>=4,<5' >/dev/null 2>&1 || exit 75

"$bench" models make demo demo --size tiny --steps 1 >/dev/null 2>&1
"$bench" run --model bert-tiny-scratch --task nsmc --data-dir samples --runs runs --set epochs=1 \
  --set max_train_rows=64 --set max_eval_rows=20 >/dev/null 2>&1
checkpoint=$(dirname "$(find runs -path '*/checkpoint/config.json' | head -n 1)")
models=(--model "reviews=$checkpoint" --model "vote=$checkpoint,$checkpoint")
for m in demo/*/; do models+=(--model "$(basename "$m")=$m"); done
"$bench" serve --addr 127.0.0.1:0 --quiet --timeout 10m "${models[@]}" >url 2>log & server=$!
while [ ! -s url ] && kill -0 "$server" 2>/dev/null; do sleep 0.1; done
[ -s url ] || { echo 'the server does not start:'; tail -n 20 log; exit 1; }
url=$(cat url)

status=0
venv/bin/schemathesis run "$url/openapi.json" --checks not_a_server_error --mode all --seed 1 --workers 2 \
  --suppress-health-check too_slow \
  --max-examples "${EXAMPLES:-180}" --request-timeout 660 --no-color >report 2>&1 || status=$?
tail -n 30 report
tried=$(sed -n 's/.*[^0-9]\([0-9][0-9,]*\) generated.*/\1/p' report | tail -n 1 | tr -d ,)
kill -0 "$server" || { echo 'the server is gone:'; tail -n 20 log; exit 1; }
[ "$status" = 0 ] || exit "$status"
if [ "${tried:-0}" -lt "$least" ]; then
  echo "schemathesis tried ${tried:-no} cases: want $least or more"
  exit 1
fi
echo "$tried cases, no server error"
