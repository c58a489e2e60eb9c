/** A file or folder in a folder. */
export interface FolderEntry {
  readonly name: string;
  /** `other` for links, pipes and the like. */
  readonly kind: 'file' | 'folder' | 'other';
}

/** What changes when a file does. */
export interface FileFacts {
  /** In bytes. */
  readonly size: number;
  /** Milliseconds since the Unix epoch. */
  readonly modifiedAt: number;
}

/** The files that a session reads and writes, as a port: on disk, or in memory for tests. */
export interface WorkspaceFiles {
  /**
   * The text of a file, or undefined where there is none or it cannot be read, or where it has more
   * than `longest` bytes.
   */
  readText(path: string, longest?: number): Promise<string | undefined>;
  /** Writes beside the file first and renames, so that a reader never sees half of it. */
  writeAtomically(path: string, text: string): Promise<void>;
  /** Writes a file that must not be there yet, whole or not at all; false where it was there. */
  createExclusively(path: string, text: string): Promise<boolean>;
  /** Makes a folder and its parents. Returns false where the folder itself was there already. */
  makeFolder(path: string): Promise<boolean>;
  /** What is in a folder; empty where there is none. */
  entries(path: string): Promise<readonly FolderEntry[]>;
  /** Undefined where there is no such file. */
  facts(path: string): Promise<FileFacts | undefined>;
  /** Names in a folder; empty where there is none. */
  list(path: string): Promise<readonly string[]>;
}
