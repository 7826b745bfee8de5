#!/usr/bin/env bash
# driver.sh DIR: readies a Vulkan driver that runs shaders on the CPU, for tests, and
# prints the environment that picks it, a line each of the form NAME=value.
#
# On Debian 12 it is Mesa 25.0's lavapipe from bookworm-backports, unpacked into DIR
# beside the system, which keeps its own; elsewhere, or where that is not to be had,
# the system's lavapipe. As root with apt-get it installs what it needs: the loader,
# the validation layers, the shader compiler, and the libraries of the driver. Exit
# status 75 tells that no packages are to be had here, 1 that a driver is missing all
# the same.
set -euo pipefail
dir=$1
mkdir -p "$dir"
icd=$(uname -m)

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
  packages='libvulkan1 mesa-vulkan-drivers vulkan-validationlayers glslang-tools'
  if ! dpkg -s $packages >/dev/null 2>&1; then
    { apt-get update -q -o APT::Update::Error-Mode=any && DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends $packages; } >&2 || {
      echo 'no packages are to be had here' >&2
      exit 75
    }
  fi
fi

backport() {
  . /etc/os-release
  [ "${VERSION_CODENAME:-}" = bookworm ] && command -v apt-get >/dev/null 2>&1 || return 1
  local apt="$dir/apt"
  mkdir -p "$apt/lists/partial" "$apt/archives/partial" "$apt/debs"
  echo 'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://deb.debian.org/debian bookworm-backports main' >"$apt/sources.list"
  local get="apt-get -q -o Dir::Etc::sourcelist=$apt/sources.list -o Dir::Etc::sourceparts=- -o Dir::State::Lists=$apt/lists -o Dir::Cache::archives=$apt/archives -o APT::Sandbox::User=$(id -un)"
  $get update >&2 || return 1
  (cd "$apt/debs" && $get download mesa-vulkan-drivers libdrm2 libdrm-amdgpu1) >&2 || return 1
  local deb
  for deb in "$apt"/debs/*.deb; do
    dpkg -x "$deb" "$dir/root" >&2 || return 1
  done
  rm -r "$apt"
}

lib=$dir/root/usr/lib/$icd-linux-gnu
if [ ! -e "$lib/libvulkan_lvp.so" ]; then
  backport || echo "no backport of Mesa here: the system's lavapipe it is" >&2
fi
if [ -e "$lib/libvulkan_lvp.so" ]; then
  manifest=$dir/lavapipe.json
  printf '{"file_format_version": "1.0.0", "ICD": {"library_path": "%s", "api_version": "1.4.305"}}\n' "$lib/libvulkan_lvp.so" >"$manifest"
  echo "LD_LIBRARY_PATH=$lib"
else
  manifest=/usr/share/vulkan/icd.d/lvp_icd.$icd.json
  [ -e "$manifest" ] || { echo "no lavapipe: there is no $manifest (Debian: mesa-vulkan-drivers)" >&2; exit 1; }
fi
echo "VK_DRIVER_FILES=$manifest"
echo "VK_ICD_FILENAMES=$manifest"
echo "MESA_SHADER_CACHE_DIR=$dir/shaders"
