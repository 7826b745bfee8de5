#!/usr/bin/env bash
# hardware.sh DIR [DEVICE [NSMC]]: the first hour on a card. Everything that software drivers
# can't show is asked of DEVICE (vulkan:0 without it), first whether it is right, then how fast it
# is; what was printed lies in DIR, a file a step, and one step's failure does not stop the next.
# NSMC is ratings_train.txt: with it, and a PyTorch that sees the card by CUDA, both race.
#
# docs/gpu.md says what to expect of each step, and what to do where it is otherwise.
set -uo pipefail
mkdir -p "$1" && dir=$(realpath "$1") || exit 1
device=${2:-vulkan:0} nsmc=
[ -z "${3:-}" ] || nsmc=$(realpath -e "$3") || exit 1
cd "$(dirname "$0")/../.."
bench=$dir/bench failed=0
go build -o "$bench" ./cmd/bench || exit 1

step() { # step NAME COMMAND...
  local name=$1 begun=$SECONDS status=0
  shift
  printf '%s\n\n' "$*" >"$dir/$name.txt"
  ("$@") >>"$dir/$name.txt" 2>&1 || status=$?
  if [ $status = 0 ]; then
    echo "done    $name ($((SECONDS - begun)) s)"
  else
    echo "FAILED  $name ($((SECONDS - begun)) s, exit status $status): $dir/$name.txt"
    failed=1
  fi
}

same() { # both trainings on the device left the same weights and predictions
  cd "$dir/quickstart" || return 1
  local found=0 f
  while read -r f; do
    found=1
    cmp "$f" "$dir/again/$f" || return 1
  done < <(find . -name predictions.jsonl -o -name model.safetensors)
  [ $found = 1 ]
}

layer=VK_INSTANCE_LAYERS=VK_LAYER_KHRONOS_validation
on="BENCH_DEVICE=$device"

# What is it, and has it what is needed?
step devices "$bench" devices
step doctor "$bench" doctor --device "$device" --model bert-tiny-scratch --task nsmc --data-dir samples

# Right: kernels, models, trainings, commands.
step kernels env BENCH_VULKAN=require "$on" go test -count=1 -v ./device/vulkan ./internal/vulkan
step synchronization env $layer VK_LAYER_ENABLES=VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT \
  BENCH_VULKAN=require "$on" go test -count=1 -short ./device/vulkan
step accesses env $layer VK_LAYER_ENABLES=VK_VALIDATION_FEATURE_ENABLE_GPU_ASSISTED_EXT \
  BENCH_VULKAN=require "$on" go test -count=1 -timeout 2h -short ./device/vulkan -skip 'TenSteps|LostDeviceLoses|Launches'
step models env "$on" go test -count=1 ./models ./models/generation ./trainers ./perf
step commands env "$on" go test -count=1 -run 'OnADevice|ADeviceIs' ./cmd/bench
step quickstart "$bench" quickstart --set device="$device" --runs "$dir/quickstart"
step quickstart-cpu "$bench" quickstart --runs "$dir/quickstart-cpu"
step again "$bench" quickstart --set device="$device" --runs "$dir/again"
step same-bytes same

# Fast: launches, copies, peak, products, a step by operator.
for size in tiny small base; do
  step perf-$size "$bench" perf --model bert-$size-scratch --device "$device" --format json
  step table-$size "$bench" perf --model bert-$size-scratch --device "$device"
done
if [ -n "$nsmc" ]; then
  step race python3 race/race.py --device cuda --bench "$bench" --bench-device "$device" --nsmc "$nsmc" --sizes base,small,tiny \
    --rounds 5 --json "$dir/race.json"
fi
exit $failed
