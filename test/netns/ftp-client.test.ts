// The ftp client against a server that goes wrong, and against the real one where that must: by which name it calls each
// fault, and that it comes to an end.

import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { runFtp } from '../../src/measure/mod.ts';
import { type Ipv4, LvskitError } from '../../src/model/mod.ts';

const SERVER = fileURLToPath(new URL('support/ftp-misbehaviour.ts', import.meta.url));
const DIRECTOR = 'behind VS-DR or VS-TUN it needs persistence or a mark, behind NAT a helper for FTP';
const LARGEST_BYTES = 64 * 1024 ** 2;

type Options = Partial<Parameters<typeof runFtp>[0]>;

let server: ChildProcess;
let ports: Readonly<Record<string, number>>;

before(async () => {
  server = spawn(process.execPath, [SERVER], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(server.stdout ?? server, 'data');
  ports = JSON.parse(String(line));
});
after(() => server.kill());

function run(way: string, options: Options = {}) {
  return runFtp({
    address: '127.0.0.1' as Ipv4,
    port: ports[way] ?? 1,
    seconds: 0.2,
    sizeBytes: 1024,
    timeoutMs: 100,
    mode: 'pasv',
    direction: 'get',
    filesPerSession: Number.POSITIVE_INFINITY,
    uploadFolder: 'in',
    ...options,
  });
}

for (const [way, mode] of [
  ['well-behaved', 'pasv'],
  ['well-behaved', 'epsv'],
  ['two lines in one packet', 'pasv'],
] as const) {
  test(`files of a server that is ${way} are counted whole, by ${mode}`, async () => {
    const result = await run(way, { mode, timeoutMs: 5000 });
    assert.deepEqual(result.failures, {});
    assert.ok(result.transfers > 1);
    assert.equal(result.payloadBytes, result.transfers * 1024);
    // With the replies to PASV and RETR.
    assert.ok(result.wireBytes > result.payloadBytes && result.wireBytes < result.transfers * 1224);
  });
}

const FAULTS: readonly (readonly [way: string, cause: string, options?: Options])[] = [
  ['nowhere', 'refused'],
  ['mute', 'no reply in time'],
  ['closing', 'the server closed the control connection'],
  ['too busy', 'reply 421 Too many users.'],
  ['private', 'reply 530 No anonymous users.'],
  ['without the file', 'reply 550 No such file.'],
  ['without words for PASV', 'no address in reply 227 Somewhere.'],
  ['elsewhere', `told to connect to 10.255.255.1, not 127.0.0.1 (PASV): ${DIRECTOR}`],
  ['listening nowhere', `data connection refused (PASV): ${DIRECTOR}`],
  ['listening nowhere', `data connection refused (EPSV): ${DIRECTOR}`, { mode: 'epsv' }],
  ['never connecting', `no data connection came (PORT): ${DIRECTOR}`, { mode: 'port' }],
  ['unable to connect', `reply 425 Failed to connect. (PORT): ${DIRECTOR}`, { mode: 'port' }],
  ['silent about connecting', `no data connection came (EPRT): ${DIRECTOR}`, { mode: 'eprt' }],
  ['silent about connecting', 'no reply in time'],
  ['done before it began', 'a reply out of order'],
  ['sending too little', '500 bytes instead of 1024'],
  ['standing still', 'the data stood still'],
  ['cut off', 'the server closed in mid transfer'],
  ['giving up', 'reply 426 Failure reading the file.'],
  ['silent at the end', 'no reply in time'],
  ['without room', 'reply 452 No space left.', { direction: 'put', sizeBytes: LARGEST_BYTES }],
  ['reading nothing', 'the data stood still', { direction: 'put', sizeBytes: LARGEST_BYTES }],
  ['losing bytes', '7 bytes instead of 1024', { direction: 'put' }],
];

for (const [way, cause, options] of FAULTS) {
  const [mode, direction] = [options?.mode ?? 'pasv', options?.direction ?? 'get'];
  test(`${direction} by ${mode} from a server that is ${way} fails as '${cause}'`, async () => {
    const beganMs = performance.now();
    const error = await run(way, options).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof LvskitError, String(error));
    assert.deepEqual([error.code, error.fields.why], ['TRANSFER_FAILED', cause]);
    assert.ok(performance.now() - beganMs < 5000);
  });
}
