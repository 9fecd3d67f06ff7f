package org.gridappliance.jobs.app;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.gridappliance.jobs.lease.Sandbox;

/**
 * An application as its {@code app.yaml} describes it, checked: every name that it mentions exists.
 * Immutable.
 *
 * @param id the folder's name, {@code [a-z0-9][a-z0-9-]{0,63}}
 * @param about Markdown, shown as text
 * @param packages Debian packages that an executor needs
 * @param allow what its program may do beyond others, of {@link
 *     org.gridappliance.jobs.lease.Sandbox#KNOWN}
 * @param network what its program connects to outside, usually nothing
 * @param inputs in the order of the form; names are unique
 * @param pages of a form that is asked in steps, at least two, which have each input once; empty
 *     for a form in one piece
 * @param command the argument list of a subjob, never empty, never for a shell
 * @param environment variables beside the envelope's own
 * @param interactive how a person works with the program while it runs, {@code vnc} for its
 *     windows; its outputs are then brought back when they are there
 * @param checkpoint globs of the files that hold its state: a program that ends with status 85
 *     after writing them is started again, here or elsewhere, and finds them; empty when it does
 *     not
 * @param deterministic whether the same values and files always give the same results, so that an
 *     earlier job's can be offered
 * @param progress how a program tells how far it is, when it does
 * @param split how the job is cut into chunks, when it is
 * @param mergeCommand run once in the envelope after the tables are merged, in a folder that holds
 *     the merged files; makes the outputs whose {@code fromMerge} is set
 * @param outputs in the order of the results page
 * @param presets values that change some fields of the form and leave the others as they are
 * @param folder holds {@code app.yaml} and the files of the examples
 * @param digest SHA-256 of the folder's names and contents, 64 lower-case hex digits
 */
public record App(
    String id,
    String title,
    String category,
    String about,
    List<String> packages,
    List<String> allow,
    List<Sandbox.Host> network,
    List<Input> inputs,
    List<Page> pages,
    List<Argument> command,
    Map<String, Template> environment,
    Optional<String> interactive,
    List<String> checkpoint,
    boolean deterministic,
    Optional<Progress> progress,
    Optional<Split> split,
    Optional<List<Argument>> mergeCommand,
    List<Output> outputs,
    List<Plot> plots,
    Resources resources,
    List<Example> examples,
    List<Example> presets,
    Path folder,
    String digest) {

  /**
   * A step of the form.
   *
   * @param about shown under its title, usually nothing
   * @param inputs names; the form asks them in the order of {@link App#inputs}
   */
  public record Page(String title, String about, List<String> inputs) {}

  /**
   * Values that fill in the form.
   *
   * @param inputs values by input name; a file is {@code example:NAME}
   * @param sweep lists of values by input name
   */
  public record Example(String title, String about, ObjectNode inputs, ObjectNode sweep) {}

  /** {@return the first sentence of {@code about}, on one line} */
  public String summary() {
    String line = about.strip().replaceAll("\\s+", " ");
    int end = line.indexOf(". ");
    return end < 0 ? line : line.substring(0, end + 1);
  }

  /** {@return the programs that its commands name outright} */
  public List<String> programs() {
    Stream<List<Argument>> listing =
        inputs.stream()
            .flatMap(Input::withRows)
            .flatMap(Input::forms)
            .flatMap(form -> form.optionSource().stream())
            .filter(OptionSource.CommandSource.class::isInstance)
            .map(source -> ((OptionSource.CommandSource) source).command());
    return Stream.of(Stream.of(command), mergeCommand.stream(), listing)
        .flatMap(all -> all)
        .map(List::getFirst)
        .filter(Argument.One.class::isInstance)
        .map(first -> ((Argument.One) first).template())
        .filter(template -> template.names().isEmpty())
        .map(Template::source)
        .distinct()
        .toList();
  }

  /** {@return the input of that name} */
  public Optional<Input> input(String name) {
    return inputs.stream().filter(input -> input.name().equals(name)).findFirst();
  }

  /**
   * {@return the input that a name means in {@code app.yaml}}
   *
   * @param name of an input of the form, or {@code group.input} for one of a row
   */
  public Optional<Input> named(String name) {
    int dot = name.indexOf('.');
    return dot < 0
        ? input(name)
        : input(name.substring(0, dot))
            .flatMap(
                group ->
                    group instanceof Input.RepeatInput rows
                        ? rows.input(name.substring(dot + 1))
                        : Optional.empty());
  }

  /** {@return the table output of that name} */
  public Optional<Output.TableOutput> table(String name) {
    return tables().stream().filter(table -> table.name().equals(name)).findFirst();
  }

  /** {@return the outputs that are tables, in order} */
  public List<Output.TableOutput> tables() {
    return outputs.stream()
        .filter(Output.TableOutput.class::isInstance)
        .map(Output.TableOutput.class::cast)
        .toList();
  }

  /** {@return the names of the inputs that take several values} */
  public List<String> sweepable() {
    return inputs.stream().filter(Input::sweepable).map(Input::name).toList();
  }

  /** {@return the files that a subjob leaves behind, relative to its scratch folder} */
  public List<String> subjobFiles() {
    return outputs.stream().filter(o -> !o.fromMerge()).map(Output::file).distinct().toList();
  }

  /**
   * {@return the file that {@code example:NAME} means}
   *
   * @param reference what stands for the file in an input, with or without the prefix
   */
  public Optional<Path> exampleFile(String reference) {
    if (!reference.startsWith(Input.EXAMPLE_PREFIX)) {
      return Optional.empty();
    }
    String name = reference.substring(Input.EXAMPLE_PREFIX.length());
    if (!AppFolder.isPlainName(name)) {
      return Optional.empty();
    }
    Path file = folder.resolve(AppFolder.EXAMPLES).resolve(name);
    return AppFolder.isPlainFile(file) ? Optional.of(file) : Optional.empty();
  }
}
