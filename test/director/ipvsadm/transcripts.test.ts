// Sessions with the real ipvsadm and kernel, given again to ours: every command prints the same and ends the same.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { MemoryDataPlane } from '../memory-data-plane.ts';
import { readTranscript } from './fixtures.ts';
import { run } from './session.ts';

const TRANSCRIPTS = readdirSync(new URL('../../fixtures/ipvsadm/transcripts', import.meta.url));

for (const name of TRANSCRIPTS) {
  test(`${name}: command after command prints what the real one printed, and ends with its status`, async () => {
    const steps = readTranscript(`transcripts/${name}`);
    assert.ok(steps.length > 10);
    const dataPlane = new MemoryDataPlane();
    for (const { command, input, output, status } of steps) {
      const outcome = await run(command, dataPlane, input);
      assert.deepEqual({ output: outcome.output, status: outcome.status }, { output, status }, `ipvsadm ${command}`);
      for (const { error } of outcome.errors) assert.ok(error.remedy, `ipvsadm ${command}`);
      assert.ok(status === 0 || outcome.errors.length > 0, `ipvsadm ${command}`);
    }
  });
}
