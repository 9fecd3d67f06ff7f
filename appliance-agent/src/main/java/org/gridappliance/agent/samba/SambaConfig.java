package org.gridappliance.agent.samba;

import java.nio.file.Path;
import java.util.List;

/** The texts that smbd reads: its configuration and the script it asks about each connection. */
final class SambaConfig {
  /** All files are this one's, whoever is served (decision 0300). */
  static final String OWNER = "_files";

  /** Whoever comes without a password. */
  static final String VISITOR = "_visitor";

  /** The portal itself, which takes WebDAV's locks here. */
  static final String PORTAL = "_portal";

  /** The share that only {@link #PORTAL} reaches: all homes. */
  static final String LOCK_SHARE = "locks$";

  private static final List<String> WILDCARDS = List.of("0.0.0.0", "::");

  private SambaConfig() {}

  static String main(SambaFolders folders, SambaSettings settings, Path users) {
    boolean everywhere = settings.listen().stream().anyMatch(WILDCARDS::contains);
    return """
        [global]
          server role = standalone server
          server string = Grid Appliance
          passdb backend = tdbsam
          private dir = %1$s/private
          smb passwd file = %1$s/private/smbpasswd
          binddns dir = %1$s/private
          state directory = %1$s/state
          lock directory = %1$s/lock
          cache directory = %1$s/cache
          pid directory = %1$s/pid
          ncalrpc dir = %1$s/rpc
          log file = %1$s/log/smbd.log
          logging = file
          max log size = 2000
          log level = 1

          smb ports = %2$d
          interfaces = 127.0.0.1 %3$s
          bind interfaces only = %4$s
          disable netbios = yes
          dns proxy = no
          server min protocol = SMB2_10
          server max protocol = SMB3
          server signing = mandatory
          server multi channel support = no
          ntlm auth = ntlmv2-only
          deadtime = 0
          max smbd processes = 256

          load printers = no
          printing = bsd
          printcap name = /dev/null
          disable spoolss = yes
          host msdfs = no
          usershare max shares = 0
          unix extensions = no

          guest account = %5$s
          map to guest = Bad User
          restrict anonymous = 0

          # files have other writers: nobody may keep them to himself
          oplocks = no
          level2 oplocks = no
          smb2 leases = no
          kernel oplocks = no
          posix locking = yes
          follow symlinks = no
          wide links = no
          map archive = no
          ea support = no
          store dos attributes = no
          dos filetimes = yes
          strict sync = yes

        [home]
          comment = Your files
          path = %1$s/at/u-%%U
          read only = no
          guest ok = no
          force user = %6$s
          force group = %6$s
          create mask = 0644
          directory mask = 0755
          hide special files = yes
          root preexec = %1$s/connect %%d '%%U' '%%i'
          root preexec close = yes

        [%7$s]
          path = %8$s
          hosts allow = 127.0.0.1
          valid users = %9$s
          browseable = no
          read only = no
          force user = %6$s
          force group = %6$s
          case sensitive = yes

        include = %1$s/to-%%i.conf
        """
        .formatted(
            folders.root(),
            settings.port(),
            String.join(
                " ", settings.listen().stream().filter(a -> !WILDCARDS.contains(a)).toList()),
            everywhere ? "no" : "yes",
            VISITOR,
            OWNER,
            LOCK_SHARE,
            users,
            PORTAL);
  }

  /** What is added for connections that came to 127.0.0.1. */
  static String loopback(boolean visitors) {
    return "[home]\n  guest ok = " + (visitors ? "yes" : "no") + "\n";
  }

  /**
   * The script: notes the process that serves a client; lets a visitor in by the name of his Unix
   * account too; refuses visitors whose program runs as one of the users that the appliance gives
   * to jobs and desktops, since those must not reach the owner's home by way of 127.0.0.1.
   */
  static String connect(SambaFolders folders, List<String> humanUids) {
    return """
        #!/bin/sh
        # asked by smbd before a connection to the share: process, name given, address it came to
        unset LD_PRELOAD
        cd %1$s || exit 1
        umask 022
        for old in clients/*; do [ -d "/proc/${old#clients/}" ] || rm -f "$old"; done
        [ -n "$2" ] && [ -f "people/$2" ] && { echo "$2" >"clients/$1"; exit 0; }
        [ "$3" = 127.0.0.1 ] && [ -L at/u- ] || exit 1
        inodes=$(ls -l "/proc/$1/fd" | sed -n 's/.*socket:\\[\\([0-9]*\\)\\]$/\\1/p' | tr '\\n' ' ')
        uid=$(awk -v inodes=" $inodes" '
          FNR > 1 && $4 == "01" { uid[$2 " " $3] = $8; if (index(inodes, " " $10 " ")) peer = $3 " " $2 }
          END { if (peer in uid) print uid[peer] }' /proc/net/tcp)
        case $uid in
          0) ;;
          '' | *[!0-9]*) exit 1 ;;
          *) [ "$uid" -ge %2$s ] && [ "$uid" -le %3$s ] || exit 1 ;;
        esac
        if [ ! -L "at/u-$2" ]; then
          getent passwd "$2" >/dev/null || exit 1
          ln -s "$(readlink at/u-)" "at/u-$2" || exit 1
        fi
        echo >"clients/$1"
        """
        .formatted(folders.root(), humanUids.get(0), humanUids.get(1));
  }
}
