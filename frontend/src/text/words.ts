/** The shape of a catalogue in another language: the English one's keys and parameters, any words. */
export type Words<T> = T extends string
  ? string
  : T extends (...given: infer A) => infer R
    ? (...given: A) => Words<R>
    : { readonly [K in keyof T]: Words<T[K]> };
