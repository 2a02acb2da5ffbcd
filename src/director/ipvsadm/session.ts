// What an ipvsadm command works on and talks to. The CLI gives it the real things, tests give it their own.

import type { LvskitError } from '../../model/mod.ts';
import type { DataPlane } from '../data-plane.ts';
import type { NameService } from './names.ts';

export interface IpvsadmSession {
  /** Called only by commands that need it: help and version work without. May be called more than once. */
  openDataPlane(): DataPlane | Promise<DataPlane>;
  readonly names: NameService;
  /** lvskit's own. */
  readonly version: string;
  /** Normal output. */
  write(text: string): void;
  /** All of what `-R` is to restore. */
  readInput(): Promise<string>;
  /** `line` is the line of `-R`'s input, when the mistake is in one. */
  reportError(error: LvskitError, line?: number): void;
}
