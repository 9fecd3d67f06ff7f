/** The window's title: the page's, before it the number of ends that the person has not looked at. */
import { text } from "../text/common";

let page = "";
let count = 0;

function write(): void {
  document.title = `${count === 0 ? "" : `(${count}) `}${page} · ${text.product}`;
}

export function titleTab(title: string): void {
  page = title;
  write();
}

export function countInTab(ends: number): void {
  count = ends;
  write();
}
