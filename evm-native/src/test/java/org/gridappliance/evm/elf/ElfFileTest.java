package org.gridappliance.evm.elf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ElfFileTest {
  private static final int PT_LOAD = 1;
  private static final int PT_DYNAMIC = 2;
  private static final int PT_INTERP = 3;
  private static final int PT_GNU_STACK = 0x6474e551;

  /**
   * A small program: header, five program headers at 64, dynamic section at 512, strings at 768.
   */
  private static ByteBuffer program() {
    ByteBuffer b = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
    b.put(0, new byte[] {0x7f, 'E', 'L', 'F', 2, 1, 1});
    b.putShort(16, (short) 3).putShort(18, (short) 62).putLong(32, 64);
    b.putShort(54, (short) 56).putShort(56, (short) 4);
    segment(b, 0, PT_LOAD, 5, 0, 0x1000, 1024);
    segment(b, 1, PT_INTERP, 4, 900, 0x1384, 20);
    segment(b, 2, PT_DYNAMIC, 6, 512, 0x1200, 160);
    segment(b, 3, PT_GNU_STACK, 6, 0, 0, 0);
    put(b, 900, "/lib64/ld.so.2");
    put(b, 769, "libm.so.6");
    put(b, 800, "/opt/lib:$ORIGIN/../lib");
    entry(b, 0, 5, 0x1300); // DT_STRTAB: address of offset 768
    entry(b, 1, 1, 1); // DT_NEEDED
    entry(b, 2, 29, 32); // DT_RUNPATH
    return b;
  }

  private static void segment(
      ByteBuffer b, int index, int type, int flags, long offset, long address, long size) {
    int at = 64 + index * 56;
    b.putInt(at, type).putInt(at + 4, flags).putLong(at + 8, offset);
    b.putLong(at + 16, address).putLong(at + 32, size).putLong(at + 40, size);
  }

  private static void entry(ByteBuffer b, int index, long tag, long value) {
    b.putLong(512 + index * 16, tag).putLong(520 + index * 16, value);
  }

  private static void put(ByteBuffer b, int at, String text) {
    b.put(at, text.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void interpreterLibrariesAndPathsAreRead() throws Exception {
    ElfFile elf = ElfFile.parse(program());
    assertEquals(Optional.of("/lib64/ld.so.2"), elf.interpreter());
    assertEquals(List.of("libm.so.6"), elf.needed());
    assertEquals(List.of("/opt/lib", "$ORIGIN/../lib"), elf.runpath());
    assertEquals(List.of(), elf.problems(false));
  }

  @Test
  void whatTheSandboxRefusesIsNamed() throws Exception {
    ByteBuffer stack = program();
    segment(stack, 3, PT_GNU_STACK, 7, 0, 0, 0);
    assertTrue(ElfFile.parse(stack).problems(false).getFirst().contains("executable stack"));
    assertEquals(List.of(), ElfFile.parse(stack).problems(true));

    ByteBuffer text = program();
    entry(text, 3, 22, 0); // DT_TEXTREL
    assertTrue(ElfFile.parse(text).problems(false).getFirst().contains("relocations"));
    entry(text, 3, 30, 4); // DT_FLAGS, DF_TEXTREL
    assertTrue(ElfFile.parse(text).textRelocations());

    ByteBuffer first = program();
    entry(first, 3, 0x6ffffffbL, 0x20); // DT_FLAGS_1, DF_1_INITFIRST
    assertTrue(ElfFile.parse(first).problems(true).getFirst().contains("initfirst"));

    ByteBuffer writable = program();
    segment(writable, 0, PT_LOAD, 7, 0, 0x1000, 1024);
    assertTrue(ElfFile.parse(writable).problems(false).getFirst().contains("writable and exec"));
  }

  @ParameterizedTest
  @CsvSource({
    "4, 1, not 64-bit", // EI_CLASS: 32-bit
    "5, 2, little-endian", // EI_DATA: big-endian
    "16, 1, type 1", // ET_REL
    "18, 40, machine 40", // EM_ARM
    "54, 55, program headers",
    "56, 0, program headers",
    "34, 1, cut short", // e_phoff past the end
    "0, 0, begin like an ELF"
  })
  void aBrokenHeaderIsRefusedWithItsReason(int at, int value, String reason) {
    ByteBuffer b = program();
    b.put(at, (byte) value);
    ElfException e = assertThrows(ElfException.class, () -> ElfFile.parse(b));
    assertTrue(e.getMessage().contains(reason), e.getMessage());
  }

  @Test
  void everyCutOfAProgramIsReadOrRefused() {
    for (int length = 0; length <= 1024; length++) {
      parseOrRefuse(program().limit(length));
    }
  }

  @Test
  void everySingleByteChangedIsReadOrRefused() {
    for (int at = 0; at < 1024; at++) {
      for (int value : new int[] {0, 1, 0x7f, 0x80, 0xff}) {
        ByteBuffer b = program();
        parseOrRefuse(b.put(at, (byte) value));
      }
    }
  }

  @Test
  void randomDamageToRealProgramsIsReadOrRefused() throws Exception {
    byte[] sh = Files.readAllBytes(Path.of("/bin/sh"));
    int rounds = Boolean.getBoolean("soak") ? 1_000_000 : 20_000;
    Random random = new Random(5);
    ByteBuffer b = ByteBuffer.allocate(sh.length);
    for (int i = 0; i < rounds; i++) {
      b.clear().put(0, sh, 0, Math.min(sh.length, 8192));
      for (int n = random.nextInt(8); n >= 0; n--) {
        b.put(random.nextInt(random.nextBoolean() ? 1024 : 8192), (byte) random.nextInt(256));
      }
      parseOrRefuse(b);
    }
  }

  /** Any bytes: a record or an ElfException, nothing else. */
  @FuzzTest(maxDuration = "30s")
  void anyBytesAreReadOrRefused(byte[] bytes) {
    parseOrRefuse(ByteBuffer.wrap(bytes));
  }

  private static void parseOrRefuse(ByteBuffer bytes) {
    try {
      ElfFile elf = ElfFile.parse(bytes);
      assertFalse(elf.problems(false).contains(""));
    } catch (ElfException e) {
      assertFalse(e.getMessage().isEmpty());
    }
  }

  @Test
  void allProgramsOfThisMachineAreRead() throws Exception {
    int read = 0;
    try (Stream<Path> all = Files.list(Path.of("/usr/bin"))) {
      for (Path file : all.filter(Files::isRegularFile).filter(Files::isReadable).toList()) {
        ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file));
        if (ElfFile.hasMagic(bytes)) {
          ElfFile elf = ElfFile.parse(bytes);
          assertEquals(elf.interpreter().isPresent(), elf.dynamic() && !isStaticPie(elf));
          read++;
        }
      }
    }
    assertTrue(read > 10, "read " + read);
  }

  private static boolean isStaticPie(ElfFile elf) {
    return elf.needed().isEmpty() && elf.interpreter().isEmpty();
  }
}
