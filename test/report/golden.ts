// Compares text with a file under test/fixtures/run/golden. UPDATE_GOLDEN=1 writes the files anew: look at the
// difference before keeping it.

import assert from 'node:assert/strict';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const FOLDER = fileURLToPath(new URL('../fixtures/run/golden/', import.meta.url));

export function assertGolden(name: string, actual: string): void {
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(FOLDER, { recursive: true });
    writeFileSync(FOLDER + name, actual);
  }
  assert.equal(actual, readFileSync(FOLDER + name, 'utf8'));
}
