# Runs inside the envelope of a subjob whose program shows windows: an X server on descriptor 6, where
# viewers connect, a window manager, the program. When the program ends, all end, with its status.
# SIGTERM ends the program first, so that it may save. Usage: screen.sh TITLE PROGRAM [ARGUMENT...]
title=$1
shift
umask 077

# Viewers all come from the one socket: none may lock the others out by breaking off early.
# The X server tells by SIGUSR1 that it is ready, when it was started with that signal ignored.
program=
stopped=
trap 'stopped=1; [ -z "$program" ] || kill "$program"' TERM
trap : USR1
(
  trap '' USR1
  exec Xvnc :1 -inetd -geometry 1280x800 -depth 24 -dpi 96 -SecurityTypes None \
    -BlacklistThreshold 1000000000 -AlwaysShared -AcceptSetDesktopSize -desktop "$title" -nolisten tcp \
    -auth "$XAUTHORITY" -extension GLX -s 0 <&6 6<&- >/tmp/xserver.log 2>&1
) &
server=$!
exec 6<&- </dev/null
wait $server
trap - USR1
if ! kill -0 $server 2>/dev/null; then
  cat /tmp/xserver.log >&2
  exit 1
fi

export DISPLAY=:1
# what would be drawn, and sent to who looks, every second
{
  printf 'TaskBarShow%sStatus=0\n' CPU MEM Net Mailbox APM
  echo 'TimeFormat="%H:%M"'
} >/tmp/icewm
icewm -c /tmp/icewm >/tmp/icewm.log 2>&1 &
[ -z "$stopped" ] || exit 0
"$@" &
program=$!
status=
while [ -z "$status" ]; do
  wait $program
  status=$?
  ! kill -0 $program 2>/dev/null || status= # a signal ended the waiting, not the program
done
exit $status
