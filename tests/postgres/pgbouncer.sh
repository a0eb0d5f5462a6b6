#!/usr/bin/env bash
# Starts PgBouncer in transaction mode before the PostgreSQL that start.sh started: tests/postgres/pgbouncer.sh DIRECTORY
# Prints its URL. Debian's package is installed where root may and it is missing. To be ended with stop.sh.
set -euo pipefail
umask 077
here=$(cd "$(dirname "$0")" && pwd)
source "$here/common.sh"

need pgbouncer pgbouncer
directory=$1
port=$(free_port)
password=$(cat "$directory/password")
cat >"$directory/pgbouncer.ini" <<INI
[databases]
postgres = host=127.0.0.1 port=$(cat "$directory/port")
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $port
unix_socket_dir =
auth_type = plain
auth_file = $directory/users
pool_mode = transaction
default_pool_size = 4
logfile = $directory/pgbouncer.log
pidfile = $directory/pgbouncer.pid
INI
echo "\"contactway\" \"$password\"" >"$directory/users"
own "$directory/pgbouncer.ini" "$directory/users"
as_user "$(found pgbouncer)" --quiet --daemon "$directory/pgbouncer.ini"
for _ in $(seq 100); do
    (: >"/dev/tcp/127.0.0.1/$port") 2>/dev/null && break
    sleep 0.05
done
echo "postgres://contactway:$password@127.0.0.1:$port/postgres"
