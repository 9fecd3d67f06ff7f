package org.gridappliance.ipop.netns;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/** Network namespaces, real nodes of the program in them, and the machine's own tools. */
final class Lab implements AutoCloseable {

  private final String prefix;
  private final Path folder;
  private final List<String> namespaces = new ArrayList<>();
  private final List<Process> processes = new ArrayList<>();
  private final Map<String, Process> nodes = new HashMap<>();
  private int ports;

  /** What a command said. */
  record Result(int code, String output) {}

  Lab(String prefix, Path folder) {
    this.prefix = prefix;
    this.folder = folder;
  }

  /** Makes a namespace with its loopback up. {@return its full name} */
  String namespace(String name) throws IOException, InterruptedException {
    String full = prefix + name;
    must("ip", "netns", "add", full);
    namespaces.add(full);
    in(full, "ip", "link", "set", "lo", "up");
    return full;
  }

  /** Joins two namespaces by a cable. Addresses as {@code 192.0.2.1/24}. */
  void cable(String a, String nicA, String addressA, String b, String nicB, String addressB)
      throws IOException, InterruptedException {
    must("ip", "link", "add", nicA, "netns", a, "type", "veth", "peer", "name", nicB, "netns", b);
    in(a, "ip", "addr", "add", addressA, "dev", nicA);
    in(b, "ip", "addr", "add", addressB, "dev", nicB);
    in(a, "ip", "link", "set", nicA, "up");
    in(b, "ip", "link", "set", nicB, "up");
  }

  /** Joins a namespace to the bridge {@code br} of another. */
  void plug(String switchBox, String namespace, String nic, String address)
      throws IOException, InterruptedException {
    String port = "p" + ++ports;
    must(
        "ip", "link", "add", port, "netns", switchBox, "type", "veth", "peer", "name", nic, "netns",
        namespace);
    in(switchBox, "ip", "link", "set", port, "master", "br", "up");
    in(namespace, "ip", "addr", "add", address, "dev", nic);
    in(namespace, "ip", "link", "set", nic, "up");
  }

  /** Loads nftables rules into a namespace. */
  void nft(String namespace, String rules) throws IOException, InterruptedException {
    Path file = folder.resolve(namespace + ".nft");
    Files.writeString(file, rules);
    in(namespace, "nft", "-f", file.toString());
  }

  /** Kills the node of a namespace without a word. */
  void stop(String namespace) throws IOException, InterruptedException {
    Process process = nodes.get(namespace);
    if (process == null || !process.destroyForcibly().waitFor(5, TimeUnit.SECONDS)) {
      throw new IOException("no node to stop in " + namespace);
    }
  }

