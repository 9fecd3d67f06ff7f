/** A text with line numbers, and what is wrong at the lines where it is wrong. */
import type { ReactElement, Ref } from "react";
import styles from "./editor.module.css";

export interface Mistake {
  line: number;
  column: number;
  place: string;
  message: string;
}

export interface CodeAreaProps {
  label: string;
  value: string;
  mistakes: readonly Mistake[];
  change: (value: string) => void;
  save: () => void;
  area: Ref<HTMLTextAreaElement>;
}

const LINE = 20;
const TOP = 8;

export function CodeArea({ label, value, mistakes, change, save, area }: CodeAreaProps): ReactElement {
  const lines = value.split("\n");
  const wrong = new Map<number, Mistake>();
  for (const one of mistakes.toReversed()) {
    wrong.set(Math.min(one.line, lines.length), one);
  }
  return (
    <div className={styles.box}>
      <div className={styles.numbers} aria-hidden>
        {lines.map((_, i) => (
          <div key={i} className={wrong.has(i + 1) ? styles.bad : undefined}>
            {i + 1}
          </div>
        ))}
      </div>
      <div className={styles.sheet}>
        {[...wrong].map(([line, one]) => (
          <div key={line} className={styles.mark} style={{ top: TOP + (line - 1) * LINE }} aria-hidden>
            <span style={{ visibility: "hidden" }}>{lines[line - 1]}</span>
            <span className={styles.words}>{"  "}{one.message.split("\n")[0]}</span>
          </div>
        ))}
        <textarea
          ref={area}
          className={styles.text}
          aria-label={label}
          aria-invalid={mistakes.length > 0}
          rows={lines.length}
          cols={Math.max(40, ...lines.map((line) => line.length + 2))}
          wrap="off"
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          maxLength={262_144}
          value={value}
          onChange={(e) => change(e.currentTarget.value)}
          onKeyDown={(e) => {
            if ((e.ctrlKey || e.metaKey) && e.key === "s") {
              e.preventDefault();
              save();
            }
          }}
          style={{ position: "relative" }}
        />
      </div>
    </div>
  );
}

/** Where a line and column are in a text, both from 1. */
export function offsetOf(value: string, line: number, column: number): number {
  let at = 0;
  for (let n = 1; n < line; n++) {
    const end = value.indexOf("\n", at);
    if (end < 0) {
      return value.length;
    }
    at = end + 1;
  }
  const end = value.indexOf("\n", at);
  return Math.min(at + column - 1, end < 0 ? value.length : end);
}
