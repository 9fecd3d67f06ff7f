# The programs of the machine that the appliance uses, the Debian packages they come from, and what
# each gives; how they are installed. Sourced.
# shellcheck shell=bash
[ -z "${PARTS_LOADED:-}" ] || return 0
PARTS_LOADED=1

# program|Debian package|what it gives|when: run, desktop, root (wanted, but only root can use it), pool, build, test, bench
readonly PARTS="
bwrap|bubblewrap|programs with windows, terminals and desktops; jobs where the Entropia VM cannot run|run
setpriv|util-linux|the portal without privileges|run
tar|tar|backup and restore|run
gzip|gzip|backup and restore|run
hmmsearch|hmmer|the application 'HMMER search'|run
valgrind|valgrind|the application 'Cache study'|run
smbd|samba|people's files for file managers (Samba)|root
udhcpc|udhcpc|this machine's address on the overlay|root
ip|iproute2|this machine's address on the overlay|root
Xvnc|tigervnc-standalone-server|desktops in the browser|desktop
icewm|icewm|the desktops' windows|desktop
xterm|xterm|terminals on a desktop|desktop
rasmol-gtk|rasmol|the application 'Molecule viewer'|desktop
xmgrace|grace|the application 'Interactive plot'|desktop
charon-systemd|charon-systemd|IPsec of the secure pool|secure
pki|strongswan-pki|tests of EST as another program|test
charon-systemd|charon-systemd|tests of the secure pool|test
nft|nftables|the firewall of the secure pool|secure
tcpdump|tcpdump|tests of the secure pool|test
mmdebstrap|mmdebstrap|the root folder that HTCondor runs in|pool
ip|iproute2|a pool on one machine|pool
mvn|maven|builds the Java parts|build
npm|npm|builds the pages|build
git|git|names the commit of a build|build
gcc|gcc|builds the Entropia VM's launcher|build
make|make|builds the Entropia VM's launcher|build
shellcheck|shellcheck|checks the scripts|test
curl|curl|tests as another program|test
nft|nftables|tests behind address translators|test
ping|iputils-ping|tests of the overlay|test
dig|dnsutils|tests of the overlay's names|test
smbclient|smbclient|tests of Samba|test
mkfs.btrfs|btrfs-progs|tests of quotas that the disk holds|test
mkfs.xfs|xfsprogs|tests of quotas that the disk holds|test
litmus|litmus|the WebDAV conformance suite|test
mount.davfs|davfs2|tests of WebDAV as a mounted folder|test
cadaver|cadaver|tests of WebDAV as another program|test
rclone|rclone|tests of WebDAV as another program|test
gio|libglib2.0-bin|tests of WebDAV as GNOME's file manager|test
dbus-run-session|dbus-daemon|tests of WebDAV as GNOME's file manager|test
sqlite3|sqlite3|tests of real programs in the Entropia VM|test
python3|python3|tests of real programs in the Entropia VM|test
vina|autodock-vina|the application 'AutoDock Vina'|test
blastp|ncbi-blast+|the application 'blastp'|test
lmp|lammps|the application 'LAMMPS'|test
octave-cli|octave|the application 'GNU Octave script'|test
rg|ripgrep|tests of real programs in the Entropia VM|test
g++|g++|tests of static programs in the Entropia VM|test
bash-static|bash-static|tests of static programs in the Entropia VM|test
stress-ng|stress-ng|tests of sealed scratch|test
chromium|chromium|browser tests|test
parallel|parallel|the peer of the job benchmark|bench
apache2|apache2-bin|a peer of the storage benchmark|bench
rclone|rclone|a peer of the storage benchmark|bench
vina|autodock-vina|a program of the benchmark of the Entropia VM|bench
blastp|ncbi-blast+|a program of the benchmark of the Entropia VM|bench
lmp|lammps|a program of the benchmark of the Entropia VM|bench
websockify|websockify|the peer of the benchmark of desktops|bench
iperf3|iperf3|traffic for the benchmark of the overlay|bench
ip|iproute2|the benchmark of the overlay|bench
ping|iputils-ping|the benchmark of the overlay|bench
wg|wireguard-tools|a peer of the overlay|bench
tincd|tinc|a peer of the overlay|bench
gocryptfs|gocryptfs|a peer of sealed scratch in the Entropia VM|bench
"

has() { type -P "$1" >/dev/null || [ -x "/usr/sbin/$1" ]; }

# has_nss_wrapper: the library that shows smbd our accounts.
has_nss_wrapper() { compgen -G '/usr/lib/*/libnss_wrapper.so' >/dev/null; }

# has_countries: the table by which the map guesses where computers are.
has_countries() { [ -e /usr/share/libloc-location/location.db ]; }

# has_libipsec: strongSwan's ESP in user space.
has_libipsec() { [ -e /usr/lib/ipsec/plugins/libstrongswan-kernel-libipsec.so ]; }

# has_gvfs_dav: GNOME's part that speaks WebDAV.
has_gvfs_dav() { [ -x /usr/libexec/gvfsd-dav ] || [ -x /usr/lib/gvfs/gvfsd-dav ]; }

# has_numpy: what makes websockify unmask quickly.
has_numpy() { [ -d /usr/lib/python3/dist-packages/numpy ]; }

