#!/usr/bin/env bash
# accesses.sh DIR [PATTERN]: GPU-assisted validation, which sees accesses past a buffer, of every
# kernel at its smallest shapes: the tests of device/vulkan whose kernels compile soon, and each
# part of TestAccessesOfSlowKernels. With PATTERN instead the tests that match it, . for all at all
# of their shapes, which takes hours; TestA/part is a part of a test. As root on Debian 12 it
# installs what it needs. test.sh runs the first, and one part of the second in turn.
#
# Each buffer is then a memory of its own and of its very size, so that the layer knows its end;
# loops are left rolled, and the driver (Mesa's lavapipe) does not optimize, for what the layer
# adds to every access multiplies the time that it compiles for.
set -euo pipefail
dir=$(realpath -m "$1") pattern=${2:-}
cd "$(dirname "$0")/../.."
driver=$(scripts/vulkan/driver.sh "$dir")
tests=$dir/vulkan.test
go test -c -o "$tests" ./device/vulkan
slow=$(sed -n 's|^\t{"\(.*\)", func.*|TestAccessesOfSlowKernels/\1|p' device/vulkan/accesses_test.go | tr ' ' _)
light='AccessesShow|Moves|Drop|Gather|TestScatter|Pool|Windows|TestNorm|SlopeBias|Activations$|Entropy|LossOfN|Element|AdamW|TestSquares$|Finite'
case $pattern in
'') names="$slow $("$tests" -test.list "$light")" ;;
*/*) names=$pattern ;;
*) names=$("$tests" -test.list "$pattern" | grep -v 'TenSteps\|Launches\|Plan\|LostDeviceLoses\|ShadersAre\|EveryCall') ;;
esac

one() { # one TEST
  local begun=$SECONDS log=$dir/accesses-${1//\//-}.log run="^${1/\//\$/^}\$" passed='^ +--- PASS: .*/'
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
rm -f "$dir"/accesses-*.log
printf '%s\n' $names | xargs -P "${JOBS:-$(nproc)}" -I{} bash -c 'one {}' # a driver compiles on one core
if [ -z "$pattern" ]; then # is there a kernel that nothing launched? perf alone measures the peak
  launched=$(sed -n 's/^vulkan: launched //p' "$dir"/accesses-*.log | tr ' ' '\n' | sort -u)
  missing=$(basename -s .comp device/vulkan/shaders/*.comp | grep -vxF -e peak -e "$launched" || true)
  [ -z "$missing" ] || { echo "FAIL  no test launched:" $missing; exit 1; }
fi
echo "$SECONDS s"
