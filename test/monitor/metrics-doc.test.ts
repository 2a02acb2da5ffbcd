// Holds docs/metrics.md and the metrics together.

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { metricsOf } from '../../src/monitor/metrics.ts';
import { reading } from './readings.ts';

const document = readFileSync('docs/metrics.md', 'utf8');

test('docs/metrics.md has a row with name and type for each metric, in their order, and for nothing else', () => {
  const rows = [...document.matchAll(/^\| `(lvskit_\w+)` \| (\w+) \|/gm)].map(([, name, type]) => `${name} ${type}`);
  assert.deepEqual(
    rows,
    metricsOf(reading([]), '1').map(({ name, type }) => `${name} ${type}`),
  );
});

test('its rules name metrics that there are', () => {
  const names = new Set(metricsOf(reading([]), '1').map(({ name }) => name));
  const named = [...document.matchAll(/\blvskit_[a-z_]+\b/g)].map(([name]) => name);
  assert.deepEqual(
    [...new Set(named)].filter((name) => !names.has(name)),
    [],
  );
});
