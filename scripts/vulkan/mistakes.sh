#!/usr/bin/env bash
# mistakes.sh DIR [PATTERN]: plants mistakes in the GPU backend, one by one, and runs the check
# that is to see each. A mistake that nothing sees is a hole in the tests: exit status 1.
# docs/gpu.md has the table. PATTERN chooses mistakes by name.
#
# The tree is copied into DIR, which keeps the driver, too: nothing here is changed. A mistake
# is a sed expression on one file, which must change it; shaders are compiled again. By hand:
# it takes glslangValidator of the pinned version, Mesa 26 (matrices.sh) and, alone on two cores, some 15 minutes.
set -euo pipefail
dir=$(realpath -m "$1") pattern=${2:-.}
cd "$(dirname "$0")/../.."
driver=$(scripts/vulkan/driver.sh "$dir")
found=$(scripts/vulkan/matrices.sh "$dir")
mapfile -t newer <<<"$found"
started=$(sed -n 's/^MATRICES_EXEC=//p' <<<"$found")
export BENCH_GLSLANG=$(sed -n 's/^BENCH_GLSLANG=//p' <<<"$found")
tree=$dir/planted
rm -rf "$tree"
mkdir -p "$tree"
git ls-files -co --exclude-standard | tar -cf - -T - | tar -xf - -C "$tree"
cd "$tree"
git init -q . && git add -A && git -c user.name=planted -c user.email=planted@localhost commit -q -m planted

layer='VK_INSTANCE_LAYERS=VK_LAYER_KHRONOS_validation'
missed=0 count=0

# The checks, as CONTRIBUTING.md has them.
calls() { env $driver BENCH_VULKAN=require go test -count=1 -short ./device/vulkan -run "$1"; }
whole() { env $driver BENCH_VULKAN=require go test -count=1 ./device/vulkan -run "$1"; }
synchronization() {
  env $driver $layer VK_LAYER_ENABLES=VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT BENCH_VULKAN=require \
    go test -count=1 -short ./device/vulkan -run "$1"
}
accesses() {
  env $driver $layer VK_LAYER_ENABLES=VK_VALIDATION_FEATURE_ENABLE_GPU_ASSISTED_EXT BENCH_VULKAN=require \
    go test -count=1 -short ./device/vulkan -run "$1"
}
matrices() { env "${newer[@]}" BENCH_VULKAN=require go test -count=1 -short -exec "$started" ./device/vulkan -run "$1"; }
checked_matrices() {
  env "${newer[@]}" $layer VK_LAYER_ENABLES=VK_VALIDATION_FEATURE_ENABLE_SYNCHRONIZATION_VALIDATION_EXT BENCH_VULKAN=require \
    go test -count=1 -short -exec "$started" ./device/vulkan -run "$1"
}
models() { env $driver BENCH_DEVICE=vulkan:0 go test -count=1 "$1" -run "$2"; }
plain() { go test -count=1 "$1" -run "$2"; }

# plant NAME FILE SED SAYS CHECK...: the check has to fail, and to say SAYS.
plant() {
  local name=$1 file=$2 sed=$3 says=$4 begun=$SECONDS
  shift 4
  [[ $name =~ $pattern ]] || return 0
  count=$((count + 1))
  sed -i -E "$sed" "$file"
  if git diff --quiet; then
    echo "STALE   $name: $file has nothing that $sed changes"
    missed=1
    return 0
  fi
  case $file in
  *shaders/*) [ "$1" = uncompiled ] || go generate ./device/vulkan ;;
  esac
  [ "$1" != uncompiled ] || shift
  if "$@" >"$dir/planted.txt" 2>&1; then
    echo "UNSEEN  $name, by: $*"
    missed=1
  elif grep -qF -e '[build failed]' -e '[setup failed]' "$dir/planted.txt"; then
    echo "UNBUILT $name, by: $*: it does not compile:"
    tail -n 20 "$dir/planted.txt"
    missed=1
  elif ! grep -qE -- "$says" "$dir/planted.txt"; then
    echo "OTHER   $name, by: $*: it failed, and did not say $says:"
    tail -n 20 "$dir/planted.txt"
    missed=1
  else
    echo "seen    $name, by: $* ($((SECONDS - begun)) s): $(grep -m 1 -E -- "$says" "$dir/planted.txt" | cut -c 1-160 | sed 's/^ *//')"
  fi
  git checkout -q .
}

kernels=device/vulkan/shaders
while IFS= read -r line; do
  case $line in '' | '#'*) continue ;; esac
  eval "plant $line"
done <scripts/vulkan/mistakes.txt

echo "$count mistakes were planted"
[ $count != 0 ] || { echo "no mistake's name matches $pattern"; exit 1; }
exit $missed
