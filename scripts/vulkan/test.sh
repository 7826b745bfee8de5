#!/usr/bin/env bash
# test.sh [DIR]: tests the GPU backend on drivers that run shaders on the CPU:
#
#   - every kernel against the CPU's, each with its launches between barriers in reverse
#     order, guards behind buffers and NaN in fresh memory, and a training, all under
#     core and synchronization validation;
#   - ten steps of each architecture against the CPU's, and attention's other shapes;
#   - whole models, forward, backward, trained, resumed and generating, on the device;
#   - the commands that compute, against what they print on the processor, and one
#     training that is killed; what they say of devices that are old, small or lack
#     something, which a driver before the driver (pretend.c) pretends; the device's
#     memory, against the books on paper;
#   - a driver that is opened without the loader;
#   - GPU-assisted validation, which sees accesses past a buffer, on each kernel's smallest
#     shapes, but of products and attention on one a day, for what it adds to them compiles
#     slowly; accesses.sh has all of them, by hand;
#   - products in float16 on the cooperative matrices of a newer driver, under validation too, a
#     model's logits, its ten steps, and a training that is stopped while its scale changes; ten
#     steps of each architecture take a quarter of an hour there, by hand: see CONTRIBUTING; the
#     shaders for them are compiled again and compared;
#   - another maker's driver, SwiftShader, once, where there is one.
#
# A message of a validation layer fails the test it comes in. DIR keeps the driver and
# its compiled shaders.
set -euo pipefail
dir=$(realpath -m "${1:-$(mktemp -d)}")
cd "$(dirname "$0")/../.."
driver=$(scripts/vulkan/driver.sh "$dir")
export BENCH_VULKAN=require
tests=$dir/vulkan.test
go test -c -o "$tests" ./device/vulkan

# ran PATTERN: prints what is worth reading of a verbose run's output, and fails where no test
# passed of one of PATTERN's alternatives or, with a /, no part of one: it was renamed.
ran() {
  awk -v pattern="$1" '
    BEGIN { tests = pattern; sub("/.*", "", tests); n = split(tests, want, "|") }
    /^ *--- PASS: / { name = $3; if (sub("/.*", "", name) || pattern !~ "/") for (i in want) if (name ~ want[i]) seen[i] = 1 }
    !/^(=== |PASS$| *--- PASS)/
    END { for (i = 1; i <= n; i++) if (!seen[i]) { print "no test ran of " want[i] " in " pattern; missing = 1 }; exit missing }'
}
run() { # run NAME=value… -- arguments of the tests, the last of them their names
  local set=()
  while [ "$1" != -- ]; do set+=("$1"); shift; done
  shift
  (cd device/vulkan && env "${set[@]}" "$tests" -test.count=1 -test.v "${@:1:$#-1}" -test.run "${!#}") | ran "${!#}"
}
say() { printf -- '-- %s (after %d s)\n' "$*" "$SECONDS"; }

layer=VK_INSTANCE_LAYERS=VK_LAYER_KHRONOS_validation
validated=
for f in /usr/share/vulkan/explicit_layer.d /usr/local/share/vulkan/explicit_layer.d /etc/vulkan/explicit_layer.d; do
  [ ! -e "$f/VkLayer_khronos_validation.json" ] || validated=1
done
if [ -z "$validated" ]; then
  echo 'no VK_LAYER_KHRONOS_validation: install vulkan-validationlayers'
  exit 1
fi

# A driver before it says that it has a card's memory, which the host can't see, and what a
# workgroup shares at the least: the layer holds kernels to that.
as_card=$driver pretended=
if command -v cc >/dev/null; then
  cc -shared -fPIC -o "$dir/libpretend.so" scripts/vulkan/pretend.c
  manifest=$(sed -n 's/^VK_DRIVER_FILES=//p' <<<"$driver") library='s/.*"library_path": *"\([^"]*\)".*/\1/p'
  sed "s|\"library_path\": *\"[^\"]*\"|\"library_path\": \"$dir/libpretend.so\"|" "$manifest" >"$dir/pretend.json"
  as_card="$driver VK_DRIVER_FILES=$dir/pretend.json VK_ICD_FILENAMES=$dir/pretend.json PRETEND_MEMORY=discrete
    PRETEND_SHARED=24576 PRETEND_DRIVER=$(sed -n "$library" "$manifest")"
  pretended='|Pretended'
else
  echo "no C compiler: no device pretends to be another's"
fi

