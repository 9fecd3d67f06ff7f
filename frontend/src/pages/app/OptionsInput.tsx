/** Choices that a file of the form or a command of the application gives: read when the file is chosen, searched on the server when they are many. */
import { Button, Loader, MultiSelect, Select, Stack, Text, TextInput, type OptionsFilter, type SelectProps } from "@mantine/core";
import type { RJSFSchema } from "@rjsf/utils";
import { useDebouncedValue } from "@mantine/hooks";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { useMemo, useState, type ReactElement } from "react";
import { ApiError, call, words } from "../../api/client";
import { count } from "../../lib/format";
import { text } from "../../text/apps";
import type { Values } from "../../lib/validator";
import type { FieldContext } from "./context";
import { neededOf, propertyOf, titleOf } from "./form";
import { useRow } from "./rows";

interface Option {
  value: string;
  note?: string;
}

export interface OptionsInputProps {
  id: string;
  name: string;
  label: string;
  description?: string;
  error?: string;
  required?: boolean;
  disabled?: boolean;
  /** One value or several. */
  several: boolean;
  values: readonly string[];
  onChange: (values: string[]) => void;
  context: FieldContext;
}

const NONE: readonly Option[] = [];

/** What is told of this field, without its name. */
function problemOf(error: Error, name: string): string {
  return (error instanceof ApiError ? error.field(name) : undefined) ?? words(error);
}

/** What an input is asked with: in a row it is `group.input`, and of the group only that row is sent. */
function useAsked(context: FieldContext, field: string) {
  const row = useRow();
  if (row === undefined) {
    return { name: field, inputs: context.inputs, schema: context.app.schema as RJSFSchema, own: {}, property: propertyOf(context.app, field) };
  }
  const { group, index } = row;
  const input = field.slice(`${group}_${index}_`.length);
  const rows = context.inputs[group];
  const own = (Array.isArray(rows) ? (rows[index] as Values | undefined) : undefined) ?? {};
  const asked = context.rows[group]?.[index];
  const known = Object.fromEntries(Object.entries(own).filter(([n, v]) => v !== undefined && v !== "" && asked?.names.has(n) === true));
  return { name: `${group}.${input}`, inputs: { ...context.inputs, [group]: [known] }, schema: asked?.schema ?? {}, own: known, property: asked?.properties[input] ?? {} };
}

/** What a list says of itself: being read, how long, why there is none. */
function useOptions(context: FieldContext, field: string, values: readonly string[], search: string) {
  const { app } = context;
  const { name, inputs, schema, own, property } = useAsked(context, field);
  const needs = neededOf(property) ?? [];
  const valueOf = (n: string) => (n.includes(".") ? own[n.slice(n.indexOf(".") + 1)] : context.inputs[n]);
  const isRequired = (n: string) => ((n.includes(".") ? schema : (app.schema as RJSFSchema)).required ?? []).includes(n.slice(n.indexOf(".") + 1));
  const from = Object.fromEntries(needs.map((n) => [n, valueOf(n)]));
  const missing = needs.find((n) => {
    const given = valueOf(n) !== undefined && valueOf(n) !== "";
    return !given && propertyOf(app, n).format === "file" && (needs.length === 1 || isRequired(n));
  });
  const key = ["options", app.id, name, from] as const;
  const path = { app: app.id, input: name };
  const list = useQuery({
    queryKey: key,
    queryFn: ({ signal }) => call("post", "/apps/{app}/inputs/{input}/options", { path, body: { inputs, row: 0, limit: 100 }, signal }),
    enabled: missing === undefined,
    retry: false,
    staleTime: 60_000,
  });
  const all = list.data;
  const [asked] = useDebouncedValue(search.trim(), 200);
  const long = all !== undefined && all.count > all.options.length;
  const found = useQuery({
    queryKey: [...key, "search", asked],
    queryFn: ({ signal }) => call("post", "/apps/{app}/inputs/{input}/options", { path, body: { inputs, row: 0, list: all?.list, search: asked, limit: 100 }, signal }),
    enabled: long && asked !== "",
    placeholderData: keepPreviousData,
    retry: false,
    staleTime: 60_000,
  });
  const unknown = values.filter((v) => v !== "" && all !== undefined && !all.options.some((o) => o.value === v));
  const checked = useQuery({
    queryKey: [...key, "chosen", unknown],
    queryFn: ({ signal }) => call("post", "/apps/{app}/inputs/{input}/options", { path, body: { inputs, row: 0, list: all?.list, chosen: unknown, limit: 1 }, signal }),
    enabled: all !== undefined && unknown.length > 0,
    retry: false,
    staleTime: 60_000,
  });
  const low = search.trim().toLowerCase();
  const shown: readonly Option[] =
    all === undefined
      ? NONE
      : long && asked !== ""
        ? (found.data?.options ?? NONE)
        : all.options.filter((o) => o.value.toLowerCase().includes(low) || (o.note ?? "").toLowerCase().includes(low));
  return {
    missing,
    needs,
    reading: list.isFetching,
    failure: list.isError ? problemOf(list.error, name) : undefined,
    again: () => void list.refetch(),
    all,
    shown,
    long,
    gone: unknown.length > 0 ? (checked.data?.gone ?? []) : [],
  };
}

