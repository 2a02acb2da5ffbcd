// The transfers of services as a terminal shows them: for each the time of its smallest file by each system, in 80 columns.

import { formatSignificant, formatSize, systemLabel, type TransferAnalysis, transferLabel } from '../analysis/mod.ts';
import { wrapText } from './wrap-text.ts';

const FIRST_WIDTH = 10;
const WIDTH = 10;

/** Without a newline at its end; empty without transfers. */
export function formatTransferTable(transfers: readonly TransferAnalysis[], width: number): string {
  const [first] = transfers;
  if (first === undefined) return '';
  const systems = [...new Set(transfers.flatMap((one) => one.systems.map(({ system }) => system)))];
  const row = (cells: readonly string[]) =>
    cells.map((cell, index) => (index === 0 ? cell.padEnd(FIRST_WIDTH) : cell.padStart(WIDTH))).join('');
  const short = (name: string) => name.replace('forward-oneway', 'fwd-1way');
  const rule = '─'.repeat(FIRST_WIDTH + WIDTH * systems.length);
  const troubles = transfers.flatMap(({ transfer, failures, counts }) => [
    ...failures.map(
      (one) => `${transferLabel(transfer)}, ${systemLabel(one.system)}: ${one.count} failed: ${one.what}`,
    ),
    ...counts.map((one) => `${transferLabel(transfer)}, ${systemLabel(one.system)}: ${one.count} ${one.what}`),
  ]);
  return [
    `Services: time of ${formatSize(first.smallBytes)}, µs`,
    row(['', ...systems.map((system) => short(systemLabel(system)))]),
    rule,
    ...transfers.map((one) =>
      row([
        transferLabel(one.transfer),
        ...systems.map((name) => {
          const point = one.systems.find(({ system }) => system === name)?.smallBlock;
          return point === undefined ? '–' : formatSignificant(point.oneWayNs.value / 1000);
        }),
      ]),
    ),
    rule,
    ...troubles.flatMap((line) => wrapText(line, width, '  • ', '    ')),
  ].join('\n');
}
