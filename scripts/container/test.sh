#!/usr/bin/env bash
# test.sh BENCH runs a program as the Dockerfile's image would: nothing else is in
# its root, neither libraries nor /proc nor /tmp, and it is user 65532 who may write
# to /runs alone. It needs root, to change the root.
set -euo pipefail
bench=$1
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
mkdir "$root/runs"
chown 65532:65532 "$root/runs"
cp "$bench" "$root/bench"
inside() { env -i /usr/sbin/chroot --userspec=65532:65532 "$root" /bench "$@"; }

inside version
inside run --model bert-tiny-scratch --task nsmc --data-dir samples --runs /runs --set epochs=1 --set max_train_rows=64 2>/dev/null
inside leaderboard /runs --format csv >/dev/null
[ "$(stat -c %u "$root/runs/bert-tiny-scratch/nsmc/seed-42/result.json")" = 65532 ]