export function OptionsInput(props: OptionsInputProps): ReactElement {
  const { id, name, label, description, required, several, values, onChange, context } = props;
  const [search, setSearch] = useState("");
  const typed = several || search !== values[0] ? search : "";
  const options = useOptions(context, name, values, typed);
  const { all, shown, missing, needs, reading, failure, gone } = options;
  const notes = useMemo(() => new Map([...(all?.options ?? NONE), ...shown].map((o) => [o.value, o.note])), [all, shown]);
  const from = needs[0] === undefined ? context.app.title : titleOf(context.app, needs[0]);
  const dropped = context.dropped;
  if (dropped !== undefined && needs.includes(dropped.input)) {
    return (
      <TextInput
        id={id}
        label={label}
        description={text.options.later(from)}
        error={props.error}
        required={required}
        value={values.join(", ")}
        spellCheck={false}
        onChange={(e) => {
          const next = e.currentTarget.value;
          onChange(next === "" ? [] : several ? next.split(/,\s*/) : [next]);
        }}
      />
    );
  }
  const told = [
    all === undefined ? undefined : text.options.count(count(all.count), all.count === 1, from),
    options.long ? text.options.typeToFind(count(all?.options.length ?? 0)) : undefined,
    all !== undefined && all.leftOut > 0 ? text.options.leftOut(count(all.leftOut), all.leftOut === 1) : undefined,
  ].filter((t) => t !== undefined);
  const searched: OptionsFilter = ({ options: given }) => given.filter((o) => "value" in o && shown.some((s) => s.value === o.value));
  const data = [...new Set([...shown.map((o) => o.value), ...values.filter((v) => v !== "")])];
  const render: SelectProps["renderOption"] = ({ option }) => (
    <Stack gap={0}>
      <Text size="sm" className="wrap">
        {option.value}
      </Text>
      {(notes.get(option.value) ?? "") !== "" && (
        <Text size="xs" c="dimmed" className="wrap">
          {notes.get(option.value)}
        </Text>
      )}
    </Stack>
  );
  const shared = {
    id,
    label,
    description,
    required,
    data,
    error: props.error ?? (gone[0] === undefined ? undefined : text.options.gone(gone[0], from)),
    disabled: props.disabled === true || missing !== undefined || (all === undefined && failure === undefined),
    placeholder: missing !== undefined ? text.options.first(titleOf(context.app, missing)) : reading ? text.options.reading(from) : undefined,
    searchable: true,
    searchValue: search,
    onSearchChange: setSearch,
    // what is shown was searched already
    filter: searched,
    nothingFoundMessage: all?.count === 0 ? text.options.empty(from) : text.options.noMatch,
    maxDropdownHeight: 280,
    rightSection: reading ? <Loader size="xs" /> : undefined,
    renderOption: render,
  };
  return (
    <Stack gap={4}>
      {several ? (
        <MultiSelect {...shared} value={[...values]} onChange={onChange} hidePickedOptions clearable={values.length > 0} />
      ) : (
        <Select {...shared} value={values[0] ?? null} clearable={required !== true} onChange={(next) => onChange(next === null ? [] : [next])} />
      )}
      <Text size="xs" c="dimmed" role="status">
        {reading ? text.options.reading(from) : told.join(" · ")}
      </Text>
      {failure !== undefined && !reading && (
        <Stack gap={6} align="flex-start" role="alert">
          <Text size="sm" c="var(--mantine-color-error)" className="wrap">
            {failure}
          </Text>
          <Button size="compact-sm" variant="default" onClick={options.again} aria-label={text.options.againLabel(label)}>
            {text.options.again}
          </Button>
        </Stack>
      )}
    </Stack>
  );
}
