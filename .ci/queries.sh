#!/usr/bin/env bash
# Compiles every query! against a database with the migrated schema.
#   .ci/queries.sh check   fails when .sqlx is not what the queries give now
#   .ci/queries.sh write   writes .sqlx
set -euo pipefail
cd "$(dirname "$0")/.."
. .ci/env.sh
mysql="$ETERNITY_TEST_MYSQL"
[ -x "$mysql/mysqld" ] || { echo "no MySQL at $mysql: run .ci/setup.sh test" >&2; exit 1; }
work=$(mktemp -d); server=
trap '[ -n "$server" ] && kill "$server" 2>/dev/null && wait "$server" 2>/dev/null; rm -rf "$work"' EXIT
options=(); [ -f "$mysql/options" ] && mapfile -t options < "$mysql/options"
[ "$(id -u)" = 0 ] && options+=(--user=root)
"$mysql/mysqld" --no-defaults "${options[@]}" --initialize-insecure --datadir="$work/data" >"$work/log" 2>&1
"$mysql/mysqld" --no-defaults "${options[@]}" --datadir="$work/data" --socket="$work/s" --skip-networking --mysqlx=OFF --secure-file-priv=NULL \
  --pid-file="$work/pid" --skip-log-bin --innodb-flush-log-at-trx-commit=0 >>"$work/log" 2>&1 &
server=$!
client=(mariadb --no-defaults --socket="$work/s" -uroot)
command -v mariadb >/dev/null || client=(mysql --no-defaults --socket="$work/s" -uroot)
for _ in $(seq 300); do "${client[@]}" -e 'SELECT 1' >/dev/null 2>&1 && break; sleep 0.1; done
"${client[@]}" -e 'CREATE DATABASE queries CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci'
cat migrations/*.sql | "${client[@]}" queries
mkdir "$work/sqlx"
# The macros write what they learn while they compile; an unchanged crate would not be compiled again.
touch src/lib.rs src/tests/main.rs
compile=(server_cargo clippy -q --features ssr --all-targets -- -D warnings)
[ "${1:-check}" = write ] && compile=(server_cargo check -q --features ssr --all-targets)
SQLX_OFFLINE=false SQLX_OFFLINE_DIR="$work/sqlx" DATABASE_URL="mysql://root@localhost/queries?socket=$work/s" "${compile[@]}"
if [ "${1:-check}" = write ]; then
  rm -rf .sqlx && cp -r "$work/sqlx" .sqlx
  echo "queries: $(ls .sqlx | wc -l) written to .sqlx"
elif ! diff -rq "$work/sqlx" .sqlx >"$work/diff"; then
  head -5 "$work/diff" >&2
  echo "queries: .sqlx is not what the queries give; run 'make queries' and commit .sqlx" >&2
  exit 1
else
  echo "queries: all $(ls .sqlx | wc -l) checked"
fi
