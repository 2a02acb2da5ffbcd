// What can be wrong with a conf or hosts file. Faults are gathered while reading and resolving, and raised once, all
// together, as one ConfError; nothing here prints.

import { LvskitError } from '../model/mod.ts';

/** One kind of fault. Each has a row in docs/errors.md. */
export type ProblemCode =
  | 'CONF_AMBIGUOUS_HOST'
  | 'CONF_BAD_ADDRESS'
  | 'CONF_BAD_DEVICE'
  | 'CONF_BAD_NAME'
  | 'CONF_BAD_NETMASK'
  | 'CONF_DUPLICATE_KEY'
  | 'CONF_DUPLICATE_REALSERVER'
  | 'CONF_DUPLICATE_SERVICE'
  | 'CONF_GATEWAY_UNREACHABLE'
  | 'CONF_MISSING_KEY'
  | 'CONF_NETWORK_MISMATCH'
  | 'CONF_NETWORKS_OVERLAP'
  | 'CONF_NO_REALSERVER'
  | 'CONF_REALSERVER_OUTSIDE'
  | 'CONF_REPLY_BYPASSES_DIRECTOR'
  | 'CONF_SYNTAX'
  | 'CONF_UNKNOWN_HOST'
  | 'CONF_UNKNOWN_KEY'
  | 'CONF_UNKNOWN_PORT'
  | 'CONF_UNKNOWN_VALUE'
  | 'CONF_UNREADABLE'
  | 'CONF_VIP_TAKEN'
  | 'CONF_WORD_COUNT'
  | 'CONF_WRONG_MACHINE';

/** A place in a file; line and column count from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Problem {
  readonly code: ProblemCode;
  readonly file: string;
  /** Undefined when the file as a whole is meant: it could not be read. */
  readonly line: number | undefined;
  readonly column: number | undefined;
  readonly message: string;
  readonly remedy: string;
}

/** `vs-dr.conf:12: realserver 'sneezey' is not in the hosts file; did you mean 'sneezy'?` */
function formatProblem(problem: Problem): string {
  const place = problem.line === undefined ? problem.file : `${problem.file}:${problem.line}`;
  return `${place}: ${problem.message}; ${problem.remedy}`;
}

/** Everything that is wrong with a conf file and its hosts file; the message has a line for each problem. */
export class ConfError extends LvskitError {
  readonly problems: readonly Problem[];

  constructor(problems: readonly Problem[], cause?: unknown) {
    super('CONF_INVALID', problems.map(formatProblem).join('\n'), { exitStatus: 2, fields: { problems }, cause });
    this.problems = problems;
  }
}

/** Gathers problems, so that one run of `lvskit check` tells all of them. */
export class ProblemList {
  readonly #problems: Problem[];

  constructor(problems: readonly Problem[] = []) {
    this.#problems = [...problems];
  }

  add(code: ProblemCode, at: Position, message: string, remedy: string): void {
    this.#problems.push({ code, file: at.file, line: at.line, column: at.column, message, remedy });
  }

  /** In order of line and column, all of `firstFile` before any other file. */
  inOrder(firstFile: string): readonly Problem[] {
    const fileRank = (problem: Problem): number => (problem.file === firstFile ? 0 : 1);
    return this.#problems.toSorted(
      (a, b) => fileRank(a) - fileRank(b) || (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0),
    );
  }
}
