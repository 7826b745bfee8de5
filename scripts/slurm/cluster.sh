#!/usr/bin/env bash
# A Slurm cluster of two nodes on this host, for tests: cluster.sh start DIR,
# cluster.sh stop DIR. It needs root and Debian's slurm-wlm (22.05 or later); no
# systemd, no munge, no accounting. Everything listens on 127.0.0.1 and lives in
# DIR. `export SLURM_CONF=DIR/slurm.conf` lets sbatch and the others find it.
set -euo pipefail

usage() { echo "usage: cluster.sh start|stop|node N|lose N DIR" >&2; exit 2; }

conf() {
  local host
  host=$(hostname -s)
  cat <<CONF
ClusterName=bench
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/none
CredType=cred/none
AuthInfo=cred_expire=5
CommunicationParameters=NoInAddrAny,NoCtldInAddrAny
SlurmctldPort=16817
SlurmdPort=16818
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobCompType=jobcomp/none
MpiDefault=none
PreemptType=preempt/partition_prio
PreemptMode=REQUEUE
ReturnToService=2
SchedulerType=sched/backfill
SchedulerParameters=sched_interval=1,bf_interval=2,sched_min_interval=100000
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
KillWait=120
SlurmdTimeout=10
SlurmdParameters=config_overrides
MaxArraySize=4
StateSaveLocation=$1/state
SlurmdSpoolDir=$1/spool-%n
SlurmctldPidFile=$1/slurmctld.pid
SlurmdPidFile=$1/slurmd-%n.pid
SlurmctldLogFile=$1/slurmctld.log
SlurmdLogFile=$1/slurmd-%n.log
NodeName=n1 NodeHostname=$host NodeAddr=127.0.0.1 Port=16818 CPUs=1 RealMemory=8000
NodeName=n2 NodeHostname=$host NodeAddr=127.0.0.1 Port=16828 CPUs=1 RealMemory=8000
PartitionName=low Nodes=n1,n2 Default=YES MaxTime=INFINITE State=UP PriorityTier=1
PartitionName=high Nodes=n1,n2 MaxTime=INFINITE State=UP PriorityTier=10 PreemptMode=OFF
CONF
}

start() {
  mkdir -p "$1/state" "$1/spool-n1" "$1/spool-n2"
  conf "$1" > "$1/slurm.conf"
  slurmctld -f "$1/slurm.conf"
  node n1 "$1"
  node n2 "$1"
  export SLURM_CONF=$1/slurm.conf
  for _ in $(seq 600); do
    if [ "$(sinfo -h -N -t idle -o %N 2>/dev/null | sort -u | wc -l)" -eq 2 ]; then return; fi
    sleep 0.2
  done
  echo 'the cluster is not up after two minutes:' >&2
  tail -n 20 "$1"/*.log >&2
  return 1
}

node() { slurmd -f "$2/slurm.conf" -N "$1"; }

# lose kills a node's daemon and the jobs on it, as a power cut would.
lose() {
  local pid
  pid=$(cat "$2/slurmd-$1.pid")
  for child in $(pgrep -f "slurmstepd.*" || true); do
    if { tr '\0' '\n' < "/proc/$child/environ" | grep -q "SLURMD_NODENAME=$1"; } 2>/dev/null; then
      kill -9 -- "-$child" 2>/dev/null || kill -9 "$child" 2>/dev/null || true
    fi
  done
  kill -9 "$pid" 2>/dev/null || true
  SLURM_CONF=$2/slurm.conf scontrol update "NodeName=$1" State=DOWN Reason=test
}

stop() {
  export SLURM_CONF=$1/slurm.conf
  scancel -u root 2>/dev/null || true
  scontrol shutdown 2>/dev/null || true
  sleep 1
  for f in "$1"/*.pid; do
    if [ -f "$f" ]; then kill -9 "$(cat "$f")" 2>/dev/null || true; fi
  done
}

case "${1:-}" in
  start|stop) [ $# -eq 2 ] || usage; "$1" "$(realpath -m "$2")" ;;
  node|lose) [ $# -eq 3 ] || usage; "$1" "$2" "$(realpath -m "$3")" ;;
  *) usage ;;
esac
