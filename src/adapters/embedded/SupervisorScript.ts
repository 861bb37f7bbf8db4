/** Superuser of the cluster. Everybody is let in who can get into the socket's directory, which is closed to others. */
export const username = "postgres"

/** Exit code of the supervisor when another one is at work. */
export const busy = 75

/**
 * One supervisor per directory (a kernel lock) runs the server as long as anybody holds the FIFO open: the
 * kernel counts, also when users are killed. It greets each user back, and that answer is a promise: it
 * has seen a writer, so it will not stop before that writer is gone. A server that an earlier supervisor left
 * behind is taken over. No child may keep the lock (9) or the FIFO (4) open.
 */
export const text = `
lock=$1 bin=$2 socket=$3 list=$4; shift 4
cd -P . && here=$PWD
nap() { sleep "$1" 2>/dev/null || sleep 1; }

# Whether the server of this very directory runs; its process id is left in $pid.
alive() {
  read -r pid 2>/dev/null <data/postmaster.pid || return 1
  case $pid in '' | *[!0-9]*) return 1 ;; esac
  if [ -d /proc/self ]; then [ "/proc/$pid/cwd" -ef data ]
  else case $(ps -ww -o command= -p "$pid") in *"$here/data"*) ;; *) return 1 ;; esac; fi
}
report() { if [ -p users ]; then echo down 1<>users; fi; }
# Servers have sockets of different names: one that ends late removes its own, not its successor's. One that
# is started again for its users keeps its name.
start() {
  if alive; then (while alive; do nap 0.2; done; report) 4<&- 9>&- & else
    { read -r _; read -r _; read -r _; read -r port; } 2>/dev/null <data/postmaster.pid
    case \${port-} in '' | *[!0-9]*) port=$((1024 + $$ % 60000)) ;; esac
    [ -d "$socket" ] || mkdir -m 700 "$socket"
    if [ -L "$socket" ] || ! [ -O "$socket" ]; then echo "$socket belongs to somebody else"; exit 1; fi
    left=$socket/.s.PGSQL.$port
    if [ -e data/postmaster.pid ] || [ -e "$left.lock" ]; then rm -f data/postmaster.pid "$left" "$left.lock"; fi
    ("$bin/postgres" -D "$here/data" -p "$port" -c "unix_socket_directories=$list" "$@"; report) 4<&- 9>&- &
  fi
  watcher=$!
}
# Once is not enough: a server that is only just starting ignores INT.
stop() {
  exec 2>/dev/null
  trap '' INT TERM
  while kill -0 $watcher; do
    kill -INT 0
    if alive; then kill -INT "$pid"; fi
    nap 0.02
  done
  rm -f answers/*
  case $socket in "$here"/*) ;; *) rmdir "$socket" ;; esac
  exit 0
}

if [ "$lock" = flock ]; then
  exec 9>lock
  flock -n 9
  case $? in 0) ;; 1) exit ${busy} ;; *) echo "the program flock is missing (package util-linux)"; exit 1 ;; esac
fi
exec 3<>users 4<users 3>&-
if [ ! -f data/PG_VERSION ]; then
  rm -rf new.*
  rmdir data 2>/dev/null
  if [ -e data ]; then echo "$here/data is there and is not PostgreSQL's"; exit 1; fi
  "$bin/initdb" -D "$here/new.$$" -U ${username} -A trust --no-sync --locale=C --encoding=UTF8 4<&- 9>&- >/dev/null || exit 1
  mv "new.$$" data || exit 1
  fresh=yes
fi
trap stop TERM
start "$@"
# What initdb wrote gets to the disk while the first user works.
if [ "\${fresh-}" ]; then "$bin/initdb" --sync-only -D "$here/data" 4<&- 9>&- >/dev/null 2>&1 & fi
failures=0
while read -r line <&4; do
  case $line in
    down)
      if ! alive; then
        failures=$((failures + 1))
        [ $failures -le 5 ] || exit 1
        nap 0.2
        start "$@"
      fi ;;
    *[!0-9a-f]* | '') ;;
    *) : >"answers/$line" ;;
  esac
done
stop
`
