// Taking a director down while other commands are at work on it: each of them finds one or none, and says so.

import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { test } from 'node:test';
import { findDataPlane, openDataPlane, removeDataPlane, withDataPlane } from '../../src/dataplane/mod.ts';
import { isMarkKey, type ServiceEntry } from '../../src/director/mod.ts';
import { inNetworkNamespace } from '../../src/system/mod.ts';
import { BPF_MISSING } from '../bpf/requirements.ts';
import { SERVER, server, service } from '../bpf/services.ts';
import { inNamespace, LVSKIT, startInBackground } from './netpipe-namespaces.ts';
import { type LoneDirector, withLoneDirector } from './support/lone-director.ts';

const ROUNDS = 2;
const SERVICE = service([server(SERVER, 'dr')]);
const OTHER_SERVICE = service([server(SERVER, 'dr')], { at: '10.9.1.110:81' });

function inside<T>({ name }: LoneDirector, work: () => T): T {
  return inNetworkNamespace(`/run/netns/${name}`, work);
}

function portsOf(table: readonly ServiceEntry[]): readonly (number | undefined)[] {
  return table.map((entry) => (isMarkKey(entry) ? undefined : entry.port));
}

/** What is left of the namespace's director under /run/lvskit. */
function remainsOf(director: LoneDirector): readonly string[] {
  const found = readdirSync('/run/lvskit', { recursive: true, encoding: 'utf8' });
  return found.filter((path) => path.includes(`netns-${director.cookie()}`));
}

test('commands beside `director down` do their work before it or after it', { skip: BPF_MISSING }, async () => {
  await withLoneDirector(`t${process.pid}-down`, async (director) => {
    const run = async (words: string) => {
      const command = startInBackground([...inNamespace(director.name), LVSKIT, ...words.split(' ')]);
      return { words, status: await command.ended, output: command.output() };
    };
    for (let round = 0; round < ROUNDS; round++) {
      director.lvskit('director down');
      const ended = await Promise.all([
        run('ipvsadm -A -t 10.99.1.1:80 -s rr'),
        run('ipvsadm -A -t 10.99.1.1:81 -s rr'),
        run('director down'),
        run('ipvsadm -Ln'),
        run('ipvsadm -Lnc'),
        run('ipvsadm -A -t 10.99.1.1:82 -s rr'),
        run('director status'),
        run('director down'),
        run('metrics'),
        run('director reload'),
      ]);
      for (const { words, status, output } of ended) {
        const isFine = status === 0 || /there is no director/.test(output);
        assert.ok(isFine, `round ${round}, ${words}: ${output}`);
      }
    }
    director.lvskit('director down');
    assert.deepEqual(remainsOf(director), []);
  });
});

test('who has opened a director that others take down and set up anew goes on in its tables', {
  skip: BPF_MISSING,
}, async () => {
  await withLoneDirector(`t${process.pid}-anew`, async (director) => {
    inside(director, () => {
      const plane = openDataPlane();
      removeDataPlane();
      openDataPlane().update(() => [SERVICE]);
      plane.update((table) => [OTHER_SERVICE, ...table]);
      const table = findDataPlane()?.readStatus() ?? [];
      assert.deepEqual(portsOf(table.map(({ entry }) => entry)), [81, 80]);
      assert.deepEqual(plane.readStatus(), table);
    });
  });
});

test('who has opened a director that others take down sets up another to change, and finds none to look at', {
  skip: BPF_MISSING,
}, async () => {
  await withLoneDirector(`t${process.pid}-gone`, async (director) => {
    inside(director, () => {
      const plane = openDataPlane();
      const found = findDataPlane();
      removeDataPlane();
      assert.throws(() => found?.changeSettings({ nat_icmp_send: 1 }), { code: 'DIRECTOR_ABSENT' });
      assert.deepEqual(remainsOf(director), []);
      plane.update(() => [SERVICE]);
      const looked = withDataPlane((plane) => {
        removeDataPlane();
        return plane.readStatus();
      });
      assert.equal(looked, undefined);
      assert.deepEqual(remainsOf(director), []);
    });
  });
});
