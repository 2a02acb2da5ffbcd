// `lvskit top` and `lvskit metrics` on the director of a lab: what they say of traffic that is counted elsewhere too,
// and what they do when the director, the terminal or the port is not as they want it.

import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import type { Lab } from '../../src/lab/mod.ts';
import { type Family, parseExposition } from '../monitor/exposition.ts';
import { LVSKIT, until } from './netpipe-namespaces.ts';
import { ClientCounters } from './support/client-counters.ts';
import { ECHO_PORT, ECHO_SERVICES, withEcho } from './support/echo.ts';
import { enter, pathOf, runInside, startInside } from './support/inside.ts';
import { needing } from './support/programs.ts';
import { withScratch } from './support/scratch.ts';
import { realserversOf, vipOf, withVirtualServer } from './support/virtual-server.ts';

function lvskit(lab: Lab, ...words: readonly string[]): Promise<string> {
  return runInside(lab, 'director', [LVSKIT, ...words]);
}

/** The value of a metric of the echo service, or the sum over its servers. */
function sumOf(families: ReadonlyMap<string, Family>, name: string): number | undefined {
  return families
    .get(name)
    ?.samples.filter(({ labels }) => labels.local_port === String(ECHO_PORT))
    .reduce((sum, { value }) => sum + value, 0);
}

/** Asks again where packets came meanwhile: acknowledgements may be late. */
async function whileQuiet<T>(seen: ClientCounters, ask: () => Promise<T>) {
  for (let attempt = 0; attempt < 20; attempt++) {
    const traffic = seen.read();
    const value = await ask();
    if (isDeepStrictEqual(seen.read(), traffic)) return { value, traffic };
  }
  throw new Error('the line does not become quiet');
}

interface Answer {
  readonly type: string | undefined;
  readonly body: string;
}

async function get(socketPath: string, path: string): Promise<Answer> {
  const [response] = await once(request({ socketPath, path }).end(), 'response');
  return { type: response.headers['content-type'], body: await text(response) };
}

test('counts and connections are those that the client has seen', needing('nft'), async () => {
  await withVirtualServer('vs-nat', { services: ECHO_SERVICES }, async (lab) => {
    const seen = new ClientCounters(lab, ECHO_PORT);
    await withEcho(lab, async (connect) => {
      for (let i = 0; i < 4; i++) await (await connect()).say('x'.repeat(1000));
      const { value: document, traffic } = await whileQuiet(seen, () => lvskit(lab, 'top', '--once', '--json'));
      const { sent, received } = traffic;
      const counters = {
        connections: 4,
        inPackets: sent.packets,
        outPackets: received.packets,
        inBytes: sent.bytes,
        outBytes: received.bytes,
      };

      const { services, flows } = JSON.parse(document);
      const echo = services.find(({ port }: { port: number }) => port === ECHO_PORT);
      assert.deepEqual(echo.counters, counters);
      assert.deepEqual([echo.activeConnections, echo.inactiveConnections, flows], [4, 0, 8]);
      assert.equal(echo.servers.length, 2);

      const families = parseExposition(await lvskit(lab, 'metrics'));
      assert.equal(sumOf(families, 'lvskit_server_active_connections'), 4);
      for (const what of ['service', 'server']) {
        assert.equal(sumOf(families, `lvskit_${what}_incoming_bytes_total`), sent.bytes);
        assert.equal(sumOf(families, `lvskit_${what}_outgoing_packets_total`), received.packets);
      }

      const listing = await lvskit(lab, 'top', '--once');
      assert.match(listing, new RegExp(`^TCP ${vipOf(lab)}:${ECHO_PORT} +rr +2 +4 +0 `, 'm'));
      const [{ nics } = { nics: [] }] = realserversOf(lab.plan.cluster);
      assert.match(listing, new RegExp(`^ {2}${nics[0]?.address}:${ECHO_PORT} +Masq +1 +2 +0 `, 'm'));
    });
  });
});

