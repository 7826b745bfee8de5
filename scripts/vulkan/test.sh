#!/usr/bin/env bash
# test.sh [DIR]: tests the GPU backend on drivers that run shaders on the CPU:
#
#   - every kernel against the CPU's, and each with its launches between barriers in
#     reverse order, guards behind buffers and NaN in fresh memory;
#   - whole models, forward, backward, trained, resumed and generating, on the device;
#   - core and synchronization validation on the same;
#   - GPU-assisted validation, which sees accesses past a buffer, on the smallest
#     shapes of most kernels; ALL=1 has it of every one, which takes minutes more;
#   - another maker's driver, SwiftShader, once, where there is one.
#
# A message of a validation layer fails the test it comes in. DIR keeps the driver and
# its compiled shaders.
set -euo pipefail
cd "$(dirname "$0")/../.."
dir=${1:-$(mktemp -d)}
driver=$(scripts/vulkan/driver.sh "$dir")
export BENCH_VULKAN=require
tests=$dir/vulkan.test
go test -c -o "$tests" ./device/vulkan

run() { # run NAME=value… -- arguments of the tests
  local set=()
  while [ "$1" != -- ]; do set+=("$1"); shift; done
  shift
  (cd device/vulkan && env "${set[@]}" "$tests" -test.count=1 "$@")
}
say() { printf -- '-- %s (after %d s)\n' "$*" "$SECONDS"; }

say 'every kernel'
run $driver --
say 'whole models'
# A few random configurations an architecture: each has sizes of its own, and a driver
# that compiles for the CPU takes seconds for each.
env $driver BENCH_DEVICE=vulkan:0 go test -count=1 -run 'LogitsEqualTransformers' ./models
env $driver BENCH_DEVICE=vulkan:0 go test -count=1 -run 'RandomConfigurations$/^(00.|1000)' ./models
env $driver BENCH_DEVICE=vulkan:0 go test -count=1 -run 'Generate|Sessions' ./models/generation
env $driver BENCH_DEVICE=vulkan:0 go test -count=1 -run 'TrainingEqualsReference|ResumedTraining' ./trainers
layer=VK_INSTANCE_LAYERS=VK_LAYER_KHRONOS_validation
validated=
for f in /usr/share/vulkan/explicit_layer.d /usr/local/share/vulkan/explicit_layer.d /etc/vulkan/explicit_layer.d; do
  [ ! -e "$f/VkLayer_khronos_validation.json" ] || validated=1
done
if [ -z "$validated" ]; then
  echo 'no VK_LAYER_KHRONOS_validation: install vulkan-validationlayers'
  exit 1
fi
models='TenSteps|LaunchesOf|LostDeviceLoses|ShadersAre'
say 'core and synchronization validation, of a training too'
run $driver $layer VK_LAYER_ENABLES=VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT -- -test.short
# What this layer adds to a shader at each access takes the driver up to half a minute
# to compile where there are many: ALL=1 has those kernels too.
say 'GPU-assisted validation on the smallest shapes'
slow='|CachedAttention|DistanceAttention|Relative'
[ -z "${ALL:-}" ] || slow=
run $driver $layer VK_LAYER_ENABLES=VK_VALIDATION_FEATURE_ENABLE_GPU_ASSISTED_EXT -- \
  -test.short -test.skip "$models$slow"
swiftshader=/usr/lib/chromium/vk_swiftshader_icd.json
if [ -e "$swiftshader" ]; then
  say SwiftShader
  run VK_DRIVER_FILES=$swiftshader VK_ICD_FILENAMES=$swiftshader -- -test.short -test.skip "$models"
else
  echo 'no SwiftShader (chromium-common has it): the kernels ran on one driver alone'
fi
say done
