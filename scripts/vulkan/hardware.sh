#!/usr/bin/env bash
# hardware.sh DIR [DEVICE [NSMC]]: the first hour on a card. Everything that software drivers
# can't show is asked of DEVICE (vulkan:0 without it), first whether it is right, then how fast it
# is; what was printed lies in DIR, a file a step, and one step's failure does not stop the next.
# NSMC is ratings_train.txt: with it, and a PyTorch that sees the card by CUDA, both race.
#
# hardware.sh --build DIR builds what it runs into DIR/bin, on a machine with Go, for one of the
# same kind that has a card and no Go: it takes this tree and DIR there. STEPS, a pattern,
# chooses steps by name.
#
# docs/gpu.md says what to expect of each step, and what to do where it is otherwise.
set -uo pipefail
tested='device/vulkan internal/vulkan models models/generation trainers perf cmd/bench'

build() { # build BIN
  mkdir -p "$1" && go build -trimpath -o "$1/bench" ./cmd/bench || return 1
  local package
  for package in $tested; do
    go test -trimpath -ldflags=-s -c -o "$1/${package//\//-}.test" "./$package" || return 1
  done
}

if [ "$1" = --build ]; then
  bin=$(realpath -m "$2")/bin
  cd "$(dirname "$0")/../.." && build "$bin"
  exit
fi
mkdir -p "$1" && dir=$(realpath "$1") || exit 1
device=${2:-vulkan:0} nsmc=
[ -z "${3:-}" ] || nsmc=$(realpath -e "$3") || exit 1
cd "$(dirname "$0")/../.."
bin=$dir/bin bench=$dir/bin/bench failed=0
without='^$'
if command -v go >/dev/null; then
  build "$bin" || exit 1
elif [ -x "$bench" ]; then
  without='ShadersAreCompiled|Generated' # which take Go
else
  echo "there is no Go here, and no $bench: see --build" && exit 1
fi

step() { # step NAME COMMAND...
  local name=$1 begun=$SECONDS status=0
  shift
  [[ $name =~ ${STEPS:-.} ]] || return 0
  printf '%s\n\n' "$*" >"$dir/$name.txt"
  ("$@") >>"$dir/$name.txt" 2>&1 || status=$?
  if [ $status = 0 ]; then
    echo "done    $name ($((SECONDS - begun)) s)"
  else
    echo "FAILED  $name ($((SECONDS - begun)) s, exit status $status): $dir/$name.txt"
    failed=1
  fi
}

tests() { # tests PACKAGE… -- FLAG…: their tests, each where its package is
  local packages=() package status=0
  while [ "$1" != -- ]; do packages+=("$1"); shift; done
  shift
  for package in "${packages[@]}"; do
    (cd "$package" && "$bin/${package//\//-}.test" -test.count=1 "$@") || status=$?
  done
  return $status
}
under() { # under NAME=VALUE… COMMAND…: as env, of functions too
  while [[ $1 == *=* ]]; do local -x "$1"; shift; done
  "$@"
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
step kernels under BENCH_VULKAN=require "$on" tests device/vulkan internal/vulkan -- -test.v -test.skip "$without"
step synchronization under $layer VK_LAYER_ENABLES=VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT \
  BENCH_VULKAN=require "$on" tests device/vulkan -- -test.short -test.skip "$without"
step accesses under $layer VK_LAYER_ENABLES=VK_VALIDATION_FEATURE_ENABLE_GPU_ASSISTED_EXT \
  BENCH_VULKAN=require "$on" tests device/vulkan -- -test.timeout 2h -test.short -test.skip "$without|TenSteps|LostDeviceLoses|Launches"
step models under "$on" tests models models/generation trainers perf -- \
  -test.run 'LogitsEqual|RandomConfigurations|Generate|Sessions|TrainingEqualsReference|ResumedTraining|Held'
step commands under "$on" tests cmd/bench -- -test.run 'OnADevice|ADeviceIs'
step quickstart "$bench" quickstart --set device="$device" --runs "$dir/quickstart"
step quickstart-cpu "$bench" quickstart --runs "$dir/quickstart-cpu"
step again "$bench" quickstart --set device="$device" --runs "$dir/again"
step same-bytes same

# Lower precision, where the card has matrices and they are faster: refused by name otherwise.
step float16-kernels under BENCH_VULKAN=require "$on" tests device/vulkan -- -test.v \
  -test.run 'Half|Halves|InFloat16|Float16Rates' -test.timeout 1h
step float16-quickstart "$bench" quickstart --set device="$device" --set precision=float16 --runs "$dir/float16"
for size in tiny small base; do
  step float16-perf-$size "$bench" perf --model bert-$size-scratch --device "$device" --set precision=float16 --format json
  step float16-table-$size "$bench" perf --model bert-$size-scratch --device "$device" --set precision=float16
done

# Fast: launches, copies, peak, products, a step by operator.
for size in tiny small base; do
  step perf-$size "$bench" perf --model bert-$size-scratch --device "$device" --format json
  step table-$size "$bench" perf --model bert-$size-scratch --device "$device"
done
# Which tiles its products had better have: some minutes, and a table to choose by.
step tiles under BENCH_VULKAN=require "$on" tests device/vulkan -- -test.run '^$' -test.bench Tiles -test.benchtime 1x -test.timeout 30m
if [ -n "$nsmc" ]; then
  step race python3 race/race.py --device cuda --bench "$bench" --bench-device "$device" --nsmc "$nsmc" --sizes base,small,tiny \
    --rounds 5 --json "$dir/race.json"
  step float16-race python3 race/race.py --device cuda --bench "$bench" --bench-device "$device" --nsmc "$nsmc" \
    --sizes base,small,tiny --contestants c,d,e,bench,bench-float16 --rounds 5 --json "$dir/float16-race.json"
fi
exit $failed
