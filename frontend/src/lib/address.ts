/**
 * The search parameters of the address, kept by several parts of a page at once: tab, filter, sort, choice.
 *
 * react-router's own setter begins from the parameters of the last render, so of two changes before the next render the
 * first would be lost. Here each begins from the address as it is: the router (BrowserRouter) writes it before it draws.
 */
import { useMemo } from "react";
import { useSearchParams, type NavigateOptions } from "react-router";

export type Change = (now: URLSearchParams) => URLSearchParams;
export type ChangeAddress = (next: Change | Record<string, string> | URLSearchParams, options?: NavigateOptions) => void;

/** Calls that change the address; `search` reads it, `go` writes it at once. */
export function changer(search: () => string, go: (next: URLSearchParams, options?: NavigateOptions) => void): ChangeAddress {
  return (next, options) => go(typeof next === "function" ? next(new URLSearchParams(search())) : new URLSearchParams(next), options);
}

/** As react-router's `useSearchParams`; no change is lost, however many there are in one tick. */
export function useAddress(): [URLSearchParams, ChangeAddress] {
  const [params, go] = useSearchParams();
  return [params, useMemo(() => changer(() => window.location.search, go), [go])];
}
