// What `lvskit apply` and `lvskit remove` print.

import type { Applied, HostOutlook, Removed, Undoing } from '../host/mod.ts';
import type { Cluster } from '../model/mod.ts';

/** Before each command: it has to be given, or what it sets is so, or what it had set will be undone. */
const MARKS = { set: 'set ', so: '=   ', undo: 'undo' } as const;

/** Which machine this is, and each step with its mark. */
export function formatOutlook({ machine, steps, obsolete }: HostOutlook, { source }: Cluster): string {
  const nics = machine.nics.map(({ device, address }) => `${address} on ${device}`).join(', ');
  const name = machine.hostname === machine.name ? machine.name : `${machine.name} (${machine.hostname})`;
  const lines = [
    `This host is ${name} of ${source.confFile}: ${nics}.`,
    ...steps.flatMap(({ commands, isSo }) => commands.map((command) => `  ${isSo ? MARKS.so : MARKS.set} ${command}`)),
    ...obsolete.map((command) => `  ${MARKS.undo} ${command}`),
  ];
  return asText(lines);
}

/** Undefined: nothing was to be applied. */
export function formatApplied(applied: Applied | undefined): string {
  if (applied === undefined) return 'Nothing has been set: this was a dry run.\n';
  const { made, undoing } = applied;
  const undone = undoing.undone.length;
  if (made === 0 && undone === 0) return asText(['All of it was so already.', ...formatLeft(undoing)]);
  const changes = [count(made, 'change'), ...(undone === 0 ? [] : [`${undone} undone`])].join(', ');
  return asText([`Done: ${changes}. To undo all: lvskit remove`, ...formatLeft(undoing)]);
}

export function formatRemoved(removed: Removed | undefined): string {
  if (removed === undefined) return 'There is nothing to undo: lvskit apply has not set this host up.\n';
  const { record, undone } = removed;
  const interrupted = record.status === 'interrupted' ? ', though it was interrupted' : '';
  return asText([
    `This host was set up as ${record.machine} of ${record.confFile}${interrupted}.`,
    ...undone.map((command) => `  ${MARKS.undo} ${command}`),
    `Undone: ${count(undone.length, 'step')}.`,
    ...formatLeft(removed),
  ]);
}

function formatLeft({ left }: Undoing): readonly string[] {
  return left.length === 0 ? [] : ['Left as somebody else has made it:', ...left.map((what) => `  ${what}`)];
}

export function outlookAsJson({ machine, steps, obsolete }: HostOutlook, applied: Applied | undefined): object {
  return {
    machine: machine.name,
    role: machine.role,
    nics: machine.nics.map(({ device, address }) => ({ device, address })),
    steps: steps.map(({ commands, isSo }) => ({ commands, state: isSo ? 'so' : 'to be set' })),
    obsolete,
    applied: applied !== undefined,
    changes: applied?.made ?? 0,
    ...applied?.undoing,
  };
}

export function removedAsJson(removed: Removed | undefined): object {
  if (removed === undefined) return { removed: false, undone: [], left: [] };
  const { record, undone, left } = removed;
  return { removed: true, machine: record.machine, role: record.role, status: record.status, undone, left };
}

function count(quantity: number, noun: string): string {
  return `${quantity} ${noun}${quantity === 1 ? '' : 's'}`;
}

function asText(lines: readonly string[]): string {
  return lines.map((line) => `${line}\n`).join('');
}
