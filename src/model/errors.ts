// The one base class of every error that lvskit raises on purpose. Each area keeps a file of subclasses or
// factories; `docs/errors.md` has a row for every code. Only `cli` prints errors and chooses the exit status.

/** Exit status that `cli` gives an error: 1 the work failed, 2 the input (usage, conf) is wrong. */
export type ExitStatus = 1 | 2;

export interface ErrorDetails {
  /** What to do about it, as one sentence in the imperative. */
  readonly remedy?: string;
  /** What raised it further down; kept so that nothing of the reason is lost. */
  readonly cause?: unknown;
  /** Facts for `--json`, for example file, line, value. */
  readonly fields?: Readonly<Record<string, unknown>>;
  readonly exitStatus?: ExitStatus;
}

/** Base class: what failed, on what and why in `message`; `code` is stable and documented in docs/errors.md. */
export class LvskitError extends Error {
  readonly code: string;
  readonly remedy: string | undefined;
  readonly fields: Readonly<Record<string, unknown>>;
  readonly exitStatus: ExitStatus;

  constructor(code: string, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = new.target.name;
    this.code = code;
    this.remedy = details.remedy;
    this.fields = details.fields ?? {};
    this.exitStatus = details.exitStatus ?? 1;
  }
}
