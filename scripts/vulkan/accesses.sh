#!/usr/bin/env bash
# accesses.sh DIR [PATTERN [SECONDS]]: GPU-assisted validation, which sees accesses past a buffer, test by test
# of device/vulkan at its smallest shapes: those whose names match PATTERN, all without one. What it adds to
# a kernel multiplies the time that a driver on the CPU compiles for, so each test has SECONDS, 600 without,
# and what was not done in time is named. By hand, on Debian 12 as root: it takes an hour and more.
#
# The layers are Debian 13's (1.4.309), whose code is smaller than that of 1.3.239; with the libraries that
# they need they are unpacked into DIR beside the system, and the tests run by that system's loader.
set -euo pipefail
cd "$(dirname "$0")/../.."
dir=$(realpath "$1") pattern=${2:-.} seconds=${3:-600}
driver=$(scripts/vulkan/driver.sh "$dir")
root=$dir/trixie layers=$root/usr/share/vulkan/explicit_layer.d
if [ ! -e "$layers" ]; then
  apt=$dir/apt-trixie
  mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$apt/debs"
  echo 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian trixie main' >"$apt/sources.list"
  get="apt-get -q -o Dir::Etc::sourcelist=$apt/sources.list -o Dir::Etc::sourceparts=- -o Dir::State::Lists=$apt/lists -o Dir::Cache::archives=$apt/archives -o APT::Sandbox::User=$(id -un)"
  $get update >&2
  (cd "$apt/debs" && $get download vulkan-validationlayers/trixie libc6/trixie libstdc++6/trixie libgcc-s1/trixie) >&2
  for deb in "$apt"/debs/*.deb; do dpkg -x "$deb" "$root"; done
  rm -r "$apt"
  sed -i "s#\"library_path\": *\"[^\"]*\"#\"library_path\": \"$root/usr/lib/x86_64-linux-gnu/libVkLayer_khronos_validation.so\"#" "$layers"/*.json
fi
settings=$dir/vk_layer_settings.txt # of accesses alone, and of no feature that is not there
for off in validate_ray_query descriptor_checks post_process_descriptor_indexing indirect_draws_buffers indirect_dispatches_buffers \
  indirect_trace_rays_buffers buffer_copies index_buffers; do
  echo "khronos_validation.gpuav_$off = false"
done >"$settings"
tests=$dir/vulkan.test
go test -c -o "$tests" ./device/vulkan
libraries=$root/usr/lib/x86_64-linux-gnu:$dir/root/usr/lib/x86_64-linux-gnu:/usr/lib/x86_64-linux-gnu
names=$(cd device/vulkan && "$tests" -test.list "$pattern" | grep -v 'TenSteps\|Launches\|Plan\|LostDeviceLoses\|ShadersAre\|EveryCall')
late=0
for t in $names; do
  begun=$SECONDS status=0
  (cd device/vulkan && env $(grep -v LD_LIBRARY <<<"$driver") BENCH_VULKAN=require VK_LAYER_PATH="$layers" VK_ADD_LAYER_PATH="$layers" \
    VK_LAYER_SETTINGS_PATH="$settings" VK_INSTANCE_LAYERS=VK_LAYER_KHRONOS_validation VK_LAYER_ENABLES=VK_VALIDATION_FEATURE_ENABLE_GPU_ASSISTED_EXT \
    timeout "$seconds" "$root/usr/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2" --library-path "$libraries" \
    "$tests" -test.short -test.run "^$t\$" -test.timeout 2h) >"$dir/accesses.log" 2>&1 || status=$?
  case $status in
  0) echo "ok    $t ($((SECONDS - begun)) s)" ;;
  124) echo "LATE  $t: not done in $seconds s" && late=1 ;;
  *) echo "FAIL  $t" && cat "$dir/accesses.log" && exit 1 ;;
  esac
done
[ $late = 0 ] || echo 'what is LATE was not validated'
