#!/usr/bin/env bash
# Makes all files of a release in artifacts/release, for the version that git says (docs/releasing.md). Needs the .NET SDK, npm, dpkg-deb and,
# for the images, apt and umoci of Debian. CONTROLPLANE_IMAGE=0 leaves the images out.
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD out=$PWD/artifacts/release work=$PWD/artifacts/release-work
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 ContinuousIntegrationBuild=true
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH
rm -rf "$out" "$work"
mkdir -p "$out" "$work"

dotnet restore ControlPlane.sln --locked-mode -v quiet
version=$(dotnet msbuild src/ControlPlane.Signing -t:MinVer -getProperty:PackageVersion)
echo "== $version"

# The same files in every archive, whoever makes it and when.
pack() { tar --sort=name --mtime="@$SOURCE_DATE_EPOCH" --owner=0 --group=0 --numeric-owner "$@"; }

echo "== packages"
for project in Contracts Signing Client Cli; do
  dotnet pack "src/ControlPlane.$project" -c Release -o "$out" -v quiet -nologo
done

# One file each that holds the runtime, and beside the server's the library of SQLite, which only that engine needs: a file that
# brought it along would have to unpack it somewhere first.
programs() {
  local runtime=$1 folder=$work/$1
  for project in Server Cli; do
    dotnet publish "src/ControlPlane.$project" -c Release -r "$runtime" --self-contained -o "$folder" -v quiet -nologo \
      -p:PublishSingleFile=true -p:PublishReadyToRunComposite=false -p:DebugType=none -p:PublishDocumentationFiles=false -p:PublishReferencesDocumentationFiles=false
  done
  find "$folder" -type f ! -name ControlPlane.Server ! -name hookctl ! -name libe_sqlite3.so -delete
  cp LICENSE README.md CHANGELOG.md deploy/systemd/controlplane.service "$folder"
  chmod 0755 "$folder"/ControlPlane.Server "$folder"/hookctl
  chmod 0644 "$folder"/{libe_sqlite3.so,LICENSE,README.md,CHANGELOG.md,controlplane.service}
  pack -C "$work" --transform "s,^$runtime,controlplane-$version," -czf "$out/controlplane-$version-$runtime.tar.gz" "$runtime"
}

debian() {
  local runtime=$1 architecture=$2 tree=$work/debian-$2
  mkdir -p "$tree"/{DEBIAN,etc/controlplane,usr/bin,usr/lib/controlplane,usr/share/doc/controlplane,usr/share/lintian/overrides} "$tree/lib/systemd/system"
  cp "$work/$runtime"/{ControlPlane.Server,libe_sqlite3.so} "$tree/usr/lib/controlplane"
  cp "$work/$runtime/hookctl" "$tree/usr/bin"
  # The package makes the user, so that the store keeps its owner.
  sed -e '1d' -e 's,^ExecStart=.*,ExecStart=/usr/lib/controlplane/ControlPlane.Server,' -e 's,^DynamicUser=yes,User=controlplane,' \
    deploy/systemd/controlplane.service >"$tree/lib/systemd/system/controlplane.service"
  cp deploy/debian/environment "$tree/etc/controlplane"
  cp deploy/debian/copyright "$tree/usr/share/doc/controlplane"
  gzip -9n <CHANGELOG.md >"$tree/usr/share/doc/controlplane/CHANGELOG.md.gz"
  printf 'controlplane (%s) unstable; urgency=medium\n\n  * What changed is in CHANGELOG.md.gz.\n\n -- %s  %s\n' "${version/-/\~}" \
    "$(sed -n 's/^Maintainer: //p' deploy/debian/control)" "$(date -u -R -d "@$SOURCE_DATE_EPOCH")" | gzip -9n >"$tree/usr/share/doc/controlplane/changelog.gz"
  cp deploy/debian/lintian-overrides "$tree/usr/share/lintian/overrides/controlplane"
  cp deploy/debian/{conffiles,postinst,prerm,postrm} "$tree/DEBIAN"
  # Debian's order: a version with a tilde comes before the same without.
  sed -e "s/@VERSION@/${version/-/\~}/" -e "s/@ARCHITECTURE@/$architecture/" -e "s/@SIZE@/$(du -sk "$tree" | cut -f1)/" \
    deploy/debian/control >"$tree/DEBIAN/control"
  (cd "$tree" && find etc lib usr -type f -print0 | sort -z | xargs -0 md5sum >DEBIAN/md5sums)
  chmod -R u=rwX,go=rX "$tree"
  chmod 0755 "$tree"/DEBIAN/{postinst,prerm,postrm}
  chmod 0600 "$tree/etc/controlplane/environment"
  dpkg-deb --root-owner-group -Zgzip --build "$tree" "$out/controlplane_${version/-/\~}_$architecture.deb" >/dev/null
}

echo "== programs"
programs linux-x64
programs linux-arm64
echo "== Debian packages"
debian linux-x64 amd64
debian linux-arm64 arm64

if [ "${CONTROLPLANE_IMAGE:-1}" != 0 ]; then
  echo "== images"
  eng/image.sh "$work/linux-x64" "$version" amd64 "$out/controlplane-$version-linux-amd64.oci.tar"
  eng/image.sh "$work/linux-arm64" "$version" arm64 "$out/controlplane-$version-linux-arm64.oci.tar"
fi

echo "== chart"
cp -r deploy/helm/controlplane "$work/controlplane"
sed -i -e "s/^version: .*/version: $version/" -e "s/^appVersion: .*/appVersion: \"$version\"/" "$work/controlplane/Chart.yaml"
pack -C "$work" -czf "$out/controlplane-chart-$version.tgz" controlplane

echo "== bills of materials"
dotnet tool restore >/dev/null
for project in Server Cli; do
  dotnet tool run dotnet-CycloneDX "src/ControlPlane.$project/ControlPlane.$project.csproj" --output-format Json --set-version "$version" \
    --disable-package-restore --exclude-dev --output "$out" --filename "controlplane-$version-${project,,}.cdx.json" >"$work/sbom-$project.log"
done
# npm describes what has a version only.
mkdir "$work/console"
cp src/ControlPlane.Console/package*.json "$work/console"
npm --prefix "$work/console" version "$version" --no-git-tag-version >/dev/null
npm --prefix "$work/console" sbom --sbom-format cyclonedx --omit dev --package-lock-only >"$out/controlplane-$version-console.cdx.json"

# What the changelog says of this version; before it is released, what is said of what is not released.
section=Unreleased
grep -q "^## \[$version\]" CHANGELOG.md && section=$version
awk -v head="## [$section]" 'index($0, head) == 1 { on = 1; next } /^## \[/ { on = 0 } on' CHANGELOG.md | sed -e '/./,$!d' >"$out/NOTES.md"
[ -s "$out/NOTES.md" ] || { echo "CHANGELOG.md says nothing of $section"; exit 1; }

cd "$out"
sha256sum -- * >"$work/SHA256SUMS"
mv "$work/SHA256SUMS" .
ls -l "${out#"$root"/}" 2>/dev/null || ls -l
