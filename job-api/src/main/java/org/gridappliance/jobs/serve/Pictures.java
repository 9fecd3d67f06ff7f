package org.gridappliance.jobs.serve;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.gridappliance.jobs.app.App;
import org.gridappliance.jobs.app.Column;
import org.gridappliance.jobs.app.ImageFormat;
import org.gridappliance.jobs.app.Output;
import org.gridappliance.jobs.app.Value;
import org.gridappliance.jobs.job.JobPlan;
import org.gridappliance.jobs.lease.FileRef;
import org.gridappliance.jobs.merge.Merge;

/**
 * The pictures among a job's results: of outputs that are declared as images, and of files whose
 * name says that they are one. What follows from the application and the names of the files is
 * found anew each time, so that also old jobs have it.
 */
final class Pictures {
  /** Of one output; the other files are told by their number alone. */
  private static final int MOST = 1000;

  /** What {@link Merge} puts between a name and its ending, when there are several. */
  private static final Pattern NUMBER = Pattern.compile("-(\\d{5,9})");

  private final JobPlan plan;
  private final int subjobs;
  private final List<Column> swept;
  private final NavigableMap<String, FileRef> files = new TreeMap<>();
  private final Set<String> declared = new HashSet<>();

  /**
   * @param subjobs how many the job has
   * @param sweptNames inputs that it sweeps over
   */
  Pictures(JobPlan plan, int subjobs, Collection<String> sweptNames, List<FileRef> results) {
    this.plan = plan;
    this.subjobs = subjobs;
    this.swept = Merge.swept(plan.app(), sweptNames);
    results.forEach(file -> files.put(file.path(), file));
    plan.app().outputs().forEach(output -> declared.add(output.file()));
  }

  private record Frame(FileRef file, int index) {}

  /** Adds an entry for each output that left a picture. */
  void addTo(ArrayNode images) {
    App app = plan.app();
    for (Output output : app.outputs()) {
      boolean sequence = false;
      if (output instanceof Output.ImageOutput image) {
        sequence = image.sequence();
      } else if (!isPicture(output)) {
        continue;
      }
      List<Frame> frames = frames(output);
      if (!frames.isEmpty()) {
        add(images.addObject(), output, sequence, frames);
      }
    }
  }

  /** Files one behind the other are no picture any more. */
  private boolean isPicture(Output output) {
    return output instanceof Output.FileOutput file
        && ImageFormat.of(file.file()).isPresent()
        && (file.join() == Output.Join.EACH || file.fromMerge() || subjobs == 1);
  }

  private List<Frame> frames(Output output) {
    FileRef alone = files.get(output.file());
    if (alone != null) {
      return List.of(new Frame(alone, subjobs == 1 && !output.fromMerge() ? 0 : -1));
    }
    String file = output.file();
    int dot = file.lastIndexOf('.'); // a picture's name has an ending
    String stem = file.substring(0, dot);
    String ending = file.substring(dot);
    List<Frame> frames = new ArrayList<>();
    // from "stem-" to "stem.": what lies between begins with "stem-"
    for (FileRef one : files.subMap(stem + "-", stem + ".").values()) {
      String path = one.path();
      if (path.endsWith(ending) && !declared.contains(path)) {
        var number = NUMBER.matcher(path.substring(stem.length(), path.length() - ending.length()));
        if (number.matches() && Integer.parseInt(number.group(1)) < subjobs) {
          frames.add(new Frame(one, Integer.parseInt(number.group(1))));
        }
      }
    }
    frames.sort(java.util.Comparator.comparingInt(Frame::index));
    return frames;
  }

  private void add(ObjectNode node, Output output, boolean sequence, List<Frame> frames) {
    node.put("name", output.name());
    node.put("title", output.title());
    node.put("sequence", sequence);
    node.put("count", frames.size());
    ArrayNode columns = node.putArray("swept");
    swept.forEach(column -> columns.add(Views.column(column)));
    ArrayNode list = node.putArray("frames");
    for (Frame frame : frames.subList(0, Math.min(MOST, frames.size()))) {
      ObjectNode one = list.addObject();
      one.put("file", frame.file().path());
      one.put("bytes", frame.file().bytes());
      if (frame.index() >= 0) {
        one.put("subjob", frame.index());
        Map<String, Value> values = plan.swept(frame.index());
        ArrayNode cells = one.putArray("values");
        swept.forEach(column -> cells.add(text(values, column)));
      }
    }
  }

  private static String text(Map<String, Value> values, Column column) {
    Value value = values.get(column.name());
    return value == null ? "" : value.shown();
  }
}
