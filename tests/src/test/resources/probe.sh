# $1 data folder, $2 portal's port, $3 portal's process. Every line written to reached.txt is a breach.
: > reached.txt
tell() { echo "$1" >> reached.txt; }
data=$1
ls "$data" 2>/dev/null && tell "listed the data folder"
cat "$data"/db/* 2>/dev/null | grep -q . && tell "read the database"
cat "$data"/keys/* 2>/dev/null | grep -q . && tell "read keys or tokens"
ls "$data"/users 2>/dev/null && tell "listed the users' files"
for home in /root /home/*; do ls -A "$home" 2>/dev/null | grep -q . && tell "listed $home"; done
kill -0 "$3" 2>/dev/null && tell "can signal the portal"
cat "/proc/$3/environ" 2>/dev/null | grep -q . && tell "read the portal's environment"
others=$(ls /proc | grep -E '^[0-9]+$' | wc -l)
[ "$others" -gt 12 ] && tell "sees $others processes"
touch /usr/breach 2>/dev/null && tell "wrote to /usr"
touch /etc/written-by-a-probe 2>/dev/null
if command -v python3 >/dev/null; then
  python3 - "$2" <<'PY' >> reached.txt
import socket, sys
for family, address in ((socket.AF_INET, ("127.0.0.1", int(sys.argv[1]))),):
    try:
        socket.create_connection(address, timeout=2)
        print("connected to the portal")
    except OSError:
        pass
PY
fi
if command -v bash >/dev/null; then
  bash -c "exec 3<>/dev/tcp/127.0.0.1/$2" 2>/dev/null && tell "connected to the portal (bash)"
fi
unshare -Ur true 2>/dev/null && tell "made a user namespace"
mount -t tmpfs none /mnt 2>/dev/null && tell "mounted"
exit 0
