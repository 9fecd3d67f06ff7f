package org.gridappliance.portal.cli;

import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.code_intelligence.jazzer.api.FuzzedDataProvider;
import com.code_intelligence.jazzer.junit.FuzzTest;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.gridappliance.portal.http.Contract;

/**
 * Any words are a call of their operation and of no other path, or are refused in words. Run with
 * {@code JAZZER_FUZZ=1} to look for counterexamples; without, what was found before is tried again.
 */
class OperationFuzzTest {
  private static final List<Operation> ALL = read();

  private static List<Operation> read() {
    try {
      return new Operations(new YAMLMapper().readTree(Contract.load().yaml())).all();
    } catch (java.io.IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @FuzzTest(maxDuration = "60s")
  void anyWordsAreACallOrRefusedInWords(FuzzedDataProvider data) throws Exception {
    Operation operation = ALL.get(data.consumeInt(0, ALL.size() - 1));
    List<String> arguments =
        Stream.generate(() -> data.consumeString(40))
            .limit(data.consumeInt(0, 6))
            .filter(text -> !text.contains("@")) // would open files of this machine
            .collect(Collectors.toCollection(ArrayList::new));
    for (Field field : operation.fields()) {
      if (data.consumeBoolean()) {
        String text = data.consumeString(20).replace("@", "");
        arguments.add(field.name() + (data.consumeBoolean() ? ":=" : "=") + text);
      }
    }
    try {
      Call call = operation.call(arguments, data.consumeBoolean());
      String path = call.path().replaceFirst("\\?.*", "");
      assertTrue(path.matches(operation.path().replaceAll("\\{[^}]+}", "[^/?#]+")), path);
      assertFalse(path.contains("/../"), path);
    } catch (CliException e) {
      assertFalse(String.valueOf(e.getMessage()).isBlank());
    }
  }
}
