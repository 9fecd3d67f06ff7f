/** Uploads with progress: XMLHttpRequest, because fetch tells nothing about bytes on their way. */
import { text } from "../text/common";
import { API, ApiError, csrfToken } from "./client";
import type { Problem } from "./types";

export interface Upload {
  done: Promise<void>;
  abort: () => void;
}

/** The address of a file in the caller's home; `path` uses `/` between folders. */
export function fileUrl(path: string): string {
  return `${API}/files/${path.split("/").map(encodeURIComponent).join("/")}`;
}

/** Puts one file at `path` of the home. `progress` gets 0..1, at most once per network event. */
export function upload(path: string, file: File, progress: (part: number) => void): Upload {
  const request = new XMLHttpRequest();
  const done = new Promise<void>((resolve, reject) => {
    const refuse = (status: number, words: string, problem?: Problem) =>
      reject(new ApiError(status, problem ?? { type: "about:blank", title: words, status, detail: words }));
    request.upload.onprogress = (event) => {
      if (event.lengthComputable && event.total > 0) {
        progress(event.loaded / event.total);
      }
    };
    request.onload = () => {
      if (request.status >= 200 && request.status < 300) {
        progress(1);
        resolve();
        return;
      }
      refuse(request.status, text.errors.status(request.status), parseProblem(request.responseText));
    };
    request.onerror = () => refuse(0, text.errors.offline);
    request.onabort = () => refuse(0, text.errors.uploadStopped(file.name));
    request.open("PUT", fileUrl(path));
    request.setRequestHeader("X-CSRF-Token", csrfToken());
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.send(file);
  });
  return { done, abort: () => request.abort() };
}

function parseProblem(body: string): Problem | undefined {
  try {
    const value = JSON.parse(body) as unknown;
    return typeof value === "object" && value !== null && "title" in value ? (value as Problem) : undefined;
  } catch {
    return undefined; // not JSON: the status speaks
  }
}

/** A name that is free among `taken`: `a.fa`, then `a-2.fa`, `a-3.fa` … */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  if (!taken.has(name)) {
    return name;
  }
  const dot = name.lastIndexOf(".");
  const stem = dot > 0 ? name.slice(0, dot) : name;
  const end = dot > 0 ? name.slice(dot) : "";
  for (let n = 2; ; n++) {
    const candidate = `${stem}-${n}${end}`;
    if (!taken.has(candidate)) {
      return candidate;
    }
  }
}
