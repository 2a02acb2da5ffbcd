// What every kind of task can do: look whether it is so already, make it so, undo it.

import type { Task } from './task.ts';

/**
 * `Before` is what undoing needs to know, as JSON. It is recorded before `make` begins, so `undo` must cope with a
 * change that was never made, or was made in part.
 */
export interface Setter<T extends Task, Before> {
  /** What `make` would change; undefined when it is so already. Changes nothing. */
  look(task: T): Before | undefined;
  make(task: T): void;
  /**
   * Puts back what was before, unless somebody else has changed it since: then it says what was left as it is. Again is
   * harmless.
   */
  undo(task: T, before: Before): string | undefined;
}
