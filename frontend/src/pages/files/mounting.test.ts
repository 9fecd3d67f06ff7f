import { describe, expect, it } from "vitest";
import { stepsFor, systemOf, type MountFacts, type System } from "./mounting";

const facts: MountFacts = { origin: "https://grid.example:8443", host: "grid.example", port: "8443", user: "ada", tls: true };

describe("mounting", () => {
  it("tells Windows the path of a TLS share, the file size limit and the trust", () => {
    const commands = stepsFor("windows", facts).map((s) => s.command ?? "");
    expect(commands.some((c) => c.includes("\\\\grid.example@SSL@8443\\DavWWWRoot\\dav"))).toBe(true);
    expect(commands.some((c) => c.includes("FileSizeLimitInBytes") && c.includes("4294967295"))).toBe(true);
    expect(commands.some((c) => c.includes("Import-Certificate"))).toBe(true);
  });
  it("names user, host and port for every system", () => {
    const systems: System[] = ["windows", "macos", "gnome", "kde", "davfs2", "rclone", "samba"];
    for (const system of systems) {
      expect(stepsFor(system, facts).some((s) => s.command?.includes("grid.example") === true)).toBe(true);
    }
  });
  it("says nothing of certificates where there is no TLS", () => {
    const plain = stepsFor("gnome", { ...facts, tls: false });
    expect(plain.some((s) => s.command?.includes("ca-certificates") === true)).toBe(false);
    expect(plain[0]?.command).toBe("dav://ada@grid.example:8443/dav/");
  });
  it("guesses the system", () => {
    expect(systemOf("Win32")).toBe("windows");
    expect(systemOf("MacIntel")).toBe("macos");
    expect(systemOf("Linux x86_64")).toBe("gnome");
  });
});
