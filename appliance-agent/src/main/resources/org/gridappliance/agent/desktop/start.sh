# Runs inside the envelope as the desktop's owner. Descriptor 3 listens for viewers, 7 is told once
# that all mounts stand. Usage: start.sh KIND TITLE WIDTH HEIGHT [PROGRAM ARGUMENT...]
kind=$1 title=$2 width=$3 height=$4
shift 4
umask 077
cd "$HOME" || exit 1
mkdir -p /tmp/run
echo >&7
exec 7>&-

if [ "$kind" = terminal ]; then
  export TERM=xterm-256color COLORTERM=truecolor
  exec /run/desktop/term-keeper "$width" "$height" /bin/bash -l
fi

# Viewers all come from the one socket: none may lock the others out by breaking off early.
# The X server tells by SIGUSR1 that it is ready, when it was started with that signal ignored.
trap : USR1
lean="/run/desktop/x/Xvnc --library-path /run/desktop/x --argv0 Xvnc /usr/bin/Xtigervnc"
LD_BIND_NOW=1 $lean -version >/dev/null 2>&1 || lean=Xvnc # another version may want more of the libraries left out
(
  trap '' USR1
  # what it frees goes back to the machine; TLS is not its business
  export MALLOC_TOP_PAD_=4096 MALLOC_TRIM_THRESHOLD_=65536 MALLOC_MMAP_THRESHOLD_=65536 GNUTLS_NO_IMPLICIT_INIT=1
  exec $lean :1 -inetd -geometry "${width}x$height" -depth 24 -dpi 96 -SecurityTypes None \
    -BlacklistThreshold 1000000000 -AlwaysShared -AcceptSetDesktopSize -desktop "$title" -nolisten tcp \
    -auth "$XAUTHORITY" -extension GLX -s 0 <&3 3<&-
) &
server=$!
exec 3<&- </dev/null >/tmp/desktop.log 2>&1
wait $server
trap - USR1
kill -0 $server 2>/dev/null || exit 1

export DISPLAY=:1
preferences=$HOME/.icewm/preferences
[ -f "$preferences" ] || preferences=/run/desktop/preferences
lean="/run/desktop/wm/icewm --library-path /run/desktop/wm --argv0 icewm /usr/bin/icewm"
LD_BIND_NOW=1 $lean --version || lean=icewm # as above
$lean -c "$preferences" &
if [ "$kind" = application ]; then
  "$@"
  status=$?
  kill $server
  exit $status
fi
xterm -fa Monospace -fs 11 -geometry 90x26+24+24 -title Terminal -xrm 'XTerm*openIm: false' &
wait $server
