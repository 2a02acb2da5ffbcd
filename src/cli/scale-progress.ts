// What `lvskit scale` says while it works: a line for each thing that it begins, and for each window.

import { formatSignificant } from '../model/mod.ts';
import type { ScaleProgress } from '../suite/mod.ts';

export function describeProgress(progress: ScaleProgress): string {
  switch (progress.stage) {
    case 'building':
      return `building ${progress.system} with ${countOf(progress.realservers, 'realserver')}`;
    case 'connecting':
      return `starting agents on ${countOf(progress.hosts, 'host')}`;
    case 'unread':
      return `counters of ${progress.machine} will be missing: ${progress.why}`;
    case 'measuring': {
      const { sample, done, total } = progress;
      const bytes = sample.shares.reduce((sum, { payloadBytes }) => sum + payloadBytes, 0);
      const mbps = (bytes * 8) / sample.seconds / 1e6;
      return `  ${done} of ${total}: ${sample.system}, ${countOf(sample.clients, 'client')}, ${formatSignificant(mbps)} Mbit/s`;
    }
  }
}

function countOf(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}
