// Why there is no VM, and what to do about it.

export class VmError extends Error {
  override readonly name = 'VmError';
  readonly remedy: string;

  constructor(message: string, remedy: string, cause?: unknown) {
    super(message, { cause });
    this.remedy = remedy;
  }
}
