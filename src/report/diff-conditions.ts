// What opens every diff on a terminal: which runs, when, and what differed when they were measured.

import type { SettingDifference } from '../analysis/mod.ts';
import { formatTime } from './html-page.ts';
import { styleText, wrapText } from './wrap-text.ts';

export interface DiffTableOptions {
  /** What the runs are called: their folders. */
  readonly names: { readonly a: string; readonly b: string };
  /** Of texts; tables have 80 columns. */
  readonly width?: number;
  readonly color?: boolean;
}

interface Conditions {
  readonly startedAt: { readonly a: string; readonly b: string };
  readonly settings: readonly SettingDifference[];
}

const SETTING_WIDTH = 20;

export function formatConditions({ startedAt, settings }: Conditions, options: DiffTableOptions): string[] {
  const { names, width = 80, color = false } = options;
  const title = settings.length === 0 ? 'Measured under the same conditions.' : 'What differed when they were measured';
  return [
    `A  ${formatTime(startedAt.a)}  ${names.a}`,
    `B  ${formatTime(startedAt.b)}  ${names.b}`,
    '',
    styleText(title, 'bold', color),
    ...settings.flatMap(({ name, a, b }) =>
      wrapText(`${a} → ${b}`, width, `  ${name.padEnd(SETTING_WIDTH)}`, ' '.repeat(SETTING_WIDTH + 2)),
    ),
  ];
}
