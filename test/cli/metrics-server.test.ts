// Serving pages over HTTP: what is answered, where one can listen, how it ends.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type MetricsServer, type Page, startMetricsServer } from '../../src/cli/metrics-server.ts';
import type { ListenPlace } from '../../src/monitor/mod.ts';

const LOOPBACK: ListenPlace = { host: '127.0.0.1', port: 0 };
const HELLO = () => ({ contentType: 'text/x-test; version=1', body: ['hel', 'lo\n'] });

async function withServer(
  pages: Readonly<Record<string, () => Page>>,
  work: (url: string, faults: readonly unknown[]) => Promise<void>,
): Promise<void> {
  const faults: unknown[] = [];
  const server = await startMetricsServer(LOOPBACK, pages, (error) => faults.push(error));
  try {
    const { port } = server.place as { port: number };
    await work(`http://127.0.0.1:${port}`, faults);
  } finally {
    await server.close();
  }
}

async function withFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'lvskit-test-'));
  try {
    await work(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('a page comes with its type, compressed for who asks for that, and anew each time', async () => {
  let made = 0;
  const page = () => ({ contentType: 'text/x-test; version=1', body: [`${++made}\n`] });
  await withServer({ '/metrics': page }, async (url) => {
    const plain = await fetch(`${url}/metrics?from=here`, { headers: { 'Accept-Encoding': 'identity' } });
    assert.equal(plain.headers.get('content-type'), 'text/x-test; version=1');
    assert.equal(plain.headers.get('content-encoding'), null);
    assert.equal(await plain.text(), '1\n');
    const zipped = await fetch(`${url}/metrics`, { headers: { 'Accept-Encoding': 'gzip' } });
    assert.equal(zipped.headers.get('content-encoding'), 'gzip');
    assert.equal(await zipped.text(), '2\n');
  });
});

test('HEAD has no body, other methods are refused, other paths are told what there is', async () => {
  await withServer({ '/metrics': HELLO }, async (url) => {
    const head = await fetch(`${url}/metrics`, { method: 'HEAD' });
    assert.deepEqual([head.status, await head.text()], [200, '']);
    const post = await fetch(`${url}/metrics`, { method: 'POST' });
    assert.deepEqual([post.status, post.headers.get('allow')], [405, 'GET, HEAD']);
    for (const path of ['/', '/constructor']) {
      const other = await fetch(`${url}${path}`);
      assert.equal(other.status, 404);
      assert.match(await other.text(), /^\/metrics$/m);
    }
  });
});

test('a page that cannot be made is an answer with status 500, and the next one is made', async () => {
  const fault = new Error('no such table');
  let made = 0;
  const page = () => {
    if (++made === 1) throw fault;
    return HELLO();
  };
  await withServer({ '/metrics': page }, async (url, faults) => {
    const failed = await fetch(`${url}/metrics`);
    assert.deepEqual([failed.status, await failed.text()], [500, 'no such table\n']);
    assert.deepEqual(faults, [fault]);
    assert.equal(await (await fetch(`${url}/metrics`)).text(), 'hello\n');
  });
});

test('a port that something listens on is refused with what to do', async () => {
  await withServer({}, async (url) => {
    const taken: ListenPlace = { host: '127.0.0.1', port: Number(new URL(url).port) };
    await assert.rejects(
      startMetricsServer(taken, {}, () => {}),
      { code: 'SOCKET_PORT_IN_USE', remedy: /ss -tlnp/ },
    );
  });
});

test('a Unix socket goes with its server, and one that another serves at stays', async () => {
  await withFolder(async (folder) => {
    const place = { path: join(folder, 'metrics.sock') };
    const server: MetricsServer = await startMetricsServer(place, {}, () => {});
    await assert.rejects(
      startMetricsServer(place, {}, () => {}),
      { code: 'SOCKET_PORT_IN_USE' },
    );
    assert.ok(statSync(place.path).isSocket());
    await server.close();
    assert.equal(existsSync(place.path), false);
  });
});

test('the socket that a killed process left is taken over', async () => {
  await withFolder(async (folder) => {
    const path = join(folder, 'metrics.sock');
    const leave = `require('net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 9))`;
    assert.throws(() => execFileSync(process.execPath, ['-e', leave]), { signal: 'SIGKILL' });
    assert.ok(statSync(path).isSocket());
    await (await startMetricsServer({ path }, {}, () => {})).close();
  });
});

test('a file in the place of a Unix socket is left alone', async () => {
  await withFolder(async (folder) => {
    const path = join(folder, 'precious');
    writeFileSync(path, 'data');
    await assert.rejects(
      startMetricsServer({ path }, {}, () => {}),
      { code: 'SOCKET_PORT_IN_USE' },
    );
    assert.equal(statSync(path).size, 4);
  });
});

test('a place that cannot be had is named', async () => {
  const nowhere = { path: '/nonexistent/metrics.sock' };
  await assert.rejects(
    startMetricsServer(nowhere, {}, () => {}),
    {
      code: 'SOCKET_FAILED',
      message: /^cannot listen on \/nonexistent\/metrics\.sock: /,
    },
  );
});
