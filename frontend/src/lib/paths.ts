/** Paths beneath a home: names between slashes, none at either end; "" is the home. Pure. */

export function under(folder: string, name: string): string {
  return folder === "" ? name : `${folder}/${name}`;
}

export function parent(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

export function last(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

export function isWithin(path: string, folder: string): boolean {
  return folder === "" || path === folder || path.startsWith(`${folder}/`);
}

const ARCHIVE = /\.(zip|tar|tar\.gz|tgz)$/i;

export function isArchive(name: string): boolean {
  return ARCHIVE.test(name);
}

/** The name without what tells the kind of an archive. */
export function stem(name: string): string {
  const short = name.replace(ARCHIVE, "");
  return short === "" ? name : short;
}

export type Kind = "text" | "table" | "image" | "pdf" | "other";

const kinds: readonly [Kind, RegExp][] = [
  ["table", /\.(csv|tsv)$/i],
  ["image", /\.(png|jpe?g|gif|webp|bmp|avif|ico)$/i],
  ["pdf", /\.pdf$/i],
  [
    "text",
    /(\.(txt|md|log|out|err|json|ya?ml|xml|html?|svg|css|js|mjs|ts|tsx|py|r|jl|m|pl|rb|sh|bash|c|h|cc|cpp|hpp|f|f90|for|java|rs|go|ini|cfg|conf|toml|tex|bib|fa|fasta|fna|faa|fastq|fq|sam|vcf|gff3?|gtf|bed|pdb|mol2?|sdf|smi|xyz|gro|top|mdp|inp|in|lmp|data|dat|hmm|sto|aln|nwk|nex|sub|dag|diff|patch|sql|properties|env|rst|csl|gitignore)|(^|\/)(README|LICENSE|Makefile|Dockerfile|CHANGELOG))$/i,
  ],
];

/** What a file probably is, by its name. Web pages and drawings count as text: they are never run. */
export function kindOf(name: string): Kind {
  return kinds.find(([, ending]) => ending.test(name))?.[0] ?? "other";
}