# has_libcrypto: OpenSSL's libcrypto to link statically into the Entropia VM's evm-seal.
has_libcrypto() { [ -e /usr/include/openssl/evp.h ] && compgen -G '/usr/lib/*/libcrypto.a' >/dev/null; }

# node_version: the major number of Node.js into REPLY, 0 when there is none.
node_version() {
  REPLY=0
  has node || return 0
  REPLY=$(node --version)
  REPLY=${REPLY#v}
  REPLY=${REPLY%%.*}
}

# missing_packages WHEN…: the packages of absent programs, a line each.
missing_packages() {
  local program package _gives when
  while IFS='|' read -r program package _gives when; do
    [ -n "$program" ] || continue
    [[ " $* " == *" $when "* ]] || continue
    has "$program" || printf '%s\n' "$package"
  done <<<"$PARTS"
  if [[ " $* " == *" root "* ]]; then
    has_nss_wrapper || printf 'libnss-wrapper\n'
  fi
  if [[ " $* " == *" secure "* || " $* " == *" test "* ]]; then
    has_libipsec || printf 'libcharon-extra-plugins\nlibstrongswan-standard-plugins\n'
  fi
  if [[ " $* " == *" test "* ]]; then
    has_gvfs_dav || printf 'gvfs-backends\ngvfs-daemons\n'
    has_countries || printf 'libloc-database\n'
  fi
  if [[ " $* " == *" bench "* ]]; then
    has_numpy || printf 'python3-numpy\n'
  fi
  if [[ " $* " == *" build "* ]]; then
    has node || printf 'nodejs\n'
    [ -e /usr/include/stdio.h ] || printf 'libc6-dev\n'
    has_libcrypto || printf 'libssl-dev\n'
  fi
}

# What Debian's packages ask before they start a service.
readonly POLICY=/usr/sbin/policy-rc.d

# install_packages PACKAGE…: with apt, once more when the first try fails (a list out of date, a
# mirror that stumbles). Lists are fetched once, and only when they are older than this boot's need.
install_packages() {
  local log try package policy='' unit
  log=$(mktemp)
  say "installing by apt: $*"
  if [[ " $* " == *" samba "* ]] && [ ! -e "$POLICY" ]; then
    # The appliance runs smbd itself; the system's own service stays off.
    policy=$POLICY
    (umask 022 && printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod 755 "$policy")
  fi
  for try in 1 2; do
    if ((try == 2)) || ! apt_knows "$@"; then
      apt-get -q update >"$log" 2>&1 </dev/null || true
    fi
    if DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 \
      install --no-install-recommends "$@" >>"$log" 2>&1 </dev/null; then
      rm -f "$log" ${policy:+"$policy"}
      if [[ " $* " == *" samba "* ]] && has systemctl; then
        for unit in smbd nmbd samba-ad-dc; do
          systemctl disable "$unit" >/dev/null 2>&1 || true
        done
      fi
      for package in "$@"; do remember package "$package"; done
      return 0
    fi
  done
  tail -n 20 "$log" >&2
  rm -f "$log" ${policy:+"$policy"}
  fail "apt could not install: $*"
}

# remember KIND NAME: what root added to this machine, for `uninstall` to tell or take away.
remember() {
  local notes=$ROOT_PREFIX/installed
  (umask 022 && mkdir -p "$ROOT_PREFIX" && touch "$notes")
  grep -qxF "$1 $2" "$notes" || printf '%s %s\n' "$1" "$2" >>"$notes"
}

apt_knows() {
  local package
  for package in "$@"; do
    apt-cache show "$package" >/dev/null 2>&1 || return 1
  done
}

# need WHEN…: installs what is missing as root, else names the one command that does.
need() {
  local -a packages
  mapfile -t packages < <(missing_packages "$@" | sort -u)
  if ((${#packages[@]} > 0)); then
    has apt-get || fail "missing: ${packages[*]}; install them with this system's package manager"
    is_root || fail "missing; run: sudo apt-get install --no-install-recommends ${packages[*]}"
    install_packages "${packages[@]}"
  fi
  if [[ " $* " == *" build "* ]]; then
    node_version
    ((REPLY >= WANTED_NODE)) || fail "Node.js $REPLY is too old to build the pages: want $WANTED_NODE or newer, with npm; install it, then run this again"
  fi
}

# offer_countries: the map guesses nothing where apt does not know the table, or cannot bring it.
offer_countries() {
  has_countries || ! has apt-get || ! apt_knows libloc-database ||
    (install_packages libloc-database) || warn "the map shows no guessed places until then"
}

# offer_java: no JDK is new enough: install Debian's where there is one, else say what is wanted.
offer_java() {
  local package=openjdk-$WANTED_JAVA-jdk-headless
  if has apt-get; then
    ! is_root || apt_knows "$package" || apt-get -q update >/dev/null 2>&1 </dev/null || true
    if apt_knows "$package"; then
      is_root || fail "no JDK $WANTED_JAVA; run: sudo apt-get install --no-install-recommends $package"
      install_packages "$package"
      find_java && return 0
    fi
  fi
  fail "no JDK $WANTED_JAVA or newer found (JAVA_HOME, /usr/lib/jvm, PATH), and this system's packages have none: install Eclipse Temurin $WANTED_JAVA and set JAVA_HOME to it"
}
