/** Whose jobs a page is about: one's own, a group's, everybody's. */
import { NativeSelect, type MantineSize } from "@mantine/core";
import type { ReactElement } from "react";
import { text } from "../text/jobs";

export interface Scope {
  owner?: "all";
  group?: string;
}

const GROUP = "group ";

/** Writes a choice into the address. */
export function scoped(scope: Scope): (now: URLSearchParams) => URLSearchParams {
  return (now) => {
    for (const key of ["before", "owner", "group"]) {
      now.delete(key);
    }
    for (const [key, value] of Object.entries(scope)) {
      now.set(key, String(value));
    }
    return now;
  };
}

export function Whose({
  scope,
  groups,
  everybody,
  choose,
  size,
}: {
  scope: Scope;
  groups: readonly string[];
  everybody: boolean;
  choose: (scope: Scope) => void;
  size?: MantineSize;
}): ReactElement | null {
  // one that the address names stands here too: the page says why it shows nothing
  const names = scope.group === undefined || groups.includes(scope.group) ? groups : [...groups, scope.group];
  if (!everybody && names.length === 0) {
    return null;
  }
  return (
    <NativeSelect
      size={size}
      aria-label={text.whose}
      maw={220}
      value={scope.owner ?? (scope.group === undefined ? "" : GROUP + scope.group)}
      data={[
        { value: "", label: text.own },
        ...names.map((name) => ({ value: GROUP + name, label: text.ofGroup(name) })),
        ...(everybody ? [{ value: "all", label: text.everybody }] : []),
      ]}
      onChange={(e) => {
        const { value } = e.currentTarget;
        choose(value === "all" ? { owner: "all" } : value === "" ? {} : { group: value.slice(GROUP.length) });
      }}
    />
  );
}