test('the second reading has the rates since the first, of drops as well', async () => {
  await withVirtualServer('vs-nat', { services: [{ port: ECHO_PORT, servers: 1 }] }, async (lab) => {
    await lvskit(lab, 'ipvsadm', '-C');
    await lvskit(lab, 'ipvsadm', '-A', '-t', `${vipOf(lab)}:${ECHO_PORT}`, '-s', 'rr');
    const watching = startInside(lab, 'director', [LVSKIT, 'top', '--json', '--interval', '1', '--count', '3']);
    await until('the first reading', () => watching.output().includes('\n'));
    const attempt = `exec 3<>/dev/tcp/${vipOf(lab)}/${ECHO_PORT}`;
    const client = startInside(lab, 'client', ['bash', '-c', attempt]);
    assert.notEqual(await client.ended, 0);
    assert.equal(await watching.ended, 0);
    const readings = watching
      .output()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.equal(readings.length, 3);
    assert.equal(readings[0].dropsPerSecond.NO_SERVER, null);
    const rates = readings.slice(1).map(({ dropsPerSecond }) => dropsPerSecond.NO_SERVER);
    assert.ok(Math.max(...rates) > 0.5 && Math.max(...rates) <= readings[2].drops.NO_SERVER * 1.1, `rates ${rates}`);
  });
});

test('served at a Unix socket, metrics outlive the director, and the socket goes at SIGTERM', async () => {
  await withScratch(async (folder) => {
    await withVirtualServer('vs-dr', {}, async (lab) => {
      const socket = join(folder, 'metrics.sock');
      const server = startInside(lab, 'director', [LVSKIT, 'metrics', '--listen', `unix:${socket}`]);
      await until('the server', () => server.output().includes('\n'));
      assert.equal(server.output(), `Serving /metrics and /metrics.json at unix:${socket}\n`);

      const up = await get(socket, '/metrics');
      assert.equal(up.type, 'text/plain; version=0.0.4; charset=utf-8');
      assert.equal(parseExposition(up.body).get('lvskit_up')?.samples[0]?.value, 1);
      const json = await get(socket, '/metrics.json');
      assert.equal(json.type, 'application/json');
      assert.equal(JSON.parse(json.body).up, true);

      await lvskit(lab, 'director', 'down');
      const down = await get(socket, '/metrics');
      assert.equal(parseExposition(down.body).get('lvskit_up')?.samples[0]?.value, 0);
      assert.equal((await get(socket, '/metrics.json')).body, '{"up":false}\n');

      await lvskit(lab, 'ipvsadm', '-A', '-t', '10.9.9.9:80', '-s', 'rr');
      const again = parseExposition((await get(socket, '/metrics')).body);
      assert.equal(again.get('lvskit_service_servers')?.samples[0]?.labels.local_address, '10.9.9.9');

      process.kill(server.pid, 'SIGTERM');
      assert.equal(await server.ended, 143);
      assert.equal(existsSync(socket), false);
    });
  });
});

test(
  'served at a port of the director, metrics come over HTTP; a second server there is refused',
  needing('curl'),
  async () => {
    await withVirtualServer('vs-dr', {}, async (lab) => {
      const server = startInside(lab, 'director', [LVSKIT, 'metrics', '--listen', '127.0.0.1:0']);
      await until('the server', () => server.output().includes('\n'));
      const [, place = ''] = /at (127\.0\.0\.1:\d+)$/m.exec(server.output()) ?? [];
      const curl = ['curl', '--silent', '--show-error', '--fail', '--compressed'];
      const families = parseExposition(await runInside(lab, 'director', [...curl, `http://${place}/metrics`]));
      assert.equal(families.get('lvskit_up')?.samples[0]?.value, 1);

      const second = startInside(lab, 'director', [LVSKIT, 'metrics', '--listen', place]);
      assert.equal(await second.ended, 1);
      assert.match(second.output(), /^lvskit: cannot listen on 127\.0\.0\.1 port \d+: .*\n.*ss -tlnp/);
      process.kill(server.pid, 'SIGINT');
      assert.equal(await server.ended, 130);
    });
  },
);

