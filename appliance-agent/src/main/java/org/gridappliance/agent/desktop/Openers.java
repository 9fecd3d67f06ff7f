package org.gridappliance.agent.desktop;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Predicate;
import org.gridappliance.agent.verb.Verb;

/**
 * Which installed program opens a file on a desktop: by the end of its name the first that is here,
 * else an editor or pager in a terminal window. Nothing is installed for it.
 */
final class Openers {
  private static final String PICTURES = "png jpg jpeg gif bmp tif tiff webp";
  private static final String ALL = "*";

  /** Program, title, endings of names it opens ({@link #ALL}: any), options. */
  private static final List<Opener> KNOWN =
      List.of(
          opener("evince", "Evince", "pdf ps djvu"),
          opener("atril", "Atril", "pdf ps djvu"),
          opener("mupdf", "MuPDF", "pdf xps epub"),
          opener("xpdf", "Xpdf", "pdf"),
          opener("feh", "Feh", PICTURES),
          opener("eog", "Eye of GNOME", PICTURES + " svg"),
          opener("display", "ImageMagick", PICTURES + " svg ppm pgm"),
          opener("gimp", "GIMP", PICTURES + " xcf"),
          opener("gnumeric", "Gnumeric", "csv tsv xls xlsx ods gnumeric"),
          opener("libreoffice", "LibreOffice", "csv xls xlsx ods odt doc docx odp ppt pptx"),
          opener("xmgrace", "Grace", "agr xvg"),
          opener("pymol", "PyMOL", "pdb cif mol mol2 sdf xyz pse"),
          opener("rasmol", "RasMol", "pdb ent cif mol mol2 xyz"),
          opener("gnuplot", "Gnuplot", "gp gnuplot plt", "-persist"),
          opener("mousepad", "Mousepad", ALL),
          opener("gedit", "gedit", ALL),
          opener("geany", "Geany", ALL));

  /** A terminal window; its title and what runs in it are yet to be added. */
  private static final List<String> TERMINAL =
      List.of("/usr/bin/xterm", "-fa", "Monospace", "-fs", "11", "-geometry", "100x32+12+12");

  private static final List<String> IN_A_TERMINAL = List.of("nano", "vim", "vi", "less", "more");

  /** A program for files whose names end so. */
  private record Opener(String program, String title, Set<String> endings, List<String> options) {
    boolean opens(String ending) {
      return endings.contains(ending) || endings.contains(ALL);
    }
  }

  /** A program with a file. */
  record Opened(String title, List<String> command) {}

  private Openers() {}

  private static Opener opener(String program, String title, String endings, String... options) {
    return new Opener(program, title, Set.of(endings.split(" ", -1)), List.of(options));
  }

  /** {@return what opens it, with the programs of this machine} */
  static Opened of(String owner, String file) {
    return of(owner, file, name -> Files.isExecutable(Path.of("/usr/bin", name)));
  }

  /**
   * {@return what opens it}
   *
   * @param file its path in the home, without a leading slash
   * @param installed whether a program is here
   */
  static Opened of(String owner, String file, Predicate<String> installed) {
    Path path = Path.of("/", file);
    if (!file.matches("[^\\p{Cntrl}/][^\\p{Cntrl}]{0,3999}")
        || !path.normalize().toString().equals("/" + file)) {
      throw new Verb.Refused(400, "file: want a path in the home, without .. and doubled slashes");
    }
    String name = path.getFileName().toString();
    String ending = name.substring(name.lastIndexOf('.') + 1).toLowerCase(Locale.ROOT);
    String inside = "/home/" + owner + "/" + file;
    for (Opener opener : KNOWN) {
      if (opener.opens(ending) && installed.test(opener.program)) {
        List<String> command = new ArrayList<>(List.of("/usr/bin/" + opener.program));
        command.addAll(opener.options);
        command.add(inside);
        return new Opened(title(name, opener.title), command);
      }
    }
    for (String program : IN_A_TERMINAL) {
      if (installed.test(program)) {
        List<String> window = new ArrayList<>(TERMINAL);
        window.addAll(List.of("-title", name, "-e", "/usr/bin/" + program, inside));
        return new Opened(title(name, program), window);
      }
    }
    throw new Verb.Refused(503, "no program on this machine opens " + name);
  }

  private static String title(String name, String program) {
    String cut = name.length() > 70 ? name.substring(0, 70) + "…" : name;
    return cut + " · " + program;
  }
}
