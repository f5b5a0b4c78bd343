# Sourced by the Makefile's recipes and the scripts beside it: where tools and build output live.
# Everything is kept in the user's cache, so that a fresh clone is warm.
ETERNITY_CACHE="${ETERNITY_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/eternity}"
export ETERNITY_CACHE
export CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-$ETERNITY_CACHE/target}"
export PATH="$ETERNITY_CACHE/tools/bin:$PWD/style/node_modules/.bin:$PATH"
# Builds read the committed query data in .sqlx; a stray DATABASE_URL must not change them.
export SQLX_OFFLINE="${SQLX_OFFLINE:-true}"
# The toolchain that set-up chose, when it had to link the distribution's (see setup.sh).
if [ -f "$ETERNITY_CACHE/rust-toolchain" ]; then
  RUSTUP_TOOLCHAIN="$(cat "$ETERNITY_CACHE/rust-toolchain")"
  export RUSTUP_TOOLCHAIN
fi
# lld links a debug server in a second where GNU ld takes ten; it is optional.
if [ -d "$ETERNITY_CACHE/tools/lld" ]; then
  export CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS="-C link-arg=-fuse-ld=lld -C link-arg=-B$ETERNITY_CACHE/tools/lld"
fi
# cargo for the server, with the flags that cargo-leptos gives it, so that tests and site share what is compiled.
server_cargo() {
  local flags="${CARGO_TARGET_X86_64_UNKNOWN_LINUX_GNU_RUSTFLAGS:-}"
  RUSTFLAGS="${flags:+$flags }--cfg erase_components" cargo "$@"
}
# Real MySQL for the tests, unpacked by setup.sh.
export ETERNITY_TEST_MYSQL="${ETERNITY_TEST_MYSQL:-$ETERNITY_CACHE/mysql}"
