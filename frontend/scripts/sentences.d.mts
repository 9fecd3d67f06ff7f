export function sentences(source: string): string[];
export function isSentence(pattern: string): boolean;
export function spoken(): Map<string, string[]>;
