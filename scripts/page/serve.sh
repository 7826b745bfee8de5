#!/usr/bin/env bash
# Starts 'bench serve' with a small model of every kind and the leaderboard of a folder of
# runs, and opens its page in a browser (serve.mjs):
#
#	npm install --prefix scripts/page && scripts/page/serve.sh ./bench RUNS [screenshots' folder]
set -euo pipefail
bench=$(realpath "$1") runs=$(realpath "$2") shots=${3:-}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'kill "${server:-}" 2>/dev/null || true; rm -rf "$work"' EXIT
"$bench" models make demo "$work/demo" --size tiny --steps 1 >/dev/null 2>&1
models=()
for m in "$work"/demo/*/; do models+=(--model "$(basename "$m")=$m"); done
for task in nsmc naver-ner korsts; do
  config=$(find "$runs" -path "*/$task/*/checkpoint/config.json" | sort | head -n 1)
  if [ -n "$config" ]; then models+=(--model "$task=$(dirname "$config")"); fi
done
"$bench" serve --addr 127.0.0.1:0 --quiet --timeout 10m --runs "$runs" "${models[@]}" >"$work/url" 2>"$work/log" & server=$!
while [ ! -s "$work/url" ] && kill -0 "$server" 2>/dev/null; do sleep 0.1; done
[ -s "$work/url" ] || { echo 'the server does not start:'; tail -n 20 "$work/log"; exit 1; }
node "$here/serve.mjs" "$(cat "$work/url")" $shots
