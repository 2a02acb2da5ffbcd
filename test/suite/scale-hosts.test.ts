// What is asked of hosts before any is reached, and who they are.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hostPlaces, type ScaleHostsOptions, scaleOnHosts } from '../../src/suite/mod.ts';
import { exampleCluster } from '../netns/support/virtual-server.ts';

const CLUSTER = exampleCluster('vs-nat');

/** No host is reached: every one of them would end at once. */
function refuse(clientHosts: readonly string[], more: Partial<ScaleHostsOptions>): Promise<unknown> {
  return scaleOnHosts(CLUSTER, {
    hosts: hostPlaces(CLUSTER, clientHosts).map((place) => ({ ...place, prefix: ['false'] })),
    launcher: ['lvskit'],
    clients: undefined,
    transfer: 'netpipe',
    sizesBytes: [1024],
    windowSeconds: 1,
    rounds: 1,
    unsynchronised: false,
    folder: '/nonexistent',
    command: ['lvskit', 'scale'],
    version: '0.0.0',
    signal: new AbortController().signal,
    onProgress: ({ stage }) => assert.equal(stage, 'connecting'),
    ...more,
  });
}

test('hosts are the machines of the conf, then further clients, which are numbered on', () => {
  assert.deepEqual(
    hostPlaces(CLUSTER, ['alpha', 'beta']).map(({ machine, host, role, addresses }) => [
      machine,
      host,
      role,
      addresses.length,
    ]),
    [
      ['director', 'happy', 'director', 2],
      ['client', 'client', 'client', 1],
      ['realserver1', 'sneezy', 'realserver', 1],
      ['realserver2', 'bashfull', 'realserver', 1],
      ['client2', 'alpha', 'client', 0],
      ['client3', 'beta', 'client', 0],
    ],
  );
});

test('what hosts cannot do is said before any is reached', async () => {
  const unfit = (why: string) => ({
    code: 'SCALE_HOSTS_UNFIT',
    exitStatus: 2,
    message: `nothing to measure on these hosts: ${why}`,
  });
  const { confFile } = CLUSTER.source;
  await assert.rejects(
    refuse([], { transfer: 'lpd' }),
    unfit(`${confFile} has no service at tcp 515, which lpd needs`),
  );
  await assert.rejects(refuse(['alpha'], { clients: [1, 4] }), unfit('4 clients are more than there are hosts for: 2'));
  await assert.rejects(refuse(['client'], {}), unfit('client is a client twice'));
  const alone = hostPlaces(CLUSTER, []).map((place) => ({ ...place, prefix: undefined }));
  await assert.rejects(refuse([], { hosts: alone }), unfit('there is no client to measure with'));
});

test('a client that cannot be reached is an error, with the words that were tried', async () => {
  await assert.rejects(refuse([], {}), {
    code: 'AGENT_ENDED',
    message: 'client: the agent ended with status 1',
    remedy: 'check that this command runs: false lvskit agent',
  });
});
