// What `lvskit doctor` prints, for 80 columns. Commands stay on one line, so that they can be copied.

import type { Diagnosis, Finding } from '../doctor/mod.ts';
import { wrapWords } from '../model/mod.ts';

const LABELS = { evidence: 'evidence', why: 'why', mend: 'mend' } as const;
const WIDTH = 80;
const LABEL_WIDTH = 10;
const INDENT = '  ';

export function formatDiagnosis(diagnosis: Diagnosis): string {
  const { findings, examined, unreached, connections } = diagnosis;
  const blocks = findings.map(formatFinding);
  const lost = unreached.flatMap(({ machine, why }) =>
    wrapWords(`${machine} could not be looked at: ${why}.`, WIDTH, '', INDENT),
  );
  const machines =
    unreached.length === 0
      ? plural(examined.length, 'machine')
      : `${examined.length} of ${examined.length + unreached.length} machines`;
  const looked = `${machines} looked at, ${plural(connections, 'connection')} tried through the VIP`;
  const found = findings.length === 0 ? 'Nothing found' : plural(findings.length, 'finding');
  const result = examined.length === 0 ? 'Not examined: no machine could be looked at.' : `${found}: ${looked}.`;
  return [...blocks, ...lost, result].map((block) => `${block}\n`).join(findings.length > 0 ? '\n' : '');
}

/** For programs; a machine that could not be looked at is no health. */
export function formatDiagnosisJson(diagnosis: Diagnosis): string {
  return `${JSON.stringify({ healthy: isHealthy(diagnosis), ...diagnosis }, undefined, 2)}\n`;
}

export function isHealthy({ findings, unreached }: Diagnosis): boolean {
  return findings.length === 0 && unreached.length === 0;
}

function formatFinding({ name, summary, evidence, why, remedies, advice }: Finding): string {
  const commands = remedies.map(({ machine, command }) => `${machine}: ${command}`);
  return [
    ...wrapWords(`${summary} (${name})`, WIDTH, '', INDENT),
    ...evidence.flatMap((text, index) => labelled(index === 0 ? LABELS.evidence : '', text)),
    ...labelled(LABELS.why, why),
    ...commands.map((text, index) => `${INDENT}${(index === 0 ? LABELS.mend : '').padEnd(LABEL_WIDTH)}${text}`),
    ...(advice === undefined ? [] : labelled(commands.length === 0 ? LABELS.mend : '', advice)),
  ].join('\n');
}

function labelled(label: string, text: string): readonly string[] {
  return wrapWords(text, WIDTH, `${INDENT}${label.padEnd(LABEL_WIDTH)}`, ' '.repeat(INDENT.length + LABEL_WIDTH));
}

function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
