// A file of a report before anything is written.

export interface ReportFile {
  /** Without a folder. */
  readonly name: string;
  readonly content: string;
}
