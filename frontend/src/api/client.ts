/**
 * The one door to the server: typed calls, the CSRF header, and problems (RFC 9457) as errors.
 * Calls run on the page's thread and reject with ApiError, whose message is fit to be shown.
 */
import { plain } from "../lib/format";
import { spoken } from "../lib/language";
import { sayAll, saySentence, translated } from "../lib/said";
import { text } from "../text/common";
import type { paths } from "./generated/api";
import type { Problem, Session } from "./types";

export const API = "/api/v1";

/** A refused or failed request, in words. `status` 0 means that no answer came. */
export class ApiError extends Error {
  readonly problem: Problem;

  constructor(
    readonly status: number,
    problem: Problem,
  ) {
    super(saySentence(problem.detail ?? problem.title));
    this.problem = { ...problem, detail: problem.detail && this.message, errors: problem.errors?.map((e) => ({ ...e, message: saySentence(e.message) })) };
    this.name = "ApiError";
  }

  /** The message for one field, when the problem names it. */
  field(name: string): string | undefined {
    return this.problem.errors?.find((e) => e.field === name || e.field.endsWith(`/${name}`))?.message;
  }
}

type Method = "get" | "post" | "put" | "patch" | "delete";
type Operation<P extends keyof paths, M extends Method> = paths[P][M];
type Json<T> = T extends { content: { "application/json": infer B } } ? B : undefined;
type Answers<O> = O extends { responses: infer R } ? R : never;
export type Ok<O> = Json<Answers<O>[Extract<keyof Answers<O>, 200 | 201 | 202>]>;
type Query<O> = O extends { parameters: { query?: infer Q } } ? Q : never;
type SentBody<R> = [R] extends [never] ? never : R extends { content: { "application/json": infer B } } ? B : never;
type Body<O> = O extends { requestBody?: infer R } ? SentBody<NonNullable<R>> : never;

export interface CallOptions<O> {
  path?: Record<string, string | number>;
  query?: Query<O>;
  body?: Body<O>;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

let csrf = "";
let onSignedOut: () => void = () => undefined;

/** Remembers the CSRF token of the session that the server just described. */
export function adoptSession(session: Session): Session {
  csrf = session.csrf;
  return session;
}

export function csrfToken(): string {
  return csrf;
}

/** What to do when the server says that nobody is logged in any more. */
export function whenSignedOut(action: () => void): void {
  onSignedOut = action;
}

/** Builds the address of a call: path parameters escaped, absent query values left out. */
export function address(
  template: string,
  path: Record<string, string | number> = {},
  query: Record<string, unknown> = {},
): string {
  const filled = template.replace(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(String(path[name] ?? "")));
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== "") {
      search.set(key, plain(value));
    }
  }
  const tail = search.toString();
  return API + filled + (tail === "" ? "" : `?${tail}`);
}

/** Calls one operation of the contract. */
export async function call<M extends Method, P extends keyof paths>(
  method: M,
  template: P,
  options: CallOptions<Operation<P, M>> = {},
): Promise<Ok<Operation<P, M>>> {
  const url = address(template, options.path, options.query);
  const response = await send(method.toUpperCase(), url, {
    body: options.body === undefined ? undefined : JSON.stringify(options.body),
    type: "application/json",
    headers: options.headers,
    signal: options.signal,
  });
  const empty = response.status === 204 || response.headers.get("content-length") === "0";
  return (empty ? undefined : await readJson(response)) as Ok<Operation<P, M>>;
}

interface Sent {
  body?: BodyInit;
  type?: string;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** A plain route: same session, same errors, the response as it came. */
export async function send(
  method: string,
  url: string,
  request: Sent = {},
  retry = true,
): Promise<Response> {
  const response = await attempt(method, url, request);
  await spoken;
  if (response.ok) {
    return response;
  }
  const error = new ApiError(response.status, await problemOf(response));
  if (retry && response.status === 403 && error.message.includes("X-CSRF-Token")) {
    // another tab logged in anew: learn this session's token, once
    adoptSession(await call("get", "/session"));
    return send(method, url, request, false);
  }
  if (response.status === 401 && !(method === "POST" && url === `${API}/session`)) {
    onSignedOut();
  }
  throw error;
}

async function attempt(
  method: string,
  url: string,
  request: Sent,
): Promise<Response> {
  const headers: Record<string, string> = { Accept: "application/json, application/problem+json, */*", ...request.headers };
  if (request.body !== undefined && request.type !== undefined) {
    headers["Content-Type"] = request.type;
  }
  if (method !== "GET") {
    headers["X-CSRF-Token"] = csrf;
  }
  try {
    return await fetch(url, { method, headers, body: request.body, signal: request.signal, credentials: "same-origin" });
  } catch (e) {
    if (request.signal?.aborted === true) {
      throw e;
    }
    throw new ApiError(0, { type: "about:blank", title: text.errors.offline, status: 0, detail: text.errors.offline });
  }
}

async function problemOf(response: Response): Promise<Problem> {
  const type = response.headers.get("content-type") ?? "";
  if (type.includes("json")) {
    const body: unknown = await response.json().catch(() => undefined);
    if (typeof body === "object" && body !== null && "title" in body) {
      const problem = body as Problem;
      const title = translated(problem.detail ?? "") === undefined ? text.errors.instead(response.status) : undefined;
      return title === undefined ? problem : { ...problem, title, detail: undefined };
    }
  }
  const title = text.errors.status(response.status);
  return { type: "about:blank", title, status: response.status, detail: title };
}

async function readJson(response: Response): Promise<unknown> {
  const body = await response.text();
  return body === "" ? undefined : sayAll(JSON.parse(body) as unknown);
}

/** The words for anything that was thrown. */
export function words(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
