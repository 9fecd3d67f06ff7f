package org.gridappliance.agent.wall;

import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * btrfs: the folder is a subvolume, whose quota group has a limit of what it refers to. Clones
 * within it count once (linux/btrfs.h; btrfs-qgroup(8)).
 */
record BtrfsLimit() implements HomeWall {
  static final long MAGIC = 0x9123683EL;

  private static final long ROOT_OF_SUBVOLUME = 256; // BTRFS_FIRST_FREE_OBJECTID, of each its root
  private static final long IOC_QGROUP_LIMIT = 0x8030942BL; // _IOR(0x94, 43, 48 bytes)
  private static final long LIMIT_MAX_REFERENCED = 1;
  private static final int ENOTCONN = 107;

  @Override
  public String kind() {
    return "btrfs";
  }

  @Override
  public boolean copiesTakeRoom() {
    return false;
  }

  @Override
  public void limit(int folder, long bytes) throws IOException, Cannot {
    Path path = Path.of("/proc/self/fd", Integer.toString(folder));
    if ((Long) Files.getAttribute(path, "unix:ino") != ROOT_OF_SUBVOLUME) {
      throw new Cannot( // else the limit would be that of everything around it
          path.toRealPath()
              + " is no subvolume of its own, being older than that; save the appliance with"
              + " ./appliance backup and bring it back with ./appliance restore --force");
    }
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment limit = arena.allocate(48, 8); // struct btrfs_ioctl_qgroup_limit_args
      limit.set(JAVA_LONG, 0, 0); // the group of this subvolume
      limit.set(JAVA_LONG, 8, LIMIT_MAX_REFERENCED);
      limit.set(JAVA_LONG, 16, bytes);
      Syscalls.ioctl("limit of a quota group", folder, IOC_QGROUP_LIMIT, limit);
    } catch (Syscalls.Failed e) {
      if (e.errno() != ENOTCONN) {
        throw Cannot.unless(e);
      }
      throw new Cannot(
          "this btrfs does not count what belongs to whom, so that only the rounds notice who"
              + " exceeds his quota; run once: sudo btrfs quota enable "
              + path.toRealPath().getParent());
    }
  }
}
