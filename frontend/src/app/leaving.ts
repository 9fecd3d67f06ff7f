/** Whether the person logged out himself: then login says so, and leads Home instead of back. */
let leaving = false;

export function markLeaving(is: boolean): void {
  leaving = is;
}

export function isLeaving(): boolean {
  return leaving;
}
