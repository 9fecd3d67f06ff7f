/** The version that a change is made of, for the server to compare. */
export function onlyOf(version: number): Record<string, string> {
  return { "If-Match": `"${version}"` };
}
