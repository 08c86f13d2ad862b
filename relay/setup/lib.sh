# shellcheck shell=bash disable=SC2034
# Shared by relay/run and tests/run: what must be installed, how each product is built, and how
# progress is told. Sourced by bash with `set -euo pipefail`; it changes into the project's root.
#
#   step NAME TEXT COMMAND...   runs one step, its output in build/log/NAME.log
#   fresh NAME INPUT...         true when NAME was built from exactly these inputs
#   install_packages NAME...    apt packages, only those that are missing
#   prepare_node                a Node new enough, this machine's or one in build/node
#   make_wasm make_page make_program   the three products, each skipped when up to date

project_root=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")/../.." && pwd)
cd "$project_root"
log_dir=build/log
stamp_dir=build/stamp

# The lowest Node that Vite, Vitest and Playwright accept.
node_minimum=20.19.0

# Debian packages that ./relay/run needs. g++ and make are not needed by name: Ninja drives g++.
run_packages=(
  g++ cmake ninja-build                                                                         # native build
  libboost1.81-dev libssl-dev libcli11-dev libspdlog-dev libtomlplusplus-dev prometheus-cpp-dev # relay/
  nlohmann-json3-dev libunistring-dev libidn-dev                                                # shared/
  emscripten node-acorn                                                                         # wasm/
  perl ca-certificates                                                                          # wasm/: to prepare OpenSSL; whom its TLS trusts
  zopfli                                                                                        # web/: what is downloaded, packed once
)
# npm builds the page. A Node from elsewhere often brings its own, which Debian's would clash with.
command -v npm >/dev/null || run_packages+=(npm)

# ---- progress ----------------------------------------------------------------------------------

if [[ -t 1 ]]; then on_terminal=yes; else on_terminal=; fi

# Prints a message for people and ends the script.
die() {
  printf '%s: %s\n' "$0" "$1" >&2
  exit "${2:-1}"
}

# Seconds since $1 (a value of $EPOCHREALTIME), with one decimal.
elapsed_since() {
  local now=${EPOCHREALTIME/[.,]/} then=${1/[.,]/}
  local tenths=$(((now - then) / 100000))
  printf '%d.%d' $((tenths / 10)) $((tenths % 10))
}

# Runs a command quietly and reports it in one line; prints the end of its output when it fails.
step() {
  local name=$1 text=$2 begin=$EPOCHREALTIME status=0
  shift 2
  mkdir -p "$log_dir"
  [[ $on_terminal ]] && printf '         %s …' "$text"
  # errexit must hold inside the subshell, which bash only does outside of a condition.
  set +e
  (set -e && "$@") >"$log_dir/$name.log" 2>&1 </dev/null
  status=$?
  set -e
  [[ $on_terminal ]] && printf '\r\e[K'
  if ((status == 0)); then
    printf '%6s s %s\n' "$(elapsed_since "$begin")" "$text"
    return
  fi
  printf '%6s s %s: failed\n' "$(elapsed_since "$begin")" "$text"
  tail -n 40 "$log_dir/$name.log" | sed 's/^/    /'
  die "$text failed (exit $status). The whole output: $log_dir/$name.log"
}

# Lets one build at a time into build/; holds until release_build or the end of the script.
hold_build() {
  mkdir -p build
  exec {build_lock}>build/.lock
  if ! flock -n "$build_lock"; then
    echo "         waiting for another build in this directory"
    flock "$build_lock"
  fi
}
release_build() { exec {build_lock}>&-; }

# ---- what is up to date --------------------------------------------------------------------------

# Name, size and time of every file below the inputs, and where the tree lies: CMake's build
# directories cannot be moved. Cheaper than hashing contents, and needs no git.
fingerprint() {
  printf '%s\n' "$project_root"
  find "$@" -name node_modules -prune -o -type f -printf '%p %s %T@\n' | LC_ALL=C sort
}

# fresh NAME INPUT...: whether the last mark_fresh NAME saw the same inputs.
fresh() {
  local name=$1
  shift
  [[ -f $stamp_dir/$name ]] && [[ $(fingerprint "$@") == "$(<"$stamp_dir/$name")" ]]
}

mark_fresh() {
  local name=$1
  shift
  mkdir -p "$stamp_dir"
  fingerprint "$@" >"$stamp_dir/$name"
}

# ---- packages ------------------------------------------------------------------------------------

# Runs a command as root, by sudo where needed.
as_root() {
  if ((EUID == 0)); then "$@"; else sudo "$@"; fi
}

# Prints those of the named packages that are not installed.
missing_packages() {
  local installed
  installed=$(dpkg-query -W -f='${db:Status-Status} ${Package}\n' "$@" 2>/dev/null |
    sed -n 's/^installed //p') || true
  comm -23 <(printf '%s\n' "$@" | sort -u) <(sort -u <<<"$installed")
}

