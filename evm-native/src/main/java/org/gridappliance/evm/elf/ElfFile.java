package org.gridappliance.evm.elf;

import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The parts of a 64-bit little-endian x86-64 ELF file that decide how it is loaded. Only program
 * headers are read, as the kernel and ld.so do; sections may lie. Source: System V ABI, chapters 4
 * and 5; elf(5).
 *
 * <pre>
 * Ehdr  0 ident[16]  16 type  18 machine  32 phoff  54 phentsize  56 phnum
 * Phdr  0 type  4 flags  8 offset  16 vaddr  32 filesz  40 memsz
 * Dyn   0 tag  8 value
 * </pre>
 *
 * @param interpreter PT_INTERP; empty for static programs and most libraries
 * @param needed DT_NEEDED in order
 * @param soname DT_SONAME
 * @param rpath DT_RPATH, split at colons; ignored by ld.so when there is a runpath
 * @param runpath DT_RUNPATH, split at colons
 * @param dynamic has a PT_DYNAMIC segment
 * @param executableStack PT_GNU_STACK asks for one
 * @param textRelocations relocations change its code
 * @param initFirst wants its constructor run before all others (DF_1_INITFIRST)
 * @param writableCode a segment is both writable and executable
 */
public record ElfFile(
    Optional<String> interpreter,
    List<String> needed,
    Optional<String> soname,
    List<String> rpath,
    List<String> runpath,
    boolean dynamic,
    boolean executableStack,
    boolean textRelocations,
    boolean initFirst,
    boolean writableCode) {
  private static final int HEADER_BYTES = 64;
  private static final int PROGRAM_HEADER_BYTES = 56;

  /** Most program headers, dynamic entries and bytes of a string that are looked at. */
  private static final int MOST_HEADERS = 512;

  private static final int MOST_ENTRIES = 16_384;
  private static final int MOST_STRING = 4096;

  public ElfFile {
    needed = List.copyOf(needed);
    rpath = List.copyOf(rpath);
    runpath = List.copyOf(runpath);
  }

  /** {@return whether the bytes begin like an ELF file, of whatever kind} */
  public static boolean hasMagic(ByteBuffer file) {
    return file.limit() >= 4
        && file.duplicate().order(ByteOrder.BIG_ENDIAN).getInt(0) == 0x7f454c46;
  }

  /**
   * Parses a whole file.
   *
   * @param file position is ignored, limit is the file's end; not changed
   * @throws ElfException if it is not an x86-64 program or library, or is broken
   */
  public static ElfFile parse(ByteBuffer file) throws ElfException {
    try {
      return new Parser(file.duplicate().order(ByteOrder.LITTLE_ENDIAN)).parse();
    } catch (IndexOutOfBoundsException | BufferUnderflowException e) {
      throw new ElfException("it is cut short: a header points past its end");
    }
  }

  /**
   * What the sandbox would not let it do, or would not survive.
   *
   * @param jit whether the application may have writable and executable memory
   */
  public List<String> problems(boolean jit) {
    List<String> problems = new ArrayList<>();
    if (executableStack && !jit) {
      problems.add("it asks for an executable stack; relink with -z noexecstack");
    }
    if (textRelocations && !jit) {
      problems.add("relocations change its code; rebuild with -fPIC");
    }
    if (writableCode && !jit) {
      problems.add("a segment is both writable and executable; relink without -N or --omagic");
    }
    if (initFirst) {
      problems.add(
          "it wants its constructor run first (-z initfirst), which the EVM's runtime needs");
    }
    if (interpreter.isPresent() && !interpreter.get().startsWith("/")) {
      problems.add("its interpreter is " + interpreter.get() + "; want an absolute path");
    }
    return problems;
  }

  private record Segment(int type, int flags, long offset, long address, long fileSize) {}

  private static final class Parser {
    private final ByteBuffer file;
    private final List<Segment> segments = new ArrayList<>();

    Parser(ByteBuffer file) {
      this.file = file;
    }

    ElfFile parse() throws ElfException {
      readHeader();
      Optional<String> interpreter = Optional.empty();
      boolean stack = false;
      boolean writableCode = false;
      Optional<Segment> dynamic = Optional.empty();
      for (Segment segment : segments) {
        switch (segment.type) {
          case 1 -> writableCode |= (segment.flags & 3) == 3; // PT_LOAD, PF_X | PF_W
          case 2 -> dynamic = Optional.of(segment); // PT_DYNAMIC
          case 3 ->
              interpreter = Optional.of(string(segment.offset, segment.fileSize)); // PT_INTERP
          case 0x6474e551 -> stack = (segment.flags & 1) != 0; // PT_GNU_STACK
          default -> {} // others do not decide how it is loaded
        }
      }
      return readDynamic(interpreter, dynamic, stack, writableCode);
    }

    private void readHeader() throws ElfException {
      if (!hasMagic(file)) {
        throw new ElfException("it does not begin like an ELF file");
      }
      if (file.limit() < HEADER_BYTES) {
        throw new ElfException("it is cut short: " + file.limit() + " bytes");
      }
      if (file.get(4) != 2 || file.get(5) != 1) {
        throw new ElfException("it is not 64-bit little-endian");
      }
      int type = Short.toUnsignedInt(file.getShort(16));
      if (type != 2 && type != 3) {
        throw new ElfException("type " + type + ": want a program (2) or shared object (3)");
      }
      int machine = Short.toUnsignedInt(file.getShort(18));
      if (machine != 62) {
        throw new ElfException("machine " + machine + ": want x86-64 (62)");
      }
      long offset = file.getLong(32);
      int size = Short.toUnsignedInt(file.getShort(54));
      int count = Short.toUnsignedInt(file.getShort(56));
      if (size != PROGRAM_HEADER_BYTES || count == 0 || count > MOST_HEADERS) {
        throw new ElfException(
            count + " program headers of " + size + " bytes: want 1.." + MOST_HEADERS + " of 56");
      }
      for (int i = 0; i < count; i++) {
        int at = position(offset + (long) i * size);
        segments.add(
            new Segment(
                file.getInt(at),
                file.getInt(at + 4),
                file.getLong(at + 8),
                file.getLong(at + 16),
                file.getLong(at + 32)));
      }
    }

    private ElfFile readDynamic(
        Optional<String> interpreter,
        Optional<Segment> dynamic,
        boolean stack,
        boolean writableCode)
        throws ElfException {
      List<Long> needed = new ArrayList<>();
      long soname = -1;
      long rpath = -1;
      long runpath = -1;
      long strings = -1;
      long flags = 0;
      long flags1 = 0;
      boolean textRelocations = false;
      if (dynamic.isPresent()) {
        long at = dynamic.get().offset;
        long entries = Math.min(dynamic.get().fileSize / 16, MOST_ENTRIES);
        for (long i = 0; i < entries; i++) {
          long tag = file.getLong(position(at + i * 16));
          long value = file.getLong(position(at + i * 16 + 8));
          if (tag == 0) {
            break;
          }
          if (tag == 1) {
            needed.add(value);
          } else if (tag == 5) {
            strings = value;
          } else if (tag == 14) {
            soname = value;
          } else if (tag == 15) {
            rpath = value;
          } else if (tag == 22) {
            textRelocations = true;
          } else if (tag == 29) {
            runpath = value;
          } else if (tag == 30) {
            flags = value;
          } else if (tag == 0x6ffffffbL) {
            flags1 = value;
          }
        }
      }
      if (needed.size() > MOST_HEADERS) {
        throw new ElfException(needed.size() + " libraries: want at most " + MOST_HEADERS);
      }
      long table = strings == -1 ? -1 : fileOffset(strings);
      List<String> names = new ArrayList<>();
      for (long offset : needed) {
        names.add(entry(table, offset));
      }
      return new ElfFile(
          interpreter,
          names,
          soname == -1 ? Optional.empty() : Optional.of(entry(table, soname)),
          rpath == -1 ? List.of() : split(entry(table, rpath)),
          runpath == -1 ? List.of() : split(entry(table, runpath)),
          dynamic.isPresent(),
          stack,
          textRelocations || (flags & 4) != 0, // DF_TEXTREL
          (flags1 & 0x20) != 0, // DF_1_INITFIRST
          writableCode);
    }

    /** Where in the file an address is loaded from. */
    private long fileOffset(long address) throws ElfException {
      for (Segment s : segments) {
        if (s.type == 1
            && Long.compareUnsigned(address, s.address) >= 0
            && Long.compareUnsigned(address - s.address, s.fileSize) < 0) {
          return s.offset + (address - s.address);
        }
      }
      throw new ElfException("its string table lies in no segment");
    }

    private String entry(long table, long offset) throws ElfException {
      if (table < 0 || offset < 0 || offset > Integer.MAX_VALUE) {
        throw new ElfException("a name lies outside of its string table");
      }
      String name = string(table + offset, MOST_STRING);
      if (name.isEmpty()) {
        throw new ElfException("a library or path has an empty name");
      }
      return name;
    }

    /** A zero-ended string of at most so many bytes. */
    private String string(long offset, long most) throws ElfException {
      int at = position(offset);
      long end = Math.min((long) at + Math.clamp(most, 0, MOST_STRING), file.limit());
      for (int i = at; i < end; i++) {
        if (file.get(i) == 0) {
          byte[] bytes = new byte[i - at];
          file.get(at, bytes);
          return new String(bytes, StandardCharsets.ISO_8859_1);
        }
      }
      throw new ElfException("a name has no end");
    }

    private int position(long offset) throws ElfException {
      if (offset < 0 || offset >= file.limit()) {
        throw new ElfException("it is cut short: a header points past its end");
      }
      return (int) offset;
    }

    private static List<String> split(String path) {
      return List.of(path.split(":", -1)).stream().filter(part -> !part.isEmpty()).toList();
    }
  }
}
