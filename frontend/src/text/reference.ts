/** Words of the page API. What it tells of operations is the contract's own, in English. */
import { count } from "../lib/format";

export const reference = {
  title: "API",
  open: "API",
  openFrom: "What a program can ask for",
  intro: "Everything these pages do goes through this interface, and a program of yours can do the same. It is made from the contract that the portal checks each request against.",
  token: "A program sends a token, which you make with just the scopes it needs under",
  tokenLink: "Profile, Tokens",
  contract: "openapi.yaml",
  filter: "Filter: a word of the name, the path or what it does",
  found: (operations: number) => `${count(operations)} operations`,
  none: { title: "No operation matches", body: "Every word of the filter must be in its name, path or description.", action: "Clear the filter" },
  parameters: "Parameters",
  body: "Body",
  answers: "Answers",
  example: "Example",
  fields: "Fields",
  schema: "Schema",
  columns: { name: "Name", type: "Type", note: "Meaning" },
  required: "required",
  anyone: "needs no login",
  within: { inPath: "in the path", inQuery: "in the query", inHeader: "a header", inCookie: "a cookie" },
};
