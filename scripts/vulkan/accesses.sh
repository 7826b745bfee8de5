#!/usr/bin/env bash
# accesses.sh DIR [PATTERN]: GPU-assisted validation, which sees accesses past a buffer, of every
# kernel at small shapes, test by test of device/vulkan: those that match PATTERN, all without one;
# TestA/part is a part of a test. As root on Debian 12 it installs what it needs. test.sh runs what
# compiles soon, and one of the others in turn.
#
# Each buffer is then a memory of its own and of its very size, so that the layer knows its end;
# loops are left rolled, and the driver (Mesa's lavapipe) does not optimize, for what the layer
# adds to every access multiplies the time that it compiles for.
set -euo pipefail
dir=$(realpath -m "$1") pattern=${2:-.}
cd "$(dirname "$0")/../.."
driver=$(scripts/vulkan/driver.sh "$dir")
tests=$dir/vulkan.test
go test -c -o "$tests" ./device/vulkan
case $pattern in
*/*) names=$pattern ;;
*) names=$("$tests" -test.list "$pattern" | grep -v 'TenSteps\|Launches\|Plan\|LostDeviceLoses\|ShadersAre\|EveryCall') ;;
esac

one() { # one TEST
  local begun=$SECONDS log=$dir/accesses-${1//\//-}.log run="^${1/\//\$/^}" passed='^ +--- PASS: .*/'
  [[ $1 == */* ]] || run="^$1\$" passed='^--- PASS'
  if (cd device/vulkan && env $driver BENCH_VULKAN=require GALLIVM_PERF=nopt VK_INSTANCE_LAYERS=VK_LAYER_KHRONOS_validation \
    VK_LAYER_ENABLES=VK_VALIDATION_FEATURE_ENABLE_GPU_ASSISTED_EXT \
    "$tests" -test.short -test.v -test.run "$run" -test.timeout 2h) >"$log" 2>&1 && grep -qE -- "$passed" "$log"; then
    echo "ok    $1 ($((SECONDS - begun)) s)"
  else
    echo "FAIL  $1" && cat "$log"
    return 1
  fi
}
export -f one
export dir driver tests
printf '%s\n' $names | xargs -P "$(nproc)" -I{} bash -c 'one {}' # a driver compiles on one core
echo "$SECONDS s"
