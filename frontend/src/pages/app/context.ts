import type { App } from "../../api/types";
import type { Values } from "../../lib/validator";
import type { Asked } from "./cases";
import type { FormState, SweepField } from "./form";

/** What fields need beyond their own value; RJSF hands it to every widget and template. */
export interface FieldContext {
  /** As its form is now: each property in the case that holds. */
  app: App;
  /** The page that is asked, of a form in steps. */
  page: number | undefined;
  /** The values of the inputs that are asked. */
  inputs: Values;
  /** What is asked in the rows of each group. */
  rows: Asked["rows"];
  sweep: FormState["sweep"];
  errors: Readonly<Record<string, string>>;
  setSweep: (name: string, value: SweepField | undefined) => void;
  /** Adds values to those of a swept input, each once. */
  addSwept: (name: string, values: readonly string[]) => void;
  /** The input that takes the file of a trigger, and what to say there. */
  dropped: { input: string; words: string } | undefined;
  /** Adds a row to a group. */
  addRow: (name: string) => void;
  /** Whether a file is on its way: meanwhile rows stay where they are, since it goes into one of them. */
  uploading: boolean;
  busy: (name: string, uploading: boolean) => void;
}
