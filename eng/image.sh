#!/usr/bin/env bash
# image.sh PROGRAMS VERSION ARCHITECTURE FILE: makes an image of the self-contained programs in a folder for amd64 or arm64, as a tarball in the
# layout of OCI, without a daemon or a registry, on a machine of either architecture. Beside the programs it has what they need of Debian: the C and C++ libraries, OpenSSL, certificates of authorities and time zones.
# It is like what deploy/docker/Dockerfile makes: no shell, not root, nothing written but /data.
set -euo pipefail
programs=$1 version=$2 architecture=$3 file=$4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
base=$work/base
mkdir -p "$work/debs" "$base/etc/ssl/certs" "$base/tmp" "$work/app/app" "$work/data/data"
chmod 0755 "$base"

# As the packages come, signed; their scripts would only write the bundle of certificates.
# The machine's own lists are of its own architecture.
mkdir -p "$work"/apt/{lists,cache/archives}/partial
touch "$work/apt/status"
apt=(apt-get -qq -o APT::Architecture="$architecture" -o APT::Architectures::="$architecture" -o APT::Sandbox::User=root
  -o Dir::State="$work/apt" -o Dir::State::lists="$work/apt/lists" -o Dir::State::status="$work/apt/status" -o Dir::Cache="$work/apt/cache")
"${apt[@]}" update >/dev/null
(cd "$work/debs" && "${apt[@]}" download base-files ca-certificates libc6 libgcc-s1 libssl3 libstdc++6 tzdata >/dev/null)
for deb in "$work"/debs/*.deb; do
  dpkg-deb -x "$deb" "$base"
  # Where scanners look for what an image of this kind is made from.
  mkdir -p "$base/var/lib/dpkg/status.d"
  dpkg-deb -f "$deb" >"$base/var/lib/dpkg/status.d/$(dpkg-deb -f "$deb" Package)"
done
find "$base/usr/share/ca-certificates" -name '*.crt' -print0 | sort -z | xargs -0 cat >"$base/etc/ssl/certs/ca-certificates.crt"
rm -rf "$base"/usr/share/{bug,lintian,man} "$base"/usr/{bin,sbin} "$base"/{bin,sbin}
printf 'root:x:0:0::/:/sbin/nologin\napp:x:1654:1654::/data:/sbin/nologin\n' >"$base/etc/passwd"
printf 'root:x:0:\napp:x:1654:\n' >"$base/etc/group"
printf 'hosts: files dns\n' >"$base/etc/nsswitch.conf"
cp "$programs"/{ControlPlane.Server,hookctl,libe_sqlite3.so,LICENSE} "$work/app/app"

layer() {
  local name=$1 owner=$2
  tar --sort=name --mtime="@${SOURCE_DATE_EPOCH:-0}" --owner="$owner" --group="$owner" --numeric-owner -C "$work/$name" -cf "$work/$name.tar" .
  umoci raw add-layer --image "$work/image:$version" "$work/$name.tar"
}

umoci init --layout "$work/image"
umoci new --image "$work/image:$version"
layer base 0
layer app 0
# The folder alone, so that the root stays root's.
tar --mtime="@${SOURCE_DATE_EPOCH:-0}" --owner=1654 --group=1654 --numeric-owner -C "$work/data" -cf "$work/data.tar" data
umoci raw add-layer --image "$work/image:$version" "$work/data.tar"
# Diagnostics of the runtime would write to /tmp.
umoci config --image "$work/image:$version" --config.user 1654:1654 --config.workingdir /data --config.volume /data \
  --config.entrypoint /app/ControlPlane.Server --config.exposedports 7400/tcp --config.exposedports 7401/tcp \
  --config.env DOTNET_EnableDiagnostics=0 --config.env SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt \
  --config.env ControlPlane__Storage__Path=/data/controlplane.db \
  --config.env 'ControlPlane__Listen__Grpc=http://*:7400' --config.env 'ControlPlane__Listen__Http=http://*:7401' \
  --config.label org.opencontainers.image.version="$version" --config.label org.opencontainers.image.licenses=MIT \
  --created "$(date -u -d "@${SOURCE_DATE_EPOCH:-0}" +%FT%TZ)" --os linux --architecture "$architecture"
tar --sort=name --mtime="@${SOURCE_DATE_EPOCH:-0}" --owner=0 --group=0 --numeric-owner -C "$work/image" -cf "$file" .
