#!/bin/bash
# A Debian 13 whose own packages hold HTCondor, and no other root folder: its scripts choose /, and HTCondor
# runs from there in a root of its own. For OwnCondorTest, which runs this in fresh namespaces.
#
#   own-condor.sh ROOT SOURCE WORK
#
# ROOT    a Debian 13 with the package condor; not changed
# SOURCE  the source folder
# WORK    an empty folder
set -euo pipefail
root=$1 source=$2 work=$3
mount --make-rprivate /
ip link set lo up
mount -t tmpfs tmpfs "$work"
mkdir "$work"/{upper,work,at}
mount -t overlay overlay -o "lowerdir=$root,upperdir=$work/upper,workdir=$work/work" "$work/at"
cd "$work/at"
mount -t proc proc proc
mount -t sysfs sysfs sys
mount -t tmpfs tmpfs run
mount --rbind /dev dev
mkdir -p mnt/source mnt/old root
echo secret >root/secret
mount --bind "$source" mnt/source
pivot_root . mnt/old
umount -l /mnt/old
cd /
export PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root SOURCE=/mnt/source

chosen() { bash -c '. "$SOURCE/scripts/common.sh"; . "$SOURCE/scripts/condor.sh"; condor_root && echo "root $REPLY" || echo "no root"'; }
chosen
mv /usr/sbin/condor_startd /usr/sbin/away # half a package is none
chosen
mv /usr/sbin/away /usr/sbin/condor_startd
cp /usr/bin/condor_version /tmp/kept
printf '#!/bin/sh\necho "\\$CondorVersion: 23.8.1 2024-06-27 \\$"\n' >/usr/bin/condor_version # an older one
chosen
cp /tmp/kept /usr/bin/condor_version

node=/tmp/node
mkdir -p $node/{etc/job,spool,execute,log,lock,passwords,tokens,events,at}
chmod 700 $node/passwords $node/tokens
chown 100:101 $node/{spool,execute,log,lock,events}
cp /etc/passwd /etc/group $node/etc/
echo "127.0.0.1 localhost" >$node/etc/hosts
cp $node/etc/hosts $node/etc/job/
cat >$node/etc/condor_config <<'CONFIG'
CONDOR_HOST = 127.0.0.1
NETWORK_INTERFACE = 127.0.0.1
NO_DNS = true
DEFAULT_DOMAIN_NAME = own.test
TRUST_DOMAIN = own.test
UID_DOMAIN = own.test
RELEASE_DIR = /usr
BIN = /usr/bin
SBIN = /usr/sbin
LIB = /usr/lib/condor
LIBEXEC = /usr/libexec/condor
SHARE = /usr/share/condor
LOCAL_DIR = /mnt/node
LOG = /mnt/node/log
SPOOL = /mnt/node/spool
EXECUTE = /mnt/node/execute
LOCK = /mnt/node/lock
RUN = /run/condor
DAEMON_LIST = MASTER, COLLECTOR, NEGOTIATOR, SCHEDD, STARTD
use security:recommended_v9_0
ALLOW_READ = *
ALLOW_WRITE = *
ALLOW_DAEMON = condor@*
SEC_PASSWORD_DIRECTORY = /mnt/node/passwords
SEC_TOKEN_SYSTEM_DIRECTORY = /mnt/node/tokens
RUNBENCHMARKS = 0
NUM_CPUS = 1
NEGOTIATOR_INTERVAL = 2
NEGOTIATOR_CYCLE_DELAY = 1
UPDATE_INTERVAL = 2
START = True
MAIL =
CONFIG
cat >$node/etc/inside.sh <<'INSIDE'
condor_master -f &
master=$!
until condor_status -af Name 2>/dev/null | grep -q slot1; do sleep 0.2; done
condor_status -af CondorVersion | sed 's/^/pool /'
[ -e /root/secret ] && echo "the machine's files are shown" || echo "only programs are shown"
mkdir -m 777 /tmp/job
cd /tmp/job
printf 'executable = /usr/bin/printf\ntransfer_executable = false\nshould_transfer_files = yes\nwhen_to_transfer_output = on_exit\narguments = done-by-its-own\noutput = out\nlog = log\nrequest_cpus = 1\nrequest_memory = 16M\nrequest_disk = 1M\nqueue\n' >job.sub
chown -R nobody .
setpriv --reuid nobody --regid nogroup --clear-groups env HOME=/tmp condor_submit -terse job.sub
condor_wait -wait 300 log >/dev/null
echo "job $(cat out)"
kill -QUIT $master
wait $master
INSIDE
unshare --mount --uts --ipc --pid --fork --kill-child bash \
  /mnt/source/appliance-agent/src/main/resources/org/gridappliance/agent/pool/enter.sh \
  $node / own '' no bash /mnt/node/etc/inside.sh
