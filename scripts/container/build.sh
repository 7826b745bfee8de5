#!/usr/bin/env bash
# build.sh has the Dockerfile built by buildah, as docker build would, and runs what
# came of it. Where no registry of images can be reached, images of the same names
# are made here first, from this machine's Go and Debian's busybox: the Dockerfile is
# the same, to the byte. It needs root, for buildah's chroot; 75 says that buildah or
# busybox is not here.
set -euo pipefail
cd "$(dirname "$0")/../.."
command -v buildah >/dev/null 2>&1 || { echo 'buildah is not here'; exit 75; }
busybox=$(command -v busybox) || { echo 'busybox is not here'; exit 75; }
work=$(mktemp -d)
export BUILDAH_ISOLATION=chroot STORAGE_DRIVER=vfs
b() { buildah --root "$work/store" --runroot "$work/run" "$@"; }
trap 'b rm --all >/dev/null 2>&1 || true; b rmi --all --force >/dev/null 2>&1 || true; rm -rf "$work"' EXIT

# base NAME FOLDER CONFIG... makes an image of a folder.
base() {
  local c
  c=$(b from scratch)
  b copy -q "$c" "$2" / >/dev/null
  b config "${@:3}" "$c"
  b commit -q --rm "$c" "$1" >/dev/null
}
root=$work/golang
mkdir -p "$root"/{bin,tmp,etc/ssl/certs,usr/local,root}
chmod 1777 "$root/tmp"
cp "$busybox" "$root/bin/busybox"
for applet in sh ls cat mkdir cp rm env; do ln -s busybox "$root/bin/$applet"; done
cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/" 2>/dev/null || true
cp -rL "$(go env GOROOT)" "$root/usr/local/go"
base docker.io/library/golang:1.26 "$root" --env PATH=/usr/local/go/bin:/bin \
  --env GOPROXY="$(go env GOPROXY)" --env GONOSUMDB="$(go env GONOSUMDB)" --env GOTOOLCHAIN=local --workingdir /go
root=$work/static
mkdir -p "$root"/{etc/ssl/certs,tmp,home/nonroot}
chmod 1777 "$root/tmp"
printf 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/home/nonroot:/sbin/nologin\n' >"$root/etc/passwd"
cp -L /etc/ssl/certs/ca-certificates.crt "$root/etc/ssl/certs/" 2>/dev/null || true
base gcr.io/distroless/static-debian12:nonroot "$root" --user 65532 --workingdir /home/nonroot

# What was downloaded and compiled here is not downloaded and compiled again.
b build -q --pull-never --volume "$(go env GOMODCACHE):/root/go/pkg/mod" --volume "$(go env GOCACHE):/root/.cache/go-build" \
  -t bench . >/dev/null

# The image: its user, its entry point and nothing else in its root but the base and the program.
b inspect --type image --format '{{.OCIv1.Config.User}} {{.OCIv1.Config.Entrypoint}}' bench | grep -qx '65532 \[/bench\]'
c=$(b from --pull-never bench)
runs=$work/runs
mkdir "$runs"
chown 65532:65532 "$runs"
inside() { b run --volume "$runs:/runs" "$c" -- /bench "$@"; }
inside version
inside run --model bert-tiny-scratch --task nsmc --data-dir samples --runs /runs --set epochs=1 --set max_train_rows=64 >/dev/null 2>&1
inside leaderboard /runs --format csv >/dev/null
[ "$(stat -c %u "$runs/bert-tiny-scratch/nsmc/seed-42/result.json")" = 65532 ]
echo 'the Dockerfile was built, and its image runs as user 65532'
