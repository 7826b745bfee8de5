#!/usr/bin/env bash
# kills.sh BENCH FAULTS N kills N programs of a plan that a real Slurm of two nodes
# on this host runs: see scripts/faults and cluster.sh. It needs root and Debian's
# slurm-wlm.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap '"$here/cluster.sh" stop "$work/cluster" >/dev/null 2>&1 || true; rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache
"$here/cluster.sh" start "$work/cluster"
SLURM_CONF=$work/cluster/slurm.conf "$2" plan -bench "$1" -n "$3" -slurm -low 0.1 -high 0.8
