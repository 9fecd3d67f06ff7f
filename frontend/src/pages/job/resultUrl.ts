import { API } from "../../api/client";

/** Where a result file of a job is. */
export function resultUrl(job: number, path: string): string {
  return `${API}/jobs/${job}/results/${path.split("/").map(encodeURIComponent).join("/")}`;
}
