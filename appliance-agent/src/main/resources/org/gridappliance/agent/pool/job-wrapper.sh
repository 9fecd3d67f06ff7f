#!/bin/bash
# Every job of this node runs through this (USER_JOB_WRAPPER): in an envelope that shows this machine's
# programs, the job's own scratch folder as /work, and nothing else; no network, no other process, no
# user namespace of its own. It is the node's, so that no submitter can leave it out.
set -euo pipefail
scratch=${_CONDOR_SCRATCH_DIR:?}
program=$1
shift
case $program in
  "$scratch"/*) program=/work/${program#"$scratch"/} ;;
esac
skeleton=()
for name in bin sbin lib lib32 lib64; do
  if [ -L "/mnt/host/$name" ]; then
    skeleton+=(--symlink "$(readlink "/mnt/host/$name")" "/$name")
  elif [ -d "/mnt/host/$name" ]; then
    skeleton+=(--ro-bind "/mnt/host/$name" "/$name")
  fi
done
exec 9</mnt/node/etc/seccomp.bpf
ulimit -c 0
exec nice -n 19 bwrap --unshare-all --unshare-user --uid 1000 --gid 1000 --die-with-parent --new-session --hostname subjob \
  --ro-bind /mnt/host/usr /usr --ro-bind /mnt/host/etc /etc "${skeleton[@]}" \
  --proc /proc --dev /dev --tmpfs /tmp --bind "$scratch" /work --chdir /work \
  --seccomp 9 --cap-drop ALL --clearenv \
  --setenv PATH /usr/local/bin:/usr/bin:/bin --setenv HOME /work --setenv TMPDIR /tmp --setenv LANG C.UTF-8 \
  -- "$program" "$@"
