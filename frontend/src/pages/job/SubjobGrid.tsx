/**
 * All subjobs as small squares. One stop for the Tab key; arrows move, Enter chooses. Squares are drawn in blocks
 * that are redrawn only when one of theirs changed, so that thousands stay quick.
 */
import { memo, useId, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactElement } from "react";
import { stateOf, type SubjobState } from "../../lib/subjobStates";
import { text } from "../../text/jobs";
import styles from "./SubjobsTab.module.css";

const BLOCK = 100;
/** Squares beyond this are not drawn; the list below reaches all. */
export const MOST_SQUARES = 5_000;

interface BlockProps {
  id: string;
  from: number;
  states: string;
  only: SubjobState | undefined;
  chosen: number;
  cursor: number;
}

const Block = memo(function Block({ id, from, states, only, chosen, cursor }: BlockProps): ReactElement {
  return (
    <span className={styles.block} role="presentation">
      {Array.from(states, (letter, i) => {
        const index = from + i;
        const state = stateOf(letter);
        return (
          <span
            key={index}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === chosen}
            aria-label={text.subjobs.square(index, state)}
            title={text.subjobs.square(index, state)}
            className={styles.square}
            data-index={index}
            data-state={letter}
            data-dim={(only !== undefined && state !== only) || undefined}
            data-cursor={index === cursor || index === chosen || undefined}
          />
        );
      })}
    </span>
  );
});

export interface SubjobGridProps {
  states: string;
  only: SubjobState | undefined;
  chosen: number | undefined;
  choose: (index: number | undefined) => void;
}

export function SubjobGrid({ states, only, chosen, choose }: SubjobGridProps): ReactElement {
  const id = useId();
  const box = useRef<HTMLDivElement>(null);
  const [cursor, setCursor] = useState(chosen ?? 0);
  const [focused, setFocused] = useState(false);
  const shown = states.slice(0, MOST_SQUARES);
  const at = Math.min(cursor, Math.max(0, shown.length - 1));

  const move = (to: number) => {
    const next = Math.max(0, Math.min(shown.length - 1, to));
    setCursor(next);
    document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: "nearest" });
  };
  const perLine = () => Math.max(1, Math.floor(((box.current?.clientWidth ?? 17) - 8 + 3) / 17));
  const onKey = (event: KeyboardEvent) => {
    const steps: Record<string, number> = {
      ArrowRight: 1,
      ArrowLeft: -1,
      ArrowDown: perLine(),
      ArrowUp: -perLine(),
      Home: -shown.length,
      End: shown.length,
    };
    const step = steps[event.key];
    if (step !== undefined) {
      event.preventDefault();
      move(at + step);
    } else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      choose(chosen === at ? undefined : at);
    } else if (event.key === "Escape") {
      choose(undefined);
    }
  };
  const onClick = (event: MouseEvent) => {
    const index = Number((event.target as HTMLElement).dataset.index ?? -1);
    if (index >= 0) {
      setCursor(index);
      choose(chosen === index ? undefined : index);
    }
  };
  const blocks = [];
  for (let from = 0; from < shown.length; from += BLOCK) {
    const inside = (index: number | undefined) => (index !== undefined && index >= from && index < from + BLOCK ? index : -1);
    blocks.push(
      <Block
        key={from}
        id={id}
        from={from}
        states={shown.slice(from, from + BLOCK)}
        only={only}
        chosen={inside(chosen)}
        cursor={focused ? inside(at) : -1}
      />,
    );
  }
  return (
    <div
      ref={box}
      className={styles.grid}
      role="listbox"
      tabIndex={0}
      aria-label={text.subjobs.gridLabel}
      aria-activedescendant={shown.length > 0 ? `${id}-${at}` : undefined}
      onKeyDown={onKey}
      onClick={onClick}
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
    >
      {blocks}
    </div>
  );
}
