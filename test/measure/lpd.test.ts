// Print jobs and what print servers answer, as text and bytes. The listings are those of Debian's lpd.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controlFileOf, dataFileOf, formatControlFile, JOBS, numberOf } from '../../src/measure/clients/lpd/job.ts';
import { parseQueue } from '../../src/measure/clients/lpd/queue.ts';
import { causeOfComplaint, causeOfRefusal } from '../../src/measure/clients/lpd/refusal.ts';

const JOB = { index: 42, host: 'vm', owner: 'lvskit-7' };

test('a control file names host, owner, job and the file to be printed and removed (RFC 1179, 7)', () => {
  assert.equal(formatControlFile(JOB), 'Hvm\nPlvskit-7\nJdfA042vm\nldfA042vm\nUdfA042vm\nNdfA042vm\n');
});

test('the two files of each job have names that no other job has', () => {
  assert.deepEqual([dataFileOf(JOB), controlFileOf(JOB), numberOf(JOB)], ['dfA042vm', 'cfA042vm', 42]);
  assert.equal(dataFileOf({ ...JOB, index: 51_999 }), 'dfz999vm');
  const names = new Set(Array.from({ length: JOBS }, (_, index) => controlFileOf({ ...JOB, index })));
  assert.equal(names.size, JOBS);
});

const LISTING = `null is ready and printing
Rank   Owner      Job  Files                                 Total Size
active lvskit-7   42   dfA042vm                              1048576 bytes
1st    root       435  f100k                                 100000 bytes
2nd    lvskit-7   43   dfA043vm                              1 bytes
11th   lvskit-71  44   dfA044vm                              1 bytes
`;

test('of a queue, the jobs of one owner are read', () => {
  assert.deepEqual(parseQueue(LISTING, 'lvskit-7'), { jobs: [42, 43], warnings: [], complaint: undefined });
});

test('an owner with a long name is found', () => {
  const row = '1st    lvskit-4194304 7    dfA007vm   1 bytes\n';
  assert.deepEqual(parseQueue(row, 'lvskit-4194304').jobs, [7]);
});

for (const [text, state] of [
  ['no entries\n', { jobs: [], warnings: [], complaint: undefined }],
  ['vm: lpd: nope: unknown printer\n', { jobs: [], warnings: [], complaint: 'nope: unknown printer' }],
  ['Warning: null queue is turned off\n', { jobs: [], warnings: ['null queue is turned off'], complaint: undefined }],
  [
    'vm: Warning: null is down: printing disabled\n',
    { jobs: [], warnings: ['null is down: printing disabled'], complaint: undefined },
  ],
] as const) {
  test(`a queue that is told as ${JSON.stringify(text)} is understood`, () => {
    assert.deepEqual(parseQueue(text, 'lvskit-7'), state);
  });
}

for (const [step, answer, cause] of [
  ['job', '\x01', 'the server does not take the job'],
  ['file', '\x02', 'disk full on the server'],
  ['file', '\x01', 'the server does not take the file'],
  ['content', '\x01', 'the server could not store the file'],
  ['job', 'vm: lpd: Your host does not have line printer access\n', 'the server does not let this host print'],
  ['job', 'vm: lpd: Host name for your address (10.0.0.1) unknown\n', 'the server has no name for this host'],
  ['job', 'HTTP/1.1 400 Bad Request\r\nServer: x\r\n', 'the server says: HTTP/1.1 400 Bad Request'],
] as const) {
  test(`${JSON.stringify(answer)} in place of an acknowledgement of a ${step}: ${cause}`, () => {
    assert.equal(causeOfRefusal(step, Buffer.from(answer, 'latin1')), cause);
  });
}

test('a complaint about the printer is called by what it is', () => {
  assert.equal(causeOfComplaint('nope: unknown printer'), 'unknown printer');
});