# apt-get install of the named packages. Nothing that is installed is ever removed for them.
apt_install() {
  local apt=(env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300)
  as_root "${apt[@]}" update || echo "apt-get update failed; trying with the lists that are here"
  if printf '%s\n' "$@" | grep -qx postfix; then
    # Postfix is used by tests with a configuration of their own; it must not set up a mail server.
    as_root debconf-set-selections <<<'postfix postfix/main_mailer_type select No configuration'
  fi
  local quiet=() # services of these packages, which tests run themselves: they must not start, now or at boot
  printf '%s\n' "$@" | grep -qx haproxy && quiet+=(haproxy.service)
  printf '%s\n' "$@" | grep -qx nginx-light && quiet+=(nginx.service)
  if ((${#quiet[@]})) && [[ -d /run/systemd/system ]]; then as_root systemctl mask --runtime "${quiet[@]}"; else quiet=(); fi
  if as_root "${apt[@]}" install -y --no-install-recommends --no-remove "$@"; then
    if ((${#quiet[@]})); then as_root systemctl unmask --runtime "${quiet[@]}" && as_root systemctl disable "${quiet[@]}"; fi
    return
  fi
  echo "apt-get could not install: $*"
  echo "It was told to remove nothing. If it says that a package would have to be removed (another"
  echo "libboost…-dev, another mail server), remove that one yourself when you can spare it, and run this again."
  return 1
}

# install_packages NAME...: makes sure that these Debian packages are there.
install_packages() {
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    die "this needs Debian 12 or a system with its packages (apt-get is missing). Needed: $*"
  fi
  local missing
  mapfile -t missing < <(missing_packages "$@")
  ((${#missing[@]})) || return 0
  if ((EUID != 0)); then
    command -v sudo >/dev/null ||
      die "these packages are missing, and only root can install them (there is no sudo here). As root:
  apt-get install --no-install-recommends ${missing[*]}"
    if ! sudo -n true 2>/dev/null; then
      echo "         sudo will install: ${missing[*]}"
      sudo -v || die "without root these packages cannot be installed. As root:
  apt-get install --no-install-recommends ${missing[*]}"
    fi
  fi
  step packages "install ${#missing[@]} Debian packages" apt_install "${missing[@]}"
}

# ---- node ----------------------------------------------------------------------------------------

# Whether the `node` on PATH is new enough.
node_is_enough() {
  local have
  have=$(node --version 2>/dev/null) || return 1
  [[ $(printf '%s\n' "$node_minimum" "${have#v}" | sort -V | head -n 1) == "$node_minimum" ]]
}

# Node as npm packages for x64 and arm64, one of which suits; exact versions stand in the lock file.
install_node() {
  rm -rf build/node
  mkdir -p build/node
  cp relay/setup/node/package.json relay/setup/node/package-lock.json build/node/
  cd build/node
  npm ci --no-audit --no-fund
  mkdir bin
  ln -s "$PWD"/node_modules/node-linux-*/bin/node bin/node
  bin/node --version
}

# Puts a `node` that is new enough on PATH.
prepare_node() {
  node_is_enough && return
  PATH=$project_root/build/node/bin:$PATH
  hash -r
  if ! { fresh node relay/setup/node && node_is_enough; }; then
    step node "install Node for this project (the machine's is older than $node_minimum)" install_node
    mark_fresh node relay/setup/node
    hash -r
    node_is_enough || die "build/node holds no Node that runs here; see $log_dir/node.log"
  fi
}

# ---- products ------------------------------------------------------------------------------------

# Compilers at once: one a core, but no more than memory holds (1.5 GB for the heaviest files).
build_jobs() {
  local cores memory_kb by_memory
  cores=$(nproc)
  memory_kb=$(awk '$1 == "MemTotal:" { print $2 }' /proc/meminfo)
  by_memory=$((memory_kb / 1500000))
  ((by_memory < 1)) && by_memory=1
  echo $((cores < by_memory ? cores : by_memory))
}

# cmake_build PRESET [-Doption...] [-- target...]: configures and builds build/PRESET.
cmake_build() {
  local preset=$1 options=() targets=()
  shift
  while (($#)) && [[ $1 != -- ]]; do options+=("$1") && shift; done
  (($#)) && shift
  (($#)) && targets=(--target "$@")
  if [[ -f build/$preset/CMakeCache.txt ]] &&
    ! grep -qxF "CMAKE_HOME_DIRECTORY:INTERNAL=$project_root" "build/$preset/CMakeCache.txt"; then
    rm -rf "build/$preset" # made when the tree lay elsewhere
  fi
  cmake --preset "$preset" "${options[@]}"
  cmake --build "build/$preset" --parallel "$(build_jobs)" "${targets[@]}"
}

core_inputs=(CMakeLists.txt CMakePresets.json shared)
wasm_inputs=("${core_inputs[@]}" wasm)
wasm_products=(build/wasm/smtpscope-{core,simulation,tls}.{mjs,wasm} build/wasm/smtpscope-{rules.json,roots.pem})
program_inputs=("${core_inputs[@]}" relay)
npm_inputs=(web/package.json web/package-lock.json web/.npmrc)
page_inputs=(web wasm "${wasm_products[@]}")

# The page's and the tests' JavaScript packages, exactly as locked.
install_npm() { cd web && npm ci --no-audit --no-fund; }
make_npm() {
  [[ -d web/node_modules ]] && fresh npm "${npm_inputs[@]}" && return
  step npm "install the page's packages" install_npm
  mark_fresh npm "${npm_inputs[@]}"
}

# build/wasm: the core, and TLS, for the page.
make_wasm() {
  ls "${wasm_products[@]}" >/dev/null 2>&1 && fresh wasm "${wasm_inputs[@]}" && return
  step wasm "build core and TLS as WebAssembly" cmake_build wasm
  mark_fresh wasm "${wasm_inputs[@]}"
}

# build/web: the page. Needs build/wasm.
build_page() { cd web && npm run build; }
make_page() {
  [[ -f build/web/index.html ]] && fresh page "${page_inputs[@]}" && return
  prepare_node
  make_npm
  step page "build the page" build_page
  mark_fresh page "${page_inputs[@]}"
}

# build/native/smtpscope. A build directory that holds the tests too keeps them.
build_program() {
  local options=()
  [[ -f build/native/CMakeCache.txt ]] || options=(-DSMTPSCOPE_TESTS=OFF)
  cmake_build native "${options[@]}" -- smtpscope
}
make_program() {
  [[ -x build/native/smtpscope ]] && fresh program "${program_inputs[@]}" && return
  step program "build the native program" build_program
  mark_fresh program "${program_inputs[@]}"
}
