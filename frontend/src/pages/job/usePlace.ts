import { useDebouncedCallback } from "@mantine/hooks";
import { useCallback, useState } from "react";
import { useAddress } from "../../lib/address";

/** A film goes faster than browsers let a page change its address. */
const STAYS_MILLISECONDS = 500;

/** Which of many things is shown, from 0; the address has it under this key, as soon as one stays there. */
export function usePlace(key: string): [number, (at: number) => void] {
  const [search, setSearch] = useAddress();
  const [at, setAt] = useState(() => {
    const asked = search.get(key) ?? "";
    return /^\d{1,6}$/.test(asked) ? Number(asked) : 0;
  });
  const keep = useDebouncedCallback((place: number) => {
    setSearch(
      (before) => {
        if (place === 0) {
          before.delete(key);
        } else {
          before.set(key, String(place));
        }
        return before;
      },
      { replace: true, preventScrollReset: true },
    );
  }, STAYS_MILLISECONDS);
  const go = useCallback(
    (place: number) => {
      setAt(place);
      keep(place);
    },
    [keep],
  );
  return [at, go];
}