# Drivers that run shaders on the CPU compile them on one core: two groups of tests
# side by side take little more than the longer one.
under_validation() (
  set -e
  say "every kernel and a training, under core and synchronization validation, with a card's memory"
  run $as_card $layer VK_LAYER_ENABLES=VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT -- -test.short .
  say 'GPU-assisted validation on the smallest shapes'
  accesses='VK_LAYER_ENABLES=VK_VALIDATION_FEATURE_ENABLE_GPU_ASSISTED_EXT GALLIVM_PERF=nopt'
  run $driver $layer $accesses -- -test.short \
    'AccessesShow|Moves|Drop|Gather|TestScatter|Pool|Windows|TestNorm|SlopeBias|Activations$|Entropy|LossOfN|Element|AdamW|TestSquares$|Finite'
  # What the layer adds to products and to attention compiles for up to a minute a kernel.
  mapfile -t in_turn < <(sed -n 's|^\t{"\(.*\)", func.*|\1|p' device/vulkan/accesses_test.go | tr ' ' _)
  turn=TestAccessesOfSlowKernels\$/^${in_turn[$((10#$(date +%j) % ${#in_turn[@]}))]}\$
  say "and, of the slow ones in turn by the day, $turn; accesses.sh has all"
  run $driver $layer $accesses -- -test.short "$turn"
)
computed() (
  set -e
  say "ten steps of each architecture, attention's other shapes"
  run $driver -- 'TenSteps|Attention|Relative'

  say 'whole models'
  # A few random configurations: each has sizes of its own, and a driver that compiles
  # for the CPU takes seconds for each.
  on() { env $driver BENCH_DEVICE=vulkan:0 go test -timeout 30m -count=1 -v -run "$@" | ran "$1"; }
  on LogitsEqualTransformers ./models
  on 'RandomConfigurations$/^(00.|1000)' ./models
  on 'Generate|Sessions' ./models/generation
  on 'TrainingEqualsReference|ResumedTraining' ./trainers

  say 'commands: run, killed and resumed, eval, predict, embed, fill-mask, generate, summarize, verify, perf, devices, doctor, serve'
  on "OnADevice|ADeviceIsDescribed$pretended" ./cmd/bench
  on Held ./perf

  say 'a driver without the loader'
  env $driver go test -count=1 ./internal/vulkan
  run $driver BENCH_VULKAN_LOADER=none -- -test.short 'Moves|Products$|AdamW'

  models='TenSteps|LaunchesOf|LostDeviceLoses|ShadersAre'
  swiftshader=/usr/lib/chromium/vk_swiftshader_icd.json
  if [ -e "$swiftshader" ]; then
    # Products of every form and size compile there for minutes: some of them do.
    say 'SwiftShader'
    run VK_DRIVER_FILES=$swiftshader VK_ICD_FILENAMES=$swiftshader -- \
      -test.short -test.skip "$models|TestProducts$|Epilogues|SquaresOf|FurtherFactors|SumsOfRows|WholeTiles|LayeredDevice" .
    run VK_DRIVER_FILES=$swiftshader VK_ICD_FILENAMES=$swiftshader -- 'TestProducts/1x300x40'
  else
    echo 'no SwiftShader (chromium-common has it): the kernels ran on one driver alone'
  fi
)

on_matrices() (
  set -e
  say 'products in float16, on a driver with cooperative matrices'
  found=0
  lines=$(scripts/vulkan/matrices.sh "$dir") || found=$?
  if [ $found = 75 ]; then
    echo 'NOT RUN: no driver with cooperative matrices is to be had here, so nothing ran in float16'
    exit 0
  fi
  [ $found = 0 ]
  mapfile -t driver <<<"$lines"
  started=$(sed -n 's/^MATRICES_EXEC=//p' <<<"$lines")
  on() { (cd device/vulkan && env "${driver[@]}" "$@") | ran "${!#}"; }
  on $layer VK_LAYER_ENABLES=VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT \
    $started "$tests" -test.v -test.short -test.run 'HalfProducts$|Halves|HalfEpilogues|SumsOfHalf|LogitsInFloat16'
  on $started "$tests" -test.v -test.short -test.run 'TestAttention$|TenStepsInFloat16|AStopWhile'
  on go test -count=1 -v . -run ShadersAreCompiled
  env "${driver[@]}" BENCH_DEVICE=vulkan:0 go test -count=1 -exec "$started" -v -run Float16OnADevice ./cmd/bench |
    ran Float16OnADevice
)

# In the background, for there a failure ends the group: not so to the left of ||.
under_validation >"$dir/validation.txt" 2>&1 &
groups=($!)
on_matrices >"$dir/on_matrices.txt" 2>&1 &
groups+=($!)
computed &
groups+=($!)
status=0
for group in "${groups[@]}"; do wait "$group" || status=$?; done
cat "$dir/validation.txt" "$dir/on_matrices.txt"
[ $status = 0 ] || exit $status
say done
