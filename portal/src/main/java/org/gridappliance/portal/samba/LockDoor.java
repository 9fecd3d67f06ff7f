package org.gridappliance.portal.samba;

import com.hierynomus.msdtyp.AccessMask;
import com.hierynomus.mserref.NtStatus;
import com.hierynomus.mssmb2.SMB2CreateDisposition;
import com.hierynomus.mssmb2.SMB2CreateOptions;
import com.hierynomus.mssmb2.SMB2ShareAccess;
import com.hierynomus.mssmb2.SMBApiException;
import com.hierynomus.smbj.SMBClient;
import com.hierynomus.smbj.SmbConfig;
import com.hierynomus.smbj.auth.AuthenticationContext;
import com.hierynomus.smbj.common.SMBRuntimeException;
import com.hierynomus.smbj.share.DiskEntry;
import com.hierynomus.smbj.share.DiskShare;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The portal's own connection to smbd, on loopback: opens files as any client does, so that smbd
 * itself decides who may share what with whom. Thread-safe; calls take about a millisecond.
 */
final class LockDoor implements AutoCloseable {
  /**
   * Where it is.
   *
   * @param clients a folder with a file for each smbd process that serves a client, or did
   */
  record Place(int port, String share, String user, String password, Path clients) {}

  /** What an open came to. */
  sealed interface Opened {
    record Held(DiskEntry file) implements Opened {}

    /** A client has it open in a way that forbids this. */
    record InUse() implements Opened {}

    /** There is no such file for Samba: it is absent, a folder, or has no name there. */
    record None() implements Opened {}
  }

  private static final Set<SMB2ShareAccess> READ_ONLY = EnumSet.of(SMB2ShareAccess.FILE_SHARE_READ);
  private static final int SECONDS = 5;

  private final Place place;
  private final SMBClient client;
  private final DiskShare share;

  private LockDoor(Place place, SMBClient client, DiskShare share) {
    this.place = place;
    this.client = client;
    this.share = share;
  }

  static LockDoor open(Place place) throws IOException {
    SMBClient client =
        new SMBClient(
            SmbConfig.builder()
                .withSigningRequired(true)
                .withTimeout(SECONDS, TimeUnit.SECONDS)
                .withSoTimeout(0, TimeUnit.SECONDS)
                .build());
    try {
      DiskShare share =
          (DiskShare)
              client
                  .connect("127.0.0.1", place.port())
                  .authenticate(
                      new AuthenticationContext(place.user(), place.password().toCharArray(), ""))
                  .connectShare(place.share());
      return new LockDoor(place, client, share);
    } catch (SMBRuntimeException e) {
      client.close();
      throw new IOException("smbd: " + e.getMessage(), e);
    } catch (IOException | RuntimeException e) { // whatever it is, the connection ends
      client.close();
      throw e;
    }
  }

  boolean isOpen() {
    return share.isConnected();
  }

  /** {@return whether smbd serves anybody; when not, nothing can be in use} */
  boolean hasClients() throws IOException {
    try (Stream<Path> all = Files.list(place.clients())) {
      return all.anyMatch(p -> Files.exists(Path.of("/proc", String.valueOf(p.getFileName()))));
    }
  }

  /** Opens a file for reading and lets others read alone. */
  Opened keep(String path) throws IOException {
    return open(path, AccessMask.FILE_READ_DATA, READ_ONLY);
  }

  /** {@return whether a client forbids others to write the file} */
  boolean isKept(String path) throws IOException {
    return switch (open(path, AccessMask.FILE_WRITE_DATA, SMB2ShareAccess.ALL)) {
      case Opened.Held held -> {
        close(held.file());
        yield false;
      }
      case Opened.InUse inUse -> true;
      case Opened.None none -> false;
    };
  }

  private Opened open(String path, AccessMask access, Set<SMB2ShareAccess> sharing)
      throws IOException {
    try {
      return new Opened.Held(
          share.openFile(
              path,
              EnumSet.of(access),
              null,
              sharing,
              SMB2CreateDisposition.FILE_OPEN,
              EnumSet.of(SMB2CreateOptions.FILE_NON_DIRECTORY_FILE)));
    } catch (SMBApiException e) {
      if (e.getStatus() == NtStatus.STATUS_SHARING_VIOLATION) {
        return new Opened.InUse();
      }
      return new Opened.None();
    } catch (SMBRuntimeException e) {
      throw new IOException("smbd: " + e.getMessage(), e);
    }
  }

  static void close(DiskEntry file) throws IOException {
    try {
      file.close();
    } catch (SMBRuntimeException e) {
      throw new IOException("smbd: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() {
    client.close();
  }
}
