#!/usr/bin/env bash
# Installs what the build needs on a fresh Debian or Ubuntu machine; does nothing, quickly, when all is there.
#   .ci/setup.sh run    what `make run` needs
#   .ci/setup.sh test   that, and what `make test` needs (a browser, a second database engine)
#   .ci/setup.sh bench  that, and what `make bench` needs (a load generator)
# Each step first takes what is already there, prints one line, and says what to do when it fails.
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/env.sh

WASM_BINDGEN=0.2.130   # the same as in Cargo.toml: the CLI and the crate must match
CARGO_LEPTOS=0.3.11
MIN_RUST=96            # cargo-leptos needs rustc 1.96

want=${1:-run}
mkdir -p "$ETERNITY_CACHE/tools/bin"
say()  { printf '  %-9s %s\n' "$1" "$2"; }
fail() { printf '\nset-up stopped: %s\n  what to do: %s\n' "$1" "$2" >&2; exit 1; }
log="$ETERNITY_CACHE/setup.log"
quiet() { "$@" >>"$log" 2>&1; }

root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else fail "installing packages needs root" "run as root, or install sudo"; fi
}

packages() { # packages NAME... : installs the Debian packages that are missing
  local missing=() p
  for p in "$@"; do
    [ "$(dpkg-query -W -f='${Status}' "$p" 2>/dev/null)" = 'install ok installed' ] || missing+=("$p")
  done
  [ ${#missing[@]} = 0 ] && return
  command -v apt-get >/dev/null || fail "missing: ${missing[*]}" "install them with your system's package manager"
  say packages "installing ${missing[*]}"
  export DEBIAN_FRONTEND=noninteractive
  if [ -z "${apt_updated:-}" ]; then
    root apt-get update -qq >>"$log" 2>&1 || true
    apt_updated=1
  fi
  root apt-get install -y -qq --no-install-recommends "${missing[@]}" >>"$log" 2>&1 ||
    fail "apt-get could not install ${missing[*]}" "read $log; is the network there?"
}

has_program() { command -v "$1" >/dev/null 2>&1; }

# --- the system -------------------------------------------------------------------------------------
system() {
  packages gcc g++ make pkg-config ca-certificates ffmpeg
  has_program mariadbd || has_program mysqld || [ -x /usr/sbin/mariadbd ] || [ -x /usr/sbin/mysqld ] ||
    packages default-mysql-server-core default-mysql-client-core
  if ! has_program node || ! has_program npm; then packages nodejs npm; fi
  say system "ready (ffmpeg, database server, node $(node --version))"
}

# --- Rust with the wasm32 target ----------------------------------------------------------------------
wasm_builds() { # a real build is the only honest check: the target may be listed and yet unusable
  local dir="$ETERNITY_CACHE/wasm-probe"
  mkdir -p "$dir"
  printf '#![no_main]\n#[no_mangle] pub extern "C" fn probe(n: u32) -> String { format!("{n}") }\n' > "$dir/probe.rs"
  rustc --target wasm32-unknown-unknown --crate-type cdylib -A warnings -o "$dir/probe.wasm" "$dir/probe.rs" >>"$log" 2>&1
}
rust_is_new() {
  local minor
  minor=$(rustc --version 2>/dev/null | sed -n 's/^rustc 1\.\([0-9]*\).*/\1/p')
  [ -n "$minor" ] && [ "$minor" -ge "$MIN_RUST" ]
}
stamp_of_rust() { rustc -vV 2>/dev/null | tr '\n' ' '; }

rust() {
  local stamp="$ETERNITY_CACHE/rust-ready"
  if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$(stamp_of_rust)" ] && [ -n "$(stamp_of_rust)" ]; then
    say rust "$(rustc --version)"; lld; return
  fi
  if has_program rustup && ! rust_is_new; then quiet rustup toolchain install stable --profile minimal -c rustfmt -c clippy || true; fi
  if has_program rustup && rust_is_new; then quiet timeout 120 rustup target add wasm32-unknown-unknown || true; fi
  if ! rust_is_new || ! wasm_builds; then distribution_rust; fi
  rust_is_new || fail "rustc 1.$MIN_RUST or newer is needed, found: $(rustc --version 2>&1)" "install Rust from https://rustup.rs"
  wasm_builds || fail "rustc cannot build for wasm32-unknown-unknown" "run: rustup target add wasm32-unknown-unknown (log: $log)"
  stamp_of_rust > "$stamp"
  say rust "$(rustc --version)"
  lld
}

# Where rustup cannot download the target (a closed network), Debian's own compiler brings the library's source.
distribution_rust() {
  say rust "no wasm32 target to be had from rustup: taking the distribution's compiler"
  packages rustc-web cargo-web rust-web-src rustfmt-web rust-web-clippy lld-22
  if has_program rustup; then
    quiet rustup toolchain link eternity /usr
    echo eternity > "$ETERNITY_CACHE/rust-toolchain"
  fi
  . .ci/env.sh
  local sysroot host
  sysroot=$(rustc --print sysroot); host=$(rustc -vV | sed -n 's/^host: //p')
  root mkdir -p "$sysroot/lib/rustlib/$host/bin" "$sysroot/lib/rustlib/wasm32-unknown-unknown/lib"
  root ln -sf /usr/lib/llvm-22/bin/lld "$sysroot/lib/rustlib/$host/bin/rust-lld"
  wasm_builds && return
  say rust "building the standard library for wasm32 (half a minute)"
  local dir="$ETERNITY_CACHE/wasm-std"
  rm -rf "$dir"; mkdir -p "$dir/src"
  printf '[package]\nname = "probe"\nversion = "0.0.0"\nedition = "2021"\n[lib]\ncrate-type = ["cdylib"]\n[workspace]\n' > "$dir/Cargo.toml"
  echo > "$dir/src/lib.rs"
  (cd "$dir" && CARGO_TARGET_DIR="$dir/target" RUSTC_BOOTSTRAP=1 cargo build --release --target wasm32-unknown-unknown -Zbuild-std=std,panic_abort >>"$log" 2>&1) ||
    fail "the wasm32 standard library did not build" "read $log"
  find "$dir/target/wasm32-unknown-unknown/release/deps" -name 'lib*.rlib' ! -name 'libprobe*' -print0 |
    root xargs -0 cp -t "$sysroot/lib/rustlib/wasm32-unknown-unknown/lib/"
}

lld() { # optional: faster links
  local found
  found=$(ls -d /usr/lib/llvm-*/bin/ld.lld 2>/dev/null | sort -V | tail -1 || true)
  [ -n "$found" ] || return 0
  mkdir -p "$ETERNITY_CACHE/tools/lld"
  ln -sf "$found" "$ETERNITY_CACHE/tools/lld/ld.lld"
}

# --- the build's own tools ----------------------------------------------------------------------------
cargo_tool() { # cargo_tool CRATE VERSION PROGRAM OPT-LEVEL [FLAGS]
  local crate=$1 version=$2 program=$3 opt=$4; shift 4
  if [ "$("$program" --version 2>/dev/null | awk '{print $2}')" = "$version" ]; then say "$program" "$version"; return; fi
  say "$program" "installing $version (some minutes, once)"
  # Their own release profiles (fat LTO, one unit) take 20 minutes on two cores and buy nothing here.
  env -u CARGO_TARGET_DIR CARGO_TARGET_DIR="$ETERNITY_CACHE/tools-target" CARGO_PROFILE_RELEASE_LTO=off CARGO_PROFILE_RELEASE_CODEGEN_UNITS=16 \
    CARGO_PROFILE_RELEASE_OPT_LEVEL="$opt" CARGO_PROFILE_RELEASE_STRIP=debuginfo \
    cargo install "$crate" --version "$version" --root "$ETERNITY_CACHE/tools" "$@" >>"$log" 2>&1 ||
    fail "cargo install $crate $version failed" "read the end of $log"
}
cargo_tools() {
  cargo_tool wasm-bindgen-cli "$WASM_BINDGEN" wasm-bindgen 1
  cargo_tool cargo-leptos "$CARGO_LEPTOS" cargo-leptos 0 --locked
  rm -rf "$ETERNITY_CACHE/tools-target"
}

# Not `npm ci`: it refuses a lock file written on a host whose npm leaves out other platforms' optional packages.
node_modules() { # node_modules FOLDER LABEL
  local lock="$1/package-lock.json" stamp="$1/node_modules/.stamp"
  if [ ! -f "$stamp" ] || ! cmp -s "$lock" "$stamp"; then
    say "$2" "installing npm packages"
    (cd "$1" && quiet env PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD=1 npm install --no-save --no-audit --no-fund) || fail "npm install failed in $1" "read the end of $log"
    cp "$lock" "$stamp"
  fi
  say "$2" "ready"
}

# --- for the tests ------------------------------------------------------------------------------------
mysql_major() { [ -x "$ETERNITY_TEST_MYSQL/mysqld" ] && "$ETERNITY_TEST_MYSQL/mysqld" --version | sed -n 's/.*Ver \([0-9.]*\).*/\1/p'; }
test_mysql() { # the real MySQL: from the system, or unpacked from Debian's sid with a loader of its own
  if [ -n "$(mysql_major || true)" ]; then say mysql "$(mysql_major)"; return; fi
  mkdir -p "$ETERNITY_TEST_MYSQL"
  local system
  for system in "$(command -v mysqld || true)" /usr/sbin/mysqld; do
    if [ -x "$system" ] && ! "$system" --version | grep -qi mariadb; then
      ln -sf "$system" "$ETERNITY_TEST_MYSQL/mysqld"; say mysql "$(mysql_major) (the system's)"; return
    fi
  done
  say mysql "fetching MySQL from Debian's unstable suite, into the cache"
  local apt="$ETERNITY_CACHE/mysql-apt" tree="$ETERNITY_TEST_MYSQL/root" archive
  archive=$(apt-get indextargets --format '$(REPO_URI)|$(RELEASE)|$(ORIGIN)' 2>/dev/null | awk -F'|' '$3=="Debian" && $2 !~ /security/ {print $1; exit}')
  [ -n "$archive" ] || fail "no Debian archive is configured here" "put a mysqld of 8.0 or newer at $ETERNITY_TEST_MYSQL/mysqld"
  mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial" "$apt/parts"; : > "$apt/status"
  echo "deb $archive sid main" > "$apt/parts/sid.list"
  local options=(-o Dir::Etc::sourcelist=/dev/null -o "Dir::Etc::sourceparts=$apt/parts" -o "Dir::State::Lists=$apt/lists" -o "Dir::Cache=$apt/cache"
    -o "Dir::State::status=$apt/status" -o APT::Install-Recommends=false -o APT::Sandbox::User=root -o APT::Architecture=amd64 -o APT::Architectures::=amd64)
  quiet apt-get "${options[@]}" update || fail "the list of Debian's unstable suite could not be read" "read the end of $log"
  quiet apt-get "${options[@]}" -y --download-only install mysql-server-core || fail "mysql-server-core could not be fetched" "read the end of $log"
  rm -rf "$tree"; mkdir -p "$tree"
  local deb
  for deb in "$apt"/cache/archives/*.deb; do dpkg -x "$deb" "$tree"; done
  rm -rf "$apt"
  # Its glibc is newer than the host's: it runs with the loader it came with.
  cat > "$ETERNITY_TEST_MYSQL/mysqld" <<'SH'
#!/bin/sh
here=$(dirname "$(readlink -f "$0")")/root
lib=$here/usr/lib/x86_64-linux-gnu
exec "$lib/ld-linux-x86-64.so.2" --library-path "$lib:$lib/private" "$here/usr/sbin/mysqld" "$@"
SH
  # The options must come after --no-defaults, which has to be first; the caller finds them in this file.
  printf '%s\n' "--basedir=$tree/usr" "--lc-messages-dir=$tree/usr/share/mysql" "--plugin-dir=$tree/usr/lib/mysql/plugin" \
    "--character-sets-dir=$tree/usr/share/mysql/charsets" > "$ETERNITY_TEST_MYSQL/options"
  chmod +x "$ETERNITY_TEST_MYSQL/mysqld"
  [ -n "$(mysql_major)" ] || fail "the unpacked mysqld does not start" "run $ETERNITY_TEST_MYSQL/mysqld --version"
  say mysql "$(mysql_major)"
}

tus_client() { # the tus protocol's own client in Python, against which resuming is tested
  local python="$ETERNITY_CACHE/tus-python"
  if [ ! -x "$python/bin/tus-ready" ]; then
    packages python3-venv
    quiet python3 -m venv "$python" && quiet "$python/bin/pip" install tuspy==1.1.0 || fail "tuspy could not be installed" "read the end of $log"
    ln -sf python "$python/bin/tus-ready"
  fi
  say tuspy "ready"
}

s3_server() { # a server of S3's protocol, against which storage in a bucket is tested
  local python="$ETERNITY_CACHE/s3-python"
  if [ ! -x "$python/bin/s3-ready" ]; then
    packages python3-venv
    quiet python3 -m venv "$python" && quiet "$python/bin/pip" install 'moto[s3,server]==5.2.5' || fail "moto could not be installed" "read the end of $log"
    ln -sf python "$python/bin/s3-ready"
  fi
  say moto "ready"
}

browser() { # Chromium; its headless shell starts and draws in a fraction of the whole program's time
  local shell=chromium-headless-shell
  if [ -n "${CHROMIUM:-}" ] || has_program "$shell"; then :
  elif apt-cache show "$shell" >/dev/null 2>&1; then packages "$shell"
  elif has_program chromium; then :
  else packages chromium; fi
  say browser "ready"
}

: > "$log"
echo "set-up ($want):"
system
rust
cargo_tools
node_modules style styles
if [ "$want" = bench ]; then
  packages wrk brotli curl nginx-light
fi
if [ "$want" = test ]; then
  packages default-mysql-server-core default-mysql-client-core python3-aiosmtpd unzip
  test_mysql
  tus_client
  s3_server
  browser
  node_modules end2end end2end
fi
