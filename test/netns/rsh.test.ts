// Copies by rsh to Debian's rshd under inetd: what is counted, inetd's limit, and by which name each failure is called.

import assert from 'node:assert/strict';
import { chmodSync, chownSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Ipv4 } from '../../src/model/mod.ts';
import { closeSocket, inNetworkNamespace, listenTcp, runCommand } from '../../src/system/mod.ts';
import { inNamespace, type Pair, until, withPair } from './netpipe-namespaces.ts';
import { needing } from './support/programs.ts';
import { withScratch } from './support/scratch.ts';
import { bench, causeOf, processesIn, signal, withServed } from './support/served.ts';

const PORT = 514;
const CLIENT = '10.98.0.1';
const RSHD = needing('inetd', 'in.rshd');

/** What inetd and rshd use when they are not in a root of their own. */
const MACHINE_FILES = ['/etc/hosts.equiv', '/etc/inetd.conf', '/etc/pam.d/rsh', '/root/.rhosts', '/run/inetd.pid'];

interface Served extends Pair {
  readonly folder: string;
  /** Where copies lie. */
  home(): string;
  /** `lvskit bench rsh` from the client. */
  measure(words?: string, enter?: readonly string[]): ReturnType<typeof bench>;
}

async function withRshd(words: readonly string[], work: (served: Served) => Promise<void>): Promise<void> {
  await withPair((pair) =>
    withScratch((folder) =>
      withServed(pair.b, ['rsh', '--allow', CLIENT, '--folder', folder, ...words], PORT, () =>
        work({
          ...pair,
          folder,
          home: () => join(folder, readdirSync(folder)[0] ?? '', 'home'),
          measure: (more = '', enter = inNamespace(pair.a)) =>
            bench(enter, `rsh ${pair.addressOfB} -t 0.1 --sizes 1 --timeout 5 ${more}`.trim()),
        }),
      ),
    ),
  );
}

test('rshd for one client', RSHD, async (t) => {
  const ofTheMachine = () => MACHINE_FILES.map((path) => statSync(path, { throwIfNoEntry: false })?.mtimeMs);
  const before = ofTheMachine();
  await withRshd([], async ({ measure, home, a, b }) => {
    await t.test('copies are counted whole, to /dev/null and to files, with both ways for standard error', async () => {
      for (const words of ['', '--to file --stderr own']) {
        const { status, stderr, rows } = await measure(`--sizes 1,1M ${words}`);
        assert.equal(status, 0, stderr);
        for (const [index, sizeBytes] of [1, 1_048_576].entries()) {
          const row = rows[index];
          assert.ok(row !== undefined && row.transfers > 0, `${words}: ${JSON.stringify(row)}`);
          assert.deepEqual([row.sizeBytes, row.failures], [sizeBytes, {}]);
          assert.equal(row.payloadBytes, row.transfers * sizeBytes);
          assert.ok(row.wireBytes > row.payloadBytes && row.timeNs.min > 0);
        }
      }
      const [together] = (await measure('--to file -c 2')).rows;
      assert.deepEqual(together?.failures, {});
      assert.ok(together.transfers >= 2);
      await until('copies to be removed', () => readdirSync(home()).length === 0);
    });

    await t.test('a copy is refused where nobody serves, and to a host or user that is not let in', async () => {
      assert.equal(causeOf(await measure('--port 513')), 'refused');
      assert.equal(causeOf(await measure('', inNamespace(b))), 'the server does not let this host and user in');
      assert.equal(causeOf(await measure('--user root')), 'the server does not let this host and user in');
    });

    await t.test('the want of a privileged port is a cause of its own', async () => {
      const dropped = [...inNamespace(a), 'setpriv', '--bounding-set=-net_bind_service'];
      assert.equal(causeOf(await measure('', dropped)), 'privileged ports need root here');
      const taken = inNetworkNamespace(`/run/netns/${a}`, () =>
        Array.from({ length: 512 }, (_, index) => listenTcp({ address: '0.0.0.0' as Ipv4, port: 512 + index })),
      );
      try {
        assert.equal(causeOf(await measure()), 'no privileged port free here');
      } finally {
        for (const fd of taken) closeSocket(fd);
      }
    });

    await t.test('an address without anybody and a stopped inetd are waited for no longer than was asked', async () => {
      assert.equal(causeOf(await bench(inNamespace(a), 'rsh 10.98.0.9 --timeout 0.3')), 'no answer to the connection');
      signal(b, ['inetd'], 'SIGSTOP');
      assert.equal(causeOf(await measure('--timeout 0.3')), 'no reply in time');
    });
  });
  assert.deepEqual(ofTheMachine(), before);
});

