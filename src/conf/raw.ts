// Raw: conf and hosts files as written, every word with its place, nothing looked up or judged. Lines that cannot be
// read at all are kept as problems, so that the resolver can tell them together with its own.

import type { Ipv4 } from '../model/mod.ts';
import type { Position, Problem } from './errors.ts';

export interface RawWord extends Position {
  readonly text: string;
}

/** `KEY=word word …` */
export interface RawAssignment {
  readonly key: RawWord;
  readonly words: readonly RawWord[];
}

export interface RawConf {
  readonly file: string;
  readonly assignments: readonly RawAssignment[];
  /** The last line: the place to name for what is missing. */
  readonly end: Position;
  readonly problems: readonly Problem[];
}

/** `ADDRESS NAME NAME …`, at least one name. */
export interface RawHost {
  readonly address: Ipv4;
  readonly names: readonly RawWord[];
}

export interface RawHosts {
  readonly file: string;
  readonly hosts: readonly RawHost[];
  readonly problems: readonly Problem[];
}
