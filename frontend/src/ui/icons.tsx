/** Line icons, 24-unit grid, drawn by the text's colour and size. All are decoration: the word stands beside them. */
import type { ReactElement } from "react";

const shapes = {
  home: "M4 11l8-7 8 7M6 10v10h12V10M10 20v-6h4v6",
  apps: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 17a3 3 0 1 0 6 0a3 3 0 1 0-6 0",
  jobs: "M4 6h2M10 6h10M4 12h2M10 12h10M4 18h2M10 18h10",
  files: "M4 6a2 2 0 0 1 2-2h4l2 3h6a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2z",
  desktops: "M3 4h18v12H3zM9 20h6M12 16v4",
  terminal: "M3 4h18v16H3zM7 9l3 3-3 3M12 15h5",
  full: "M4 9V4h5M20 9V4h-5M4 15v5h5M20 15v5h-5",
  pool: "M12 4a2 2 0 1 0 0.01 0M5 17a2 2 0 1 0 0.01 0M19 17a2 2 0 1 0 0.01 0M11 8l-5 9M13 8l5 9M7 19h10",
  admin: "M12 3l7 3v5c0 5-3 8-7 10c-4-2-7-5-7-10V6zM9 12l2 2 4-4",
  search: "M10 4a6 6 0 1 0 0.01 0M15 15l5 5",
  person: "M12 4a4 4 0 1 0 0.01 0M5 20c0-4 3-6 7-6s7 2 7 6",
  sun: "M12 8a4 4 0 1 0 0.01 0M12 2v2M12 20v2M2 12h2M20 12h2M5 5l1.5 1.5M17.500 17.500l1.500 1.500M5 19l1.500-1.500M17.500 6.500l1.500-1.500",
  keyboard: "M3 7h18v10H3zM7 11h.01M11 11h.01M15 11h.01M8 14h8",
  exit: "M14 4H6v16h8M10 12h10M17 9l3 3-3 3",
  play: "M8 5l11 7-11 7z",
  pause: "M8 5v14M16 5v14",
  stop: "M6 6h12v12H6z",
  hold: "M12 4a8 8 0 1 0 0.01 0M10 9v6M14 9v6",
  again: "M5 12a7 7 0 1 1 2 5M5 20v-4h4",
  trash: "M5 7h14M9 7V4h6v3M7 7l1 13h8l1-13M10 11v5M14 11v5",
  download: "M12 4v11M8 11l4 4 4-4M5 20h14",
  upload: "M12 16V5M8 9l4-4 4 4M5 20h14",
  copy: "M9 9h11v11H9zM5 15V4h11",
  check: "M5 13l4 4L19 7",
  cross: "M6 6l12 12M18 6L6 18",
  warn: "M12 4l9 16H3zM12 10v4M12 17h.01",
  more: "M5 12h.01M12 12h.01M19 12h.01",
  plus: "M12 5v14M5 12h14",
  minus: "M5 12h14",
  up: "M6 15l6-6 6 6",
  down: "M6 9l6 6 6-6",
  left: "M15 6l-6 6 6 6",
  right: "M9 6l6 6-6 6",
  first: "M17 6l-6 6 6 6M7 6v12",
  last: "M7 6l6 6-6 6M17 6v12",
  file: "M6 3h8l4 4v14H6zM14 3v4h4",
  share: "M6 12a2.500 2.500 0 1 0 0.01 0M18 5a2.500 2.500 0 1 0 0.01 0M18 17a2.500 2.500 0 1 0 0.01 0M8.500 13.500l7-5.500M8.500 15.500l7 3.500",
  pencil: "M4 20l1-4L16 5l3 3L8 19zM14 7l3 3",
  clock: "M12 4a8 8 0 1 0 0.01 0M12 8v4l3 2",
  box: "M4 8l8-4 8 4v8l-8 4-8-4zM4 8l8 4 8-4M12 12v8",
  link: "M10 14l4-4M8 11l-2 2a3.500 3.500 0 0 0 5 5l2-2M16 13l2-2a3.500 3.500 0 0 0-5-5l-2 2",
  drive: "M4 14h16v5H4zM6 14l2-9h8l2 9M8 16.500h.01",
  eye: "M2 12c3-5 6-7 10-7s7 2 10 7c-3 5-6 7-10 7s-7-2-10-7M12 9a3 3 0 1 0 0.01 0",
  move: "M4 6a2 2 0 0 1 2-2h4l2 3h6a2 2 0 0 1 2 2v8a2 2 0 0 1-2 2H6a2 2 0 0 1-2-2zM9 13h6M13 10l3 3-3 3",
  horn: "M4 10v4h3l6 4V6L7 10zM17 9a4 4 0 0 1 0 6",
  bolt: "M13 3L5 14h6l-1 7l8-11h-6z",
  plot: "M4 4v16h16M8 16v-4M12 16V8M16 16v-6",
  key: "M8 12a4 4 0 1 0 0.01 0M11 15l9-9M17 9l2 2",
  chip: "M7 7h10v10H7zM10 4v3M14 4v3M10 17v3M14 17v3M4 10h3M4 14h3M17 10h3M17 14h3",
} as const;

export type IconName = keyof typeof shapes;

export function Icon({ name, size = 18 }: { name: IconName; size?: number }): ReactElement {
  return (
    <svg
      width={size}
      height={size}
      viewBox="0 0 24 24"
      fill="none"
      stroke="currentColor"
      strokeWidth={1.75}
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={shapes[name]} />
    </svg>
  );
}
