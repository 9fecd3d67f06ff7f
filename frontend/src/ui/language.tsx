import { SegmentedControl, type SegmentedControlProps } from "@mantine/core";
import type { ReactElement } from "react";
import { change, language, languages, type Language } from "../lib/language";
import { text } from "../text/common";

const choices = Object.entries(languages).map(([value, label]) => ({ value, label: <span lang={value}>{label}</span> }));

/** The languages, each in its own words. `keep` notes the choice elsewhere too, before the pages load anew. */
export function LanguageSwitch({ keep, ...props }: Omit<SegmentedControlProps, "data"> & { keep?: (to: Language) => Promise<unknown> }): ReactElement {
  const choose = (to: Language) => void (keep?.(to) ?? Promise.resolve()).catch(() => undefined).then(() => change(to));
  return <SegmentedControl fullWidth size="xs" aria-label={text.top.language} value={language} onChange={(to) => choose(to as Language)} data={choices} {...props} />;
}
