// Files that have been read and are kept, as a kernel's client keeps them: by what their attributes say when they are
// opened (close-to-open consistency, RFC 1813 section 4.11), they are given out once more, or read anew.

import type { TakePart } from './file-transfer.ts';
import type { FileFound } from './nfs-calls.ts';

interface CachedFile {
  readonly changed: string;
  readonly bytes: Uint8Array;
}

/** What a reader's call copies at once. */
const PART_BYTES = 128 * 1024;

export class FileCache {
  readonly #files = new Map<string, CachedFile>();
  readonly #part = new Uint8Array(PART_BYTES);

  /** Gives the file out if it is here and has not changed; says whether it did. */
  giveOut({ handle, sizeBytes, changed }: FileFound, take?: TakePart): boolean {
    const file = this.#files.get(keyOf(handle));
    if (file === undefined || file.changed !== changed || file.bytes.length !== sizeBytes) return false;
    for (let offset = 0; offset < sizeBytes; offset += PART_BYTES) {
      const part = file.bytes.subarray(offset, offset + PART_BYTES);
      // A reader gets a copy of its own.
      this.#part.set(part);
      take?.(offset, this.#part.subarray(0, part.length));
    }
    return true;
  }

  /** What is to take the parts of a file that is read; once `keep` has been called, it is here. */
  fill({ handle, sizeBytes, changed }: FileFound, take?: TakePart): { readonly take: TakePart; keep(): void } {
    const bytes = new Uint8Array(sizeBytes);
    return {
      take(offset, part) {
        bytes.set(part, offset);
        take?.(offset, part);
      },
      keep: () => {
        this.#files.set(keyOf(handle), { changed, bytes });
      },
    };
  }
}

function keyOf(handle: Uint8Array): string {
  return Buffer.from(handle).toString('hex');
}
