// What a reader sees who points at a mark in an interactive plot. Plain text made safe for HTML.

import {
  type Comparison,
  formatInterval,
  formatSignificant,
  formatSize,
  type SizePoint,
  type SizeRatio,
  systemLabel,
} from '../analysis/mod.ts';
import type { SystemName } from '../model/mod.ts';
import { escapeMarkup } from './markup.ts';

export function describePoint(system: SystemName, { sizeBytes, oneWayNs, throughputMbps }: SizePoint): string {
  const [timeUs, lowUs, highUs] = [oneWayNs.value, oneWayNs.low, oneWayNs.high].map((ns) =>
    formatSignificant(ns / 1000),
  );
  return lines(
    `${systemLabel(system)}, ${formatSize(sizeBytes)}`,
    `${timeUs} µs one way (${lowUs}–${highUs})`,
    `${formatSignificant(throughputMbps.value)} Mbit/s`,
  );
}

export function describeRatio({ system, baseline }: Comparison, { sizeBytes, time }: SizeRatio): string {
  return lines(
    `${systemLabel(system)} / ${systemLabel(baseline)}, ${formatSize(sizeBytes)}`,
    `${time.value.toFixed(3)} (${formatInterval(time)})`,
    time.verdict === 'unresolved' ? 'not resolved' : time.verdict === 'higher' ? 'slower' : 'faster',
  );
}

export function describeResidual(
  system: SystemName,
  { sizeBytes, relative }: { readonly sizeBytes: number; readonly relative: number },
): string {
  return lines(`${systemLabel(system)}, ${formatSize(sizeBytes)}`, `${(relative * 100).toFixed(1)} % off the line`);
}

function lines(...texts: readonly string[]): string {
  return texts.map(escapeMarkup).join('<br>');
}
