#!/usr/bin/env bash
# Runs a plan on a real Slurm of two nodes on this host and gets in its way: a
# node is lost, a cell preempted, another requeued, the controller killed. The
# runs have to come out with the bytes of a run on one machine. It needs root and
# Debian's slurm-wlm; see cluster.sh. test.sh [BENCH]: that program, or the one built
# here. Under a minute.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap '"$here/cluster.sh" stop "$work/cluster" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
if [ $# -gt 0 ]; then
  cp "$1" "$work/bench"
else
  (cd "$here/../.." && go build -o "$work/bench" ./cmd/bench)
fi
cd "$work"
export XDG_CACHE_HOME=$work/cache

say() { printf -- '-- %s\n' "$*"; }
fail() { printf 'FAILED: %s\n' "$*" >&2; tail -n 5 jobs-*/*.log >&2 || true; exit 1; }

cells=(--model bert-tiny-scratch --task nsmc --task korsts --task naver-ner --seed 1 --seed 2 --data-dir samples
  --set epochs=4 --set save_steps=5)

say 'the same cells on one machine'
./bench run "${cells[@]}" --runs here >/dev/null 2>&1
./bench plan "${cells[@]}" --runs there -o plan.json >plan.txt 2>&1
tail -n 1 plan.txt

say 'a cluster of two nodes'
"$here/cluster.sh" start "$work/cluster"
export SLURM_CONF=$work/cluster/slurm.conf
./bench submit slurm --plan plan.json --cpus 1 --partition low >submitted.txt
cat submitted.txt
mapfile -t jobs < <(sed -n 's/^queued jobs \(.*\), and \([0-9]*\),.*/\1 \2/p' submitted.txt | tr ' ' '\n')
[ "${#jobs[@]}" -eq 3 ] || fail "want two arrays (MaxArraySize is 4) and a collecting job, got ${jobs[*]}"

done_cells() { ./bench status plan.json --format json | sed -n 's/^  "done": \([0-9]*\),/\1/p'; }
running() { squeue -h -t R -o '%A' 2>/dev/null | head -n 1; }
await() { # until COMMAND holds, SECONDS at most
  local most=$1
  shift
  for _ in $(seq $((most * 5))); do
    if "$@"; then return; fi
    sleep 0.2
  done
  fail "not within $most s: $*"
}
some_run() { [ -n "$(running)" ]; }

await 30 some_run
sleep 1
say 'node n1 is lost in the middle of its cell, and comes back'
"$here/cluster.sh" lose n1 "$work/cluster"
sleep 2
"$here/cluster.sh" node n1 "$work/cluster"
scontrol update NodeName=n1 State=RESUME || true

await 60 some_run
say 'a job of higher priority takes both nodes'
printf '#!/bin/sh\nsleep 3\n' >urgent.sh
sbatch --parsable --partition=high --nodes=2 --output=/dev/null urgent.sh >/dev/null
sleep 4

await 60 some_run
say 'a cell is requeued by hand'
scontrol requeue "$(running)" || true

say 'the controller is killed'
kill -9 "$(cat "$work/cluster/slurmctld.pid")"
sleep 1
slurmctld -f "$SLURM_CONF"

all_done() {
  if ./bench status plan.json | grep -q ' failed '; then fail "$(./bench status plan.json)"; fi
  [ "$(done_cells)" = 6 ]
}
await 240 all_done
say 'all cells are done'
collected() { [ -s there/report.html ]; }
for _ in $(seq 100); do if collected; then break; fi; sleep 0.3; done
if ! collected; then # a controller killed right after a submission can lose the job behind it
  say 'the collecting job was lost with the controller: collecting by hand'
  ./bench report there -o there/report.html
fi
./bench leaderboard there --format csv >there.csv
./bench leaderboard here --format csv >here.csv
cmp here.csv there.csv || fail 'another table'

for dir in here/*/*/seed-*; do
  for f in manifest.json log.jsonl predictions.jsonl result.json checkpoint/model.safetensors; do
    cmp "$dir/$f" "there/${dir#here/}/$f" || fail "other bytes: $dir/$f"
  done
done
[ -z "$(find there -name '.*')" ] || fail "left behind: $(find there -name '.*')"
say "same bytes as on one machine: $(find there -name result.json | wc -l) runs"

say 'a cancelled cell saves its state and stays cancelled'
./bench plan --model bert-small-scratch --task nsmc --data-dir samples --set epochs=40 --runs more -o more.json >/dev/null 2>&1
id=$(./bench submit slurm --plan more.json --cpus 1 --partition low | sed -n 's/^queued jobs \([0-9]*\),.*/\1/p')
stepped() { ./bench status more.json --format json | grep -q '"step": [1-9]'; }
await 90 stepped
scancel "$id"
gone() { [ -z "$(squeue -h -o %A -j "$id" 2>/dev/null)" ]; }
await 60 gone
./bench status more.json | grep -q '1 waiting' || fail "after the cancellation: $(./bench status more.json)"
find more -path '*partial/state/*' | grep -q . || fail 'no state was saved'
say 'passed'
