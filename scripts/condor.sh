# The root folder that holds HTCondor: this machine's own where its packages have it, else a small Debian
# 13, made once by mmdebstrap from this machine's own mirror. Sourced.
# shellcheck shell=bash
[ -z "${CONDOR_LOADED:-}" ] || return 0
CONDOR_LOADED=1
. "$SOURCE/scripts/parts.sh"

readonly CONDOR_SUITE=trixie CONDOR_PACKAGES=condor,bubblewrap,iproute2,procps,ca-certificates
readonly DEBIAN_KEYS=/usr/share/keyrings/debian-archive-keyring.gpg
# Another recipe is another folder.
readonly CONDOR_RECIPE=1

# condor_key: what the folder is named by, into REPLY.
condor_key() {
  REPLY=$(printf '%s\n' "$CONDOR_SUITE" "$CONDOR_PACKAGES" "$CONDOR_RECIPE" | sha256sum)
  REPLY=${REPLY:0:16}
}

# The oldest HTCondor that everything was tried with.
readonly CONDOR_MAJOR=23 CONDOR_MINOR=9

# condor_own: whether this machine's own packages hold an HTCondor that is new enough and whole, where
# Debian's has its parts; and bubblewrap, in which jobs are contained.
condor_own() {
  local said program
  for program in /usr/sbin/condor_master /usr/sbin/condor_startd /usr/sbin/condor_schedd \
    /usr/bin/condor_submit /usr/bin/condor_token_create /usr/libexec/condor/condor_shared_port /usr/bin/bwrap; do
    [ -x "$program" ] || return 1
  done
  said=$(/usr/bin/condor_version 2>/dev/null) || return 1
  [[ $said =~ CondorVersion:\ ([0-9]+)\.([0-9]+)\. ]] || return 1
  ((BASH_REMATCH[1] > CONDOR_MAJOR || (BASH_REMATCH[1] == CONDOR_MAJOR && BASH_REMATCH[2] >= CONDOR_MINOR)))
}

# condor_root: the root folder into REPLY, / for this machine's own; 1 when it was not made yet. Root's own
# copy, since the portal's user must read it too.
condor_root() {
  if condor_own; then
    REPLY=/
    return 0
  fi
  condor_key
  REPLY=$ROOT_PREFIX/condor-$REPLY
  [ -x "$REPLY/usr/sbin/condor_master" ]
}

# make_condor_root: makes it where there is none; the path into REPLY. Safe to be ended at any time and
# begun again, and for two at once.
make_condor_root() {
  local cache target key lock
  condor_root && return 0
  is_root || fail "HTCondor wants root; run this with sudo"
  need pool
  condor_key
  key=$REPLY
  cache=$(cache_folder)/condor/$key
  target=$ROOT_PREFIX/condor-$key
  (umask 022 && mkdir -p "$cache" "$ROOT_PREFIX")
  exec {lock}>"$cache/lock"
  flock "$lock"
  if [ ! -d "$cache/root" ]; then
    fetch_condor_root "$cache"
  fi
  if [ ! -d "$target" ]; then
    rm -rf "$target.new"
    # Links where both lie on one file system: no byte is copied.
    cp -al "$cache/root" "$target.new" 2>/dev/null || {
      rm -rf "$target.new"
      cp -a "$cache/root" "$target.new"
    }
    mv -T "$target.new" "$target"
  fi
  exec {lock}>&-
  condor_root || fail "the root folder $target holds no condor_master; remove it and $cache, then try again"
}

# fetch_condor_root CACHE: CACHE/root, renamed into place when it is whole.
fetch_condor_root() {
  local cache=$1 log=$1/log mirror try
  [ -r "$DEBIAN_KEYS" ] || fail "$DEBIAN_KEYS is missing; run: apt-get install debian-archive-keyring"
  debian_mirror
  mirror=$REPLY
  say "making a root folder with HTCondor (once; about a minute)"
  for try in 1 2 3; do
    rm -rf --one-file-system "$cache/new"
    # The cache of packages is kept between tries, so that a broken line costs little.
    if (umask 022 && mmdebstrap --quiet --variant=minbase --keyring="$DEBIAN_KEYS" \
      --include="$CONDOR_PACKAGES" --skip=check/empty \
      --dpkgopt='path-exclude=/usr/share/doc/*' --dpkgopt='path-exclude=/usr/share/man/*' \
      --dpkgopt='path-exclude=/usr/share/locale/*' \
      --aptopt='APT::Install-Recommends "false"' --aptopt='Acquire::Retries "5"' \
      "$CONDOR_SUITE" "$cache/new" "$mirror") >"$log" 2>&1 </dev/null; then
      mv -T "$cache/new" "$cache/root"
      return 0
    fi
    warn "try $try failed: $(tail -n 1 "$log")"
  done
  tail -n 20 "$log" >&2
  fail "the root folder with HTCondor could not be made from this machine's Debian mirror"
}

# debian_mirror: where this machine fetches Debian's packages from, into REPLY.
debian_mirror() {
  local line
  # shellcheck disable=SC2016  # apt's own placeholders
  local -a ask=(apt-get indextargets --format '$(REPO_URI) $(ORIGIN) $(COMPONENT) $(CODENAME)' 'Created-By: Packages')
  has apt-get || fail "HTCondor's root folder is made from Debian's packages, and this machine has no apt"
  "${ask[@]}" 2>/dev/null | grep -q . || apt-get -q update >/dev/null 2>&1 </dev/null || true
  while read -r line; do
    if [[ $line =~ ^(https?://[^ ]+)\ Debian\ main\ [a-z]+$ ]]; then
      REPLY=${BASH_REMATCH[1]}
      return 0
    fi
  done < <("${ask[@]}" 2>/dev/null)
  fail "apt knows no mirror of Debian; HTCondor's root folder is made from one. Add one to apt's sources"
}

# pool_role: the role that DATA/appliance.yaml gives this machine in the pool, into REPLY.
pool_role() {
  REPLY=off
  [ -f "$DATA/appliance.yaml" ] || return 0
  REPLY=$(awk '
    /^pool\.role[ \t]*:/ { sub(/^[^:]*:[ \t]*/, ""); role = $1 }
    /^[^ \t#]/ { inside = /^pool[ \t]*:/ }
    inside && /^[ \t]+role[ \t]*:/ { sub(/^[^:]*:[ \t]*/, ""); role = $1 }
    END { gsub(/["\047]/, "", role); print role == "" ? "off" : role }' "$DATA/appliance.yaml")
}
