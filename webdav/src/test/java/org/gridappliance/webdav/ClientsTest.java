package org.gridappliance.webdav;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Other people's programs, each doing what its users do. */
class ClientsTest {
  @TempDir Path dir;
  private DavServer server;

  @BeforeEach
  void start() throws Exception {
    server = new DavServer(Files.createDirectory(dir.resolve("server")), Long.MAX_VALUE);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  /** Runs a script in an empty folder; any step that fails ends it. */
  private void run(String script) throws IOException, InterruptedException {
    Path log = dir.resolve("log");
    ProcessBuilder builder =
        new ProcessBuilder("bash", "-euc", script)
            .directory(Files.createDirectories(dir.resolve("work")).toFile())
            .redirectErrorStream(true)
            .redirectOutput(log.toFile());
    builder.environment().put("URL", server.url(""));
    builder.environment().put("PORT", Integer.toString(server.port));
    builder.environment().put("HOME", dir.toString());
    Process process = builder.start();
    boolean isOver = process.waitFor(120, TimeUnit.SECONDS);
    process.destroyForcibly();
    assertEquals(
        "0",
        isOver ? Integer.toString(process.exitValue()) : "no end after 120 s",
        () -> read(log));
  }

  private static String read(Path log) {
    try {
      return Files.readString(log, StandardCharsets.UTF_8);
    } catch (IOException e) {
      return e.toString();
    }
  }

  /** davfs2's default of 16 KiB is less than what Linux 6.16 asks of a folder at once. */
  @Test
  @Tag("root")
  void davfs2CopiesMovesRemovesAndClonesOverTwoMounts() throws Exception {
    run(
        """
        mkdir one two cache
        chown davfs2:davfs2 cache; chmod 711 .. . ; chmod 777 cache
        printf 'ask_auth 0\\ncache_dir %s/cache\\ndelay_upload 0\\nbuf_size 256\\ndir_refresh 1\\n' \
          "$PWD" > davfs.conf
        chmod 600 davfs.conf
        trap 'umount one 2>/dev/null || true; umount two 2>/dev/null || true' EXIT
        mount -t davfs -o conf="$PWD/davfs.conf" "$URL/" one
        mount -t davfs -o conf="$PWD/davfs.conf" "$URL/" two
        seq 100000 > numbers
        mkdir one/d
        cp numbers one/d/n
        mv one/d/n one/d/m
        cmp numbers one/d/m
        ls -la one/d
        for i in $(seq 40); do cmp -s numbers two/d/m && break; sleep 0.5; done # its own cache
        cmp numbers two/d/m
        rm one/d/m; rmdir one/d
        git init -q src
        for i in $(seq 20); do echo "$i" > "src/f$i"; done
        git -C src add -A
        git -C src -c user.name=a -c user.email=a@b commit -qm x
        git clone -q --no-local src one/clone
        git -C one/clone fsck
        test -z "$(git -C one/clone status --porcelain)"
        umount one; umount two; trap - EXIT
        """);
    assertEquals("20\n", Files.readString(server.home.resolve("clone/f20")));
  }

  @Test
  void rcloneChecksAndSynchronisesBothWays() throws Exception {
    run(
        """
        printf '[d]\\ntype = webdav\\nurl = %s\\nvendor = owncloud\\n' "$URL" > rclone.conf
        r="rclone --config rclone.conf"
        mkdir -p src/sub; for i in 1 2 3; do seq "$i"000 > "src/sub/f$i"; done
        $r copy src d:there
        $r check --download src d:there
        $r bisync src d:there --resync --workdir state
        echo new > src/new
        echo other > other; $r copyto other d:there/other
        $r bisync src d:there --workdir state
        cmp other src/other
        $r cat d:there/new | cmp - src/new
        """);
  }

  @Test
  void cadaverCopiesLocksAndSetsProperties() throws Exception {
    run(
        """
        seq 1000 > n
        printf '%s\\n' 'mkcol c' 'cd c' 'put n' 'copy n n2' 'move n2 n3' 'get n3 got' 'delete n' \
          'lock n3' 'unlock n3' 'propset n3 colour blue' 'propget n3 colour' quit \
          | cadaver "$URL/" > out
        cmp n got
        grep -q 'colour is: blue' out
        test "$(grep -c succeeded out)" -ge 8
        """);
    assertEquals(3893, Files.size(server.home.resolve("c/n3")));
  }

  @Test
  void gvfsMountsCopiesRenamesAndRemoves() throws Exception {
    run(
        """
        mkdir -m 700 run; export XDG_RUNTIME_DIR=$PWD/run
        seq 1000 > n
        dbus-run-session -- bash -euc '
          u=dav://127.0.0.1:$PORT/dav
          gio mount $u/
          gio copy n $u/n.txt
          gio cat $u/n.txt | cmp - n
          gio rename $u/n.txt m.txt
          gio mkdir $u/d
          gio move $u/m.txt $u/d/m.txt
          gio list $u/d | grep -qx m.txt
          gio remove $u/d/m.txt
          gio mount -u $u/'
        """);
  }

  @Test
  void curlResumesByRanges() throws Exception {
    run(
        """
        seq 100000 > n
        curl -fsS -T n "$URL/n"
        head -c 1000 n > part
        curl -fsS -C - -o part "$URL/n"
        cmp n part
        """);
  }
}
