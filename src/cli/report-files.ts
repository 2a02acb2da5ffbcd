// The files of a run's folder: read whole, and replaced together.

import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type ReportFile, reportNotWritten, runFolderUnreadable } from '../report/mod.ts';

/** Throws REPORT_FOLDER_UNREADABLE. */
export function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    throw runFolderUnreadable(path, cause);
  }
}

/** Writes everything beside its place before anything takes it: a full disk leaves the old report whole. Throws REPORT_*. */
export function replaceFiles(folder: string, files: readonly ReportFile[]): void {
  const draftOf = (name: string) => join(folder, `.${name}.${process.pid}.tmp`);
  const begun: string[] = [];
  try {
    for (const { name, content } of files) {
      begun.push(draftOf(name));
      writeFileSync(draftOf(name), content);
    }
    for (const { name } of files) renameSync(draftOf(name), join(folder, name));
  } catch (cause) {
    throw reportNotWritten(folder, cause);
  } finally {
    for (const draft of begun) rmSync(draft, { recursive: true, force: true });
  }
}

/** The text of ECharts' bundle, for interactive plots. */
export function readEcharts(): string {
  return readFileSync(fileURLToPath(import.meta.resolve('echarts/dist/echarts.min.js')), 'utf8');
}