  /** Runs a node as root without any capability. */
  Result runWithoutCapabilities(String namespace, Path settings)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                "ip",
                "netns",
                "exec",
                namespace,
                "setpriv",
                "--bounding-set",
                "-all",
                "--inh-caps",
                "-all",
                "--"));
    command.addAll(ipop("run", settings.toString()));
    return run(command);
  }

  /** Runs a command in a namespace; it must succeed. {@return its output} */
  String in(String namespace, String... command) throws IOException, InterruptedException {
    Result result = tryIn(namespace, command);
    if (result.code != 0) {
      throw new IOException(
          namespace
              + ": "
              + String.join(" ", command)
              + " ended with "
              + result.code
              + ": "
              + result.output);
    }
    return result.output;
  }

  Result tryIn(String namespace, String... command) throws IOException, InterruptedException {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    all.addAll(List.of(command));
    return run(all);
  }

  /** Writes a node's settings and {@return its file} */
  Path settings(String name, String text) throws IOException {
    Path file = folder.resolve(name + ".yaml");
    Files.writeString(file, text + "\ndata: " + folder.resolve(name) + "\n");
    return file;
  }

  /** {@return a node's key, made if need be} */
  String key(Path settings) throws IOException, InterruptedException {
    Result result = run(ipop("key", settings.toString()));
    if (result.code != 0) {
      throw new IOException(result.output);
    }
    return result.output.strip();
  }

  /** Starts a node in a namespace. */
  Process node(String namespace, Path settings) throws IOException {
    List<String> command = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    command.addAll(ipop("run", settings.toString()));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve(namespace + ".log").toFile())
            .start();
    processes.add(process);
    nodes.put(namespace, process);
    return process;
  }

  String log(String namespace) throws IOException {
    return Files.readString(folder.resolve(namespace + ".log"));
  }

  /** Asks a running node. */
  String status(Path settings) throws IOException, InterruptedException {
    return run(ipop("status", settings.toString())).output;
  }

  /** Starts something that runs beside the test, and is ended with it. */
  Process start(String namespace, String... command) throws IOException {
    List<String> all = new ArrayList<>(List.of("ip", "netns", "exec", namespace));
    all.addAll(List.of(command));
    Process process =
        new ProcessBuilder(all)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    processes.add(process);
    return process;
  }

  /**
   * Sends random bytes by TCP from one namespace to another. {@return what the sender and the
   * receiver say of them}
   */
  List<String> transfer(String from, String to, String address, long bytes)
      throws IOException, InterruptedException {
    String port = Integer.toString(7000 + ++ports);
    List<String> take = new ArrayList<>(List.of("ip", "netns", "exec", to));
    take.addAll(java(Transfer.class.getName(), "take", port));
    Process taking = new ProcessBuilder(take).redirectErrorStream(true).start();
    processes.add(taking);
    String sent =
        in(
            from,
            java(Transfer.class.getName(), "give", address, port, Long.toString(bytes))
                .toArray(String[]::new));
    String got = new String(taking.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return List.of(sent.strip(), got.strip());
  }

  /** Gets a virtual address with the machine's DHCP client. {@return the address} */
  String dhcp(String namespace, String device) throws IOException, InterruptedException {
    Path script = folder.resolve("dhcp-script");
    if (!Files.exists(script)) {
      Files.writeString(
          script,
          """
          #!/bin/sh
          case "$1" in
            bound|renew)
              ip addr flush dev "$interface"
              ip addr add "$ip/$mask" dev "$interface"
              ;;
          esac
          """);
      script.toFile().setExecutable(true);
    }
    in(
        namespace,
        "udhcpc",
        "-i",
        device,
        "-n",
        "-q",
        "-f",
        "-t",
        "15",
        "-T",
        "1",
        "-s",
        script.toString());
    String addresses = in(namespace, "ip", "-4", "-o", "addr", "show", "dev", device);
    return addresses.replaceAll("(?s).*inet ([0-9.]+)/.*", "$1").strip();
  }

  private static List<String> ipop(String... arguments) {
    List<String> command = java("org.gridappliance.ipop.program.Main");
    command.addAll(List.of(arguments));
    return command;
  }

  private static List<String> java(String... mainAndArguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx96m",
                "-XX:+UseSerialGC",
                "-XX:TieredStopAtLevel=1",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path")));
    command.addAll(List.of(mainAndArguments));
    return command;
  }

  private static void must(String... command) throws IOException, InterruptedException {
    Result result = run(List.of(command));
    if (result.code != 0) {
      throw new IOException(String.join(" ", command) + ": " + result.output);
    }
  }

  private static Result run(List<String> command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new IOException(String.join(" ", command) + ": took more than 60 s");
    }
    return new Result(process.exitValue(), output);
  }

  @Override
  public void close() throws IOException {
    try {
      for (Process process : processes) {
        process.destroy();
      }
      for (Process process : processes) {
        if (!process.waitFor(5, TimeUnit.SECONDS)) {
          process.destroyForcibly();
        }
      }
      for (String namespace : namespaces) {
        must("ip", "netns", "del", namespace);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while cleaning up " + namespaces, e);
    }
  }
}
