#!/bin/bash
# Enters the root that holds HTCondor, in fresh namespaces, and runs a command there.
#
#   enter.sh NODE ROOT NAME DATA LISTEN COMMAND…
#
# NODE    this node's folder: etc/ spool/ execute/ log/ lock/ passwords/ tokens/ at/
# ROOT    a root folder with HTCondor; shown read-only. /: HTCondor of this machine's own packages, of which
#         only the programs and what they look for are shown
# NAME    host name inside
# DATA    its jobs/ is shown as /mnt/jobs, its bundles/ as /mnt/bundles, read-only; empty: nothing
# LISTEN  yes: the line `again` on standard input has the command read its configuration anew, any other line
#         ends it in its own time, the input's end at once
#
# pivot_root and not chroot: the kernel refuses user namespaces, which jobs are contained by, in a chroot.
# This shell stays pid 1 inside: condor_master changes its uid, which makes the kernel forget the signal
# that ends it with its parent; when this shell dies, the kernel ends all that is inside.
set -euo pipefail
node=$1 root=$2 name=$3 data=$4 listen=$5
shift 5

mount --make-rprivate /
at=$node/at
if [ "$root" = / ]; then
  mount -t tmpfs -o mode=755,nosuid,nodev tmpfs "$at"
  for path in usr bin sbin lib lib32 lib64; do
    if [ -L "/$path" ]; then
      cp -P "/$path" "$at/$path"
    elif [ -d "/$path" ]; then
      mkdir "$at/$path"
      mount --bind "/$path" "$at/$path"
      mount -o remount,bind,ro,nosuid,nodev "$at/$path"
    fi
  done
  mkdir "$at"/{proc,sys,run,tmp,mnt,dev,etc,var}
  for path in ld.so.cache os-release debian_version; do
    if [ -e "/etc/$path" ]; then cp -P "/etc/$path" "$at/etc/$path"; fi
  done
  if [ -d /etc/alternatives ]; then cp -a /etc/alternatives "$at/etc/"; fi
  : >"$at/etc/passwd"
  cp "$at/etc/passwd" "$at/etc/group"
  cp "$at/etc/passwd" "$at/etc/hosts"
  mount -o remount,ro,nosuid,nodev "$at"
else
  mount --bind "$root" "$at"
  mount -o remount,bind,ro,nosuid,nodev "$at"
fi
mount -t proc -o nosuid,nodev,noexec proc "$at/proc"
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs "$at/sys"
for folder in run tmp mnt dev; do mount -t tmpfs -o mode=755,nosuid tmpfs "$at/$folder"; done
chmod 1777 "$at/tmp"
mkdir "$at/dev/shm" "$at/dev/pts" "$at/mnt/host" "$at/mnt/host/etc" "$at/mnt/machine" "$at/mnt/machine/etc" "$at/mnt/old" "$at/mnt/node" "$at/mnt/jobs" "$at/mnt/bundles"
mount -t tmpfs -o mode=1777,nosuid,nodev tmpfs "$at/dev/shm"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$at/dev/pts"
ln -s pts/ptmx "$at/dev/ptmx"
ln -s /proc/self/fd "$at/dev/fd"
for device in null zero full random urandom tty; do
  : >"$at/dev/$device"
  mount --bind "/dev/$device" "$at/dev/$device"
done
for file in passwd group hosts; do mount --bind "$node/etc/$file" "$at/etc/$file"; done
mount --bind "$node" "$at/mnt/node"

# show PATH: a folder of this machine, read-only, below /mnt/host; its place, a link or a file below
# /mnt/machine, the root that jobs see, which may hold no mount itself.
show() {
  if [ -L "$1" ]; then
    cp -P "$1" "$at/mnt/machine$1"
  elif [ -d "$1" ]; then
    mkdir -p "$at/mnt/host$1" "$at/mnt/machine$1"
    mount --bind "$1" "$at/mnt/host$1"
    mount -o remount,bind,ro,nosuid,nodev "$at/mnt/host$1"
  elif [ -f "$1" ]; then
    cp "$1" "$at/mnt/machine$1"
  fi
}
# What jobs see of this machine: its programs, and the settings that programs look for.
for path in /usr /bin /sbin /lib /lib32 /lib64; do show "$path"; done
for path in ld.so.cache alternatives fonts R perl magic mime.types X11 gnuplot terminfo; do show "/etc/$path"; done
for path in /etc/java-* /etc/python3*; do show "$path"; done
cp "$node"/etc/job/* "$at/mnt/machine/etc/"
mkdir "$at/run/condor"
chown --reference="$node/spool" "$at/run/condor" # else condor_master starts condor_procd without end
if [ -n "$data" ]; then
  mount --bind "$data/jobs" "$at/mnt/jobs"
  mount --bind "$data/bundles" "$at/mnt/bundles"
  mount -o remount,bind,ro,nosuid,nodev "$at/mnt/bundles"
fi

hostname "$name"
cd "$at"
pivot_root . mnt/old
umount -l /mnt/old
inside=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 CONDOR_CONFIG=/mnt/node/etc/condor_config)
[ "$listen" = yes ] || exec "${inside[@]}" "$@"
if [ -d /mnt/node/bundles ]; then # jobs run here
  "${inside[@]}" setpriv --reuid=gridjob1 --regid=gridjob1 --clear-groups /mnt/node/etc/job-wrapper --self-test </dev/null
fi

exec 3<&0 </dev/null
"${inside[@]}" "$@" 3<&- &
master=$!
{
  while read -r word; do
    case $word in
      again) kill -HUP "$master" ;;
      *) kill -QUIT "$master" ;;
    esac
  done <&3
  kill -KILL -1
} &
exec 3<&-
status=0
wait "$master" || status=$?
exit "$status"
