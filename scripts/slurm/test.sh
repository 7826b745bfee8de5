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
await() { # until COMMAND holds, SECONDS at most; a busy machine takes many times as long as a free one
  local most=$1
  shift
  for _ in $(seq $((most * 5))); do
    if "$@"; then return; fi
    sleep 0.2
  done
  fail "not within $most s: $*"
}
some_run() { [ -n "$(running)" ]; }

await 300 some_run
sleep 1
say 'node n1 is lost in the middle of its cell, and comes back'
"$here/cluster.sh" lose n1 "$work/cluster"
sleep 2
"$here/cluster.sh" node n1 "$work/cluster"
scontrol update NodeName=n1 State=RESUME || true

await 300 some_run
say 'a job of higher priority takes both nodes'
printf '#!/bin/sh\nsleep 3\n' >urgent.sh
sbatch --parsable --partition=high --nodes=2 --output=/dev/null urgent.sh >/dev/null
sleep 4

await 300 some_run
say 'a cell is requeued by hand'
scontrol requeue "$(running)" || true

# What a killed controller had not saved it forgets, and gives a job's number twice: it
# saves every few seconds, when something has changed.
touch marker
for _ in $(seq 75); do if [ "$work/cluster/state/job_state" -nt marker ]; then break; fi; sleep 0.2; done
say 'the controller is killed'
controller=$(cat "$work/cluster/slurmctld.pid")
kill -9 "$controller"
dead() { ! kill -0 "$controller" 2>/dev/null; }
await 60 dead
slurmctld -f "$SLURM_CONF"

# administer takes back into service what Slurm has put aside for such a number: a node
# that is drained, and a job that is held.
administer() {
  local n job
  for n in $(sinfo -h -N -t drain -o %N 2>/dev/null | sort -u); do
    say "$n is drained: $(scontrol show node "$n" | sed -n 's/^ *Reason=//p')"
    scontrol update "NodeName=$n" State=RESUME || true
  done
  for job in $(squeue -h -t PD -o '%i|%r' 2>/dev/null | sed -n 's/|.*held$//p'); do
    say "job $job is held"
    scontrol release "$job" || true
  done
}
all_done() {
  administer
  ./bench status plan.json >status.txt
  if grep -q ' failed ' status.txt; then fail "$(cat status.txt)"; fi
  [ "$(done_cells)" = 6 ]
}
await 900 all_done
say 'all cells are done'
collected() { [ -s there/report.html ]; }
ended() { local left; left=$(squeue -h -o %A 2>/dev/null) && [ -z "$left" ]; }
collected_or_ended() { collected || ended; }
await 300 collected_or_ended
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
await 300 stepped
scancel "$id"
gone() { [ -z "$(squeue -h -o %A -j "$id" 2>/dev/null)" ]; }
await 300 gone
waits() { ./bench status more.json >more.txt && grep -q '1 waiting' more.txt; }
await 60 waits
find more -path '*partial/state/*' | grep -q . || fail 'no state was saved'
say 'passed'
