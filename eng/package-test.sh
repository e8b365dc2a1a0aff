#!/usr/bin/env bash
# Uses what eng/release.sh made as its users would: the self-contained files, the content of the image and the Debian package, each as a user
# without privileges, on a root that cannot be written to, with one writable volume. Is root; installs and purges the package on this machine.
set -euo pipefail
cd "$(dirname "$0")/.."
# In a network of its own, where the usual ports are free and nothing but this machine is reached.
[ -n "${ISOLATED:-}" ] || ISOLATED=1 exec unshare --net eng/package-test.sh
ip link set lo up
out=$PWD/artifacts/release
work=$(mktemp -d)
chmod 0755 "$work"
server=
stop() { [ -z "$server" ] || { kill "$server" && wait "$server"; server=; }; }
trap 'stop; rm -rf "$work"' EXIT
(cd "$out" && sha256sum --check --quiet SHA256SUMS)

# What the server is told: where it listens, who may come in, and to trust the receiver of deliver.mjs on this machine.
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 2 -subj /CN=localhost \
  -addext subjectAltName=IP:127.0.0.1 -keyout "$work/key.pem" -out "$work/cert.pem" 2>/dev/null
key=cpk_package_test_0123456789_0123456789_0123456789

# in_root ROOT VOLUME_AT USER PROGRAM: starts the server with ROOT as its root, read-only but for a new folder at VOLUME_AT.
in_root() {
  local root=$1 at=$2 user=$3 program=$4
  mkdir -p "$work/mount"
  rm -rf "$work/volume"
  install -d -o "$user" -g "$user" -m 0700 "$work/volume"
  install -m 0644 "$work/cert.pem" "$work/volume/cert.pem"
  # shellcheck disable=SC2016
  unshare --mount bash -c '
    set -e
    mount --rbind "$1" "$2"; mount -o remount,ro,bind "$2"
    mount --bind "$3" "$2$4"; mount --rbind /dev "$2/dev"; mount -t proc proc "$2/proc"
    [ ! -d "$6" ] || mount -o ro --bind "$6" "$2/opt"
    cd "$2"; exec env -i PATH=/usr/bin:/usr/sbin DOTNET_EnableDiagnostics=0 ControlPlane__Storage__Path="$4/controlplane.db" \
      ControlPlane__Access__BootstrapKey="$8" ControlPlane__Egress__AllowedNetworks=127.0.0.0/8 \
      ControlPlane__Egress__TrustedCertificates="$4/cert.pem" ControlPlane__Storage__Provider="$9" \
      chroot --userspec="$5:$5" "$2" "$7"
  ' - "$root" "$work/mount" "$work/volume" "$at" "$user" "${programs:-}" "$program" "$key" "${engine:-litedb}" >"$work/server.log" 2>&1 &
  server=$!
}

# Delivers an event to an HTTPS receiver, verifies the signature there, and asks for the health.
delivers() {
  echo "== $1"
  if ! node tests/interop/deliver.mjs "$key" "$work/key.pem" "$work/cert.pem" || ! HOOKCTL_KEY=$key "$work/programs/hookctl" health; then
    cat "$work/server.log"
    exit 1
  fi
  stop
}

mkdir "$work/programs"
tar -xzf "$out"/controlplane-*-linux-x64.tar.gz -C "$work/programs" --strip-components 1
"$work/programs/ControlPlane.Server" --version
"$work/programs/hookctl" --version
for engine in litedb sqlite; do
  programs=$work/programs in_root / /srv 65534 /opt/ControlPlane.Server
  delivers "self-contained file, $engine, as 65534"
done
engine=litedb

unpack_image() {
  mkdir "$work/image-$1"
  tar -xf "$out"/*-linux-"$1".oci.tar -C "$work/image-$1"
  umoci unpack --image "$work/image-$1:$(umoci list --layout "$work/image-$1")" "$work/bundle-$1" >/dev/null
}
unpack_image amd64
in_root "$work/bundle-amd64/rootfs" /data 1654 /app/ControlPlane.Server
delivers "content of the image, as 1654"

dpkg -i "$out"/controlplane_*_amd64.deb
id controlplane
programs='' in_root / /var/lib/controlplane "$(id -u controlplane)" /usr/lib/controlplane/ControlPlane.Server
delivers "Debian package, as $(id -un controlplane)"
systemd-analyze verify controlplane.service 2>&1 | grep -F controlplane || true
dpkg --remove controlplane
[ -d /var/lib/controlplane ] && [ -f /etc/controlplane/environment ]
dpkg --purge controlplane
[ ! -e /var/lib/controlplane ] && [ ! -e /etc/controlplane ] && ! id controlplane 2>/dev/null

# Another machine's cannot be run here. That all of it is for that machine can be seen: what executables and libraries say of themselves.
echo "== arm64"
mkdir "$work/arm64"
tar -xzf "$out"/controlplane-*-linux-arm64.tar.gz -C "$work/arm64"
dpkg-deb -x "$out"/controlplane_*_arm64.deb "$work/arm64/debian"
[ "$(dpkg-deb -f "$out"/controlplane_*_arm64.deb Architecture)" = arm64 ]
unpack_image arm64
grep -q '"architecture":"arm64"' "$work"/image-arm64/blobs/sha256/*
count=0
while IFS= read -r -d '' file; do
  case $(head -c 20 "$file" | od -An -tx1 | tr -d ' \n') in
    7f454c46*b700) count=$((count + 1)) ;;
    7f454c46*) echo "$file is for another machine" && exit 1 ;;
  esac
done < <(find "$work/arm64" "$work/bundle-arm64/rootfs" -type f -print0)
echo "$count executables and libraries, all for arm64, none run"
[ "$count" -gt 15 ]
echo "all held"
