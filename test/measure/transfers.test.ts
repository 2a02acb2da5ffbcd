// The loop that all clients share which make one transfer after the other.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TransferFailure } from '../../src/measure/causes.ts';
import { runTransfers } from '../../src/measure/transfers.ts';

const DONE = { payloadBytes: 1, wireBytes: 2 };

function waitMs(ms: number): void {
  Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}

test('a run ends after so many attempts, failed ones among them', async () => {
  let attempts = 0;
  const result = await runTransfers({ seconds: 60, most: 4 }, () => {
    attempts++;
    if (attempts === 2) throw new TransferFailure('a cause');
    return DONE;
  });
  assert.deepEqual([attempts, result.transfers, result.failures], [4, 3, { 'a cause': 1 }]);
  assert.deepEqual([result.payloadBytes, result.wireBytes], [3, 6]);
});

test('what is prepared before a transfer is in nobody’s time', async () => {
  const order: string[] = [];
  const result = await runTransfers(
    {
      seconds: 60,
      most: 2,
      prepare() {
        order.push('prepare');
        waitMs(100);
      },
    },
    () => {
      order.push('transfer');
      return DONE;
    },
  );
  assert.deepEqual(order, ['prepare', 'transfer', 'prepare', 'transfer']);
  assert.ok(result.timeNs.min < 100e6 && result.seconds >= 0.2, JSON.stringify(result.timeNs));
});

test('what cannot be prepared is a failure of its own cause, and nothing is transferred', async () => {
  const prepare = () => {
    throw new TransferFailure('cannot read it here');
  };
  const { transfers, failures } = await runTransfers({ seconds: 60, most: 1, prepare }, () => assert.fail());
  assert.deepEqual([transfers, failures], [0, { 'cannot read it here': 1 }]);
});
