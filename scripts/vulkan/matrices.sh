#!/usr/bin/env bash
# matrices.sh DIR: readies a Vulkan driver that runs shaders on the CPU and has cooperative
# matrices, which Debian 12's and 13's do not, and prints the environment that picks it, a line
# each of the form NAME=value:
#
#   MATRICES_EXEC=…     what a program is started by, in go test's -exec
#   BENCH_GLSLANG=…     the shader compiler that knows such matrices
#
# It is Mesa 26's lavapipe from trixie-backports, unpacked into DIR with the C library that it
# wants, a loader, the validation layers and the compiler: programs run by that library's own
# loader, and the system is left alone. Exit status 75 tells that no packages are to be had here.
set -euo pipefail
dir=$1
root=$dir/matrices
lib=$root/usr/lib/$(uname -m)-linux-gnu
mkdir -p "$dir"

unpack() {
  command -v apt-get >/dev/null 2>&1 || return 1
  local apt="$dir/matrices-apt" keys=/usr/share/keyrings/debian-archive-keyring.gpg deb
  mkdir -p "$apt/lists/partial" "$apt/archives/partial"
  : >"$apt/status" # nothing is installed there: what is needed comes along, the C library too
  printf 'deb [signed-by=%s] http://deb.debian.org/debian %s main\n' $keys trixie $keys trixie-backports >"$apt/sources.list"
  local get="apt-get -q -o Dir::Etc::sourcelist=$apt/sources.list -o Dir::Etc::sourceparts=-
    -o Dir::State::Lists=$apt/lists -o Dir::State::status=$apt/status -o Dir::Cache=$apt -o Dir::Cache::archives=$apt/archives
    -o APT::Sandbox::User=$(id -un) -o Debug::NoLocking=1"
  $get update >&2 || return 1
  $get install -y --download-only --no-install-recommends -t trixie-backports mesa-vulkan-drivers libvulkan1 >&2 || return 1
  $get install -y --download-only --no-install-recommends vulkan-validationlayers glslang-tools >&2 || return 1
  for deb in "$apt"/archives/*.deb; do
    dpkg -x "$deb" "$root.new" >&2 || return 1
  done
  rm -r "$apt"
  mv "$root.new" "$root"
}

if [ ! -e "$lib/libvulkan_lvp.so" ]; then
  rm -rf "$root" "$root.new"
  unpack || {
    echo 'no Mesa 26 is to be had here: the kernels in float16 were not run on matrices' >&2
    exit 75
  }
fi
loader=$(echo "$lib"/ld-linux-*.so.*)
manifest=$dir/matrices.json
printf '{"file_format_version": "1.0.0", "ICD": {"library_path": "%s", "api_version": "1.4.330"}}\n' "$lib/libvulkan_lvp.so" >"$manifest"
echo "MATRICES_EXEC=$loader --library-path $lib"
echo "BENCH_GLSLANG=$loader --library-path $lib $root/usr/bin/glslangValidator"
echo "VK_DRIVER_FILES=$manifest"
echo "VK_ICD_FILENAMES=$manifest"
echo "VK_LAYER_PATH=$root/usr/share/vulkan/explicit_layer.d"
echo "MESA_SHADER_CACHE_DIR=$dir/matrix-shaders"
