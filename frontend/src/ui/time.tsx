import { useEffect, useState, type ReactElement } from "react";
import { ago, exact } from "../lib/format";

/** The time in milliseconds, renewed every `every` milliseconds, or not at all when that is 0. */
export function useNow(every: number): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (every <= 0) {
      return undefined;
    }
    const timer = setInterval(() => setNow(Date.now()), every);
    return () => clearInterval(timer);
  }, [every]);
  return now;
}

/** A moment relative to now, the exact one on hover. */
export function Ago({ at, never = "–" }: { at: string | null | undefined; never?: string }): ReactElement {
  const now = useNow(10_000);
  if (at === null || at === undefined) {
    return <span>{never}</span>;
  }
  return (
    <time dateTime={at} title={exact(at)}>
      {ago(Date.parse(at), now)}
    </time>
  );
}