test('without a director they say so and what to do; a server waits for one', async () => {
  await withVirtualServer('vs-dr', {}, async (lab) => {
    await lvskit(lab, 'director', 'down');
    for (const words of [['top'], ['top', '--once'], ['metrics'], ['metrics', '--format', 'json']]) {
      const run = startInside(lab, 'director', [LVSKIT, ...words]);
      assert.equal(await run.ended, 1);
      assert.match(run.output(), /^lvskit: there is no director in this network namespace\n.*lvskit ipvsadm -A/);
    }
    const server = startInside(lab, 'director', [LVSKIT, 'metrics', '--listen', '127.0.0.1:0']);
    await until('the server', () => server.output().includes('lvskit_up is 0'));
    process.kill(server.pid, 'SIGTERM');
    assert.equal(await server.ended, 143);
  });
});

interface TerminalSession {
  readonly pid: number;
  output(): string;
  type(keys: string): void;
  readonly ended: Promise<number | null>;
}

/** `lvskit top` on a terminal of 80 columns and 24 rows, which script(1) makes. */
async function startTop(lab: Lab, ...words: readonly string[]): Promise<TerminalSession> {
  const command = `stty columns 80 rows 24; echo pid $$; exec ${[LVSKIT, 'top', ...words].join(' ')}`;
  const script = ['script', '--quiet', '--return', '--command', command, '/dev/null'];
  const [program = '', ...rest] = [...enter(lab, 'director'), ...script];
  const child = spawn(program, rest, {
    stdio: ['pipe', 'pipe', 'inherit'],
    env: { ...process.env, SHELL: '/bin/sh', TERM: 'xterm' },
  });
  let output = '';
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    output += chunk;
  });
  const ended = once(child, 'close').then(([status]) => status as number | null);
  await until('the first frame', () => output.includes('q quit'));
  const pid = Number(/pid (\d+)/.exec(output)?.[1]);
  return { pid, output: () => output, type: (keys) => void child.stdin.write(keys), ended };
}

const TAKEN_OVER = '\x1b[?1049h';
const GIVEN_BACK = '\x1b[?7h\x1b[?25h\x1b[?1049l';

test('on a terminal it draws frames, answers keys, and q gives the terminal back', needing('script'), async () => {
  await withVirtualServer('vs-nat', {}, async (lab) => {
    const session = await startTop(lab, '--interval', '0.5');
    assert.ok(session.output().includes(TAKEN_OVER));
    assert.match(session.output(), new RegExp(`TCP ${vipOf(lab)}:23 +rr `));
    session.type('s');
    await until('another order', () => session.output().includes('sort: packets'));
    session.type('d');
    await until('the drops', () => session.output().includes('NO_SERVER'));
    await lvskit(lab, 'director', 'down');
    await until('the loss of the director', () => session.output().includes('No director in this network namespace'));
    session.type('q');
    assert.equal(await session.ended, 0);
    assert.ok(session.output().endsWith(GIVEN_BACK));
  });
});

for (const [end, status] of [
  ['Ctrl-C', 130],
  ['SIGTERM', 143],
] as const) {
  test(`${end} gives the terminal back and ends with status ${status}`, needing('script'), async () => {
    await withVirtualServer('vs-nat', {}, async (lab) => {
      const session = await startTop(lab);
      if (end === 'Ctrl-C') session.type('\x03');
      else process.kill(session.pid, 'SIGTERM');
      assert.equal(await session.ended, status);
      assert.ok(session.output().endsWith(GIVEN_BACK));
    });
  });
}

test("another network namespace than the director's has none", async () => {
  await withVirtualServer('vs-nat', {}, async (lab) => {
    assert.notEqual(pathOf(lab, 'client'), pathOf(lab, 'director'));
    const run = startInside(lab, 'client', [LVSKIT, 'top', '--once']);
    assert.equal(await run.ended, 1);
  });
});
