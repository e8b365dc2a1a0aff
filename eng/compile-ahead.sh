#!/usr/bin/env bash
# Puts machine code into the built assemblies of the server and of what the tests are made of, in place. Tests start hundreds of processes,
# most of whose time the JIT takes otherwise. An assembly that several projects use is compiled once, and once per content: `dotnet build` puts
# back what it made itself only where something changed.
set -euo pipefail
cd "$(dirname "$0")/.."
made=artifacts/ahead
mkdir -p "$made"

dotnet restore eng/compile-ahead.proj -v quiet -nologo
compiler=$(dotnet msbuild eng/compile-ahead.proj -nologo -getProperty:Compiler)
# What the programs run on: the last of each framework, as the list goes from old to new.
frameworks=$(for name in Microsoft.NETCore.App Microsoft.AspNetCore.App; do
  dotnet --list-runtimes | sed -nE "s#^$name (10\.[^ ]+) \[(.*)\]#\2/\1#p" | tail -n 1
done)

# Used by few tests, and large.
left_out='KubernetesClient|YamlDotNet|BouncyCastle\.Cryptography|Microsoft\.(TestPlatform|VisualStudio)\..*|testhost|xunit\.runner\.visualstudio\.testadapter'

# compile CONTENT ASSEMBLY: the hash of the assembly, and where one copy of it is.
compile() {
  local content=$1 assembly=$2 framework references=()
  [ ! -e "$made/$content.dll" ] || return 0
  for framework in $frameworks; do
    references+=(-r "$framework/*.dll")
  done
  "$compiler" "$assembly" -o "$made/$content.part" "${references[@]}" -r "${assembly%/*}/*.dll" --targetos linux --targetarch "$architecture" -O --parallelism 1
  mv "$made/$content.part" "$made/$content.dll"
}
architecture=$(case $(uname -m) in x86_64) echo x64 ;; aarch64) echo arm64 ;; esac)
export compiler frameworks made architecture
export -f compile

find artifacts/bin/*/debug -maxdepth 1 -name '*.dll' -not -path '*/ControlPlane.Benchmarks/*' -print0 \
  | grep -zvE "/($left_out)\.dll$" | xargs -0 sha256sum >"$made/assemblies"
# One that has machine code already was put there by an earlier run.
sort -u -k1,1 "$made/assemblies" | awk 'NR == FNR { made[$1]; next } !($1 in made)' <(find "$made" -name '*.dll' -exec sha256sum {} +; echo none) - \
  | xargs -r -P "$(nproc)" -L 1 bash -euc 'compile "$0" "$1"'
while read -r content assembly; do
  [ ! -e "$made/$content.dll" ] || cp --remove-destination "$made/$content.dll" "$assembly"
done <"$made/assemblies"
