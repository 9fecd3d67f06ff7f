import { SegmentedControl, type SegmentedControlProps } from "@mantine/core";
import type { ReactElement } from "react";
import { change, language, languages, type Language } from "../lib/language";
import { text } from "../text/common";

const choices = Object.entries(languages).map(([value, label]) => ({ value, label: <span lang={value}>{label}</span> }));

/** The languages, each in its own words. */
export function LanguageSwitch(props: Omit<SegmentedControlProps, "data">): ReactElement {
  return <SegmentedControl fullWidth size="xs" aria-label={text.top.language} value={language} onChange={(to) => change(to as Language)} data={choices} {...props} />;
}
