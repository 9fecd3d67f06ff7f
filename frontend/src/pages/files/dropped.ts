/** What was dropped: files with their paths, folders read to the bottom. At most 100,000 files. */
export interface Dropped {
  /** Beneath the folder it is dropped on. */
  path: string;
  file: File;
}

const MOST = 100_000;

/** Reads a drop. Call within the event: the browser empties the list afterwards. */
export async function readDrop(transfer: DataTransfer): Promise<{ files: Dropped[]; folders: string[] }> {
  const files: Dropped[] = [];
  const folders: string[] = [];
  const entries: FileSystemEntry[] = [];
  for (const item of transfer.items) {
    const entry = item.webkitGetAsEntry();
    const file = entry === null ? item.getAsFile() : null; // a file that is on no disk
    if (entry !== null) {
      entries.push(entry);
    } else if (file !== null) {
      files.push({ path: file.name, file });
    }
  }
  const waiting = entries.map((entry) => ({ entry, path: entry.name }));
  for (let next = waiting.shift(); next !== undefined && files.length < MOST; next = waiting.shift()) {
    const { entry, path } = next;
    if (isFile(entry)) {
      files.push({ path, file: await fileOf(entry) });
    } else if (isFolder(entry)) {
      const children = await childrenOf(entry);
      if (children.length === 0) {
        folders.push(path);
      }
      waiting.push(...children.map((child) => ({ entry: child, path: `${path}/${child.name}` })));
    }
  }
  return { files, folders };
}

function isFile(entry: FileSystemEntry): entry is FileSystemFileEntry {
  return entry.isFile;
}

function isFolder(entry: FileSystemEntry): entry is FileSystemDirectoryEntry {
  return entry.isDirectory;
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => entry.file(resolve, reject));
}

/** A reader gives at most 100 entries a time. */
async function childrenOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    if (part.length === 0) {
      return all;
    }
    all.push(...part);
  }
}

/** Files of a chooser; those of a folder chooser carry their paths. */
export function ofChooser(list: readonly File[]): Dropped[] {
  return list.map((file) => ({ path: file.webkitRelativePath === "" ? file.name : file.webkitRelativePath, file }));
}