test("inetd's limit of connections a minute is named as the cause", RSHD, () =>
  withRshd(['--per-minute', '20'], async ({ measure, b }) => {
    const { rows } = await measure('-t 2');
    const { transfers = 0, failures = {} } = rows[0] ?? {};
    // inetd takes the twentieth for one too many, and the first is made before any is measured.
    assert.equal(transfers, 18);
    const { 'closed without a reply': closed, ...others } = failures as Readonly<Record<string, number>>;
    assert.equal(closed, 1);
    assert.deepEqual(Object.keys(others), ["inetd's limit: it stopped at connection 20 within a minute"]);
    assert.deepEqual(
      processesIn(b).map(({ name }) => name),
      ['inetd'],
    );
  }),
);

test('a disk that is full, and a folder that is closed, are named', RSHD, () =>
  withPair((pair) =>
    withScratch(async (folder) => {
      runCommand(['mount', '-t', 'tmpfs', '-o', 'size=2m', 'lvskit-test', folder]);
      try {
        await withServed(pair.b, ['rsh', '--allow', CLIENT, '--folder', folder], PORT, async () => {
          const measure = (words: string) => bench(inNamespace(pair.a), `rsh ${pair.addressOfB} -t 0.1 ${words}`);
          assert.equal(causeOf(await measure('--to file --sizes 16M')), 'disk full on the server');
          assert.equal(causeOf(await measure('--to file --sizes 16M --stderr own')), 'disk full on the server');
          assert.deepEqual((await measure('--to null --sizes 16M')).rows[0]?.failures, {});
          const home = join(folder, readdirSync(folder)[0] ?? '', 'home');
          chownSync(home, 0, 0);
          chmodSync(home, 0o755);
          assert.equal(causeOf(await measure('--to file --sizes 16M')), 'not permitted on the server');
        });
      } finally {
        runCommand(['umount', folder]);
      }
    }),
  ),
);

test('a server that hangs or is killed while it copies ends each copy with its cause, in time', RSHD, () =>
  withRshd([], async ({ measure, b }) => {
    const measuring = measure('-t 1 --timeout 0.5 --sizes 64M');
    await until('a copy to run', () => signal(b, ['cat'], 'SIGSTOP') > 0);
    const hanging = await measuring;
    assert.equal(causeOf(hanging) ?? Object.keys(hanging.rows[0]?.failures ?? {})[0], 'no reply in time');
    signal(b, ['cat', 'sh'], 'SIGKILL');

    const killed = measure('-t 1 --timeout 2 --sizes 64M');
    // Were it the other way round, the shell would tell of it.
    await until('a copy to run', () => signal(b, ['sh'], 'SIGKILL') > 0);
    signal(b, ['cat', 'inetd'], 'SIGKILL');
    const measured = await killed;
    const causes = [causeOf(measured), ...Object.keys(measured.rows[0]?.failures ?? {})].filter((cause) => cause);
    assert.ok(causes.length > 0);
    for (const cause of causes) {
      assert.match(cause ?? '', /^(refused|reset|closed before the copy had ended|closed without a reply)$/);
    }
    assert.equal(causeOf(await measure()), 'refused');
  }),
);
