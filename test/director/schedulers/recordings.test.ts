// Tables and cursors against what the kernel's own schedulers did: each connection of a recording goes to the server
// that the kernel gave it. Those that the kernel refused or sent elsewhere are the data plane's to decide.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { buildScheduleTable, type ScheduledServer } from '../../../src/director/schedulers/mod.ts';
import { siphash } from '../../../src/director/schedulers/siphash.ts';
import { type IpAddress, ipv4ToNumber, ipv6ToWords, isIpv6 } from '../../../src/model/mod.ts';
import { readScenarios, type Scenario } from './scenarios.ts';
import { type TurnScheduler, Walk } from './walk.ts';

const MH_KEY = [2654435761n, 2654435761n] as const;

function fold(address: IpAddress): number {
  if (!isIpv6(address)) return ipv4ToNumber(address);
  const words = ipv6ToWords(address);
  return [0, 2, 4, 6].reduce((value, at) => value ^ (((words[at] ?? 0) << 16) | (words[at + 1] ?? 0)), 0) >>> 0;
}

/** hash_32() of include/linux/hash.h, to eight bits. */
function hash32(value: number): number {
  return Math.imul(value, 0x61c88647) >>> 24;
}

/** The row of a connection's server. */
function rowOf(
  { scheduler, flags }: Scenario,
  [client, port, virtual]: readonly [IpAddress, number, IpAddress],
): number {
  if (scheduler === 'dh') return hash32(fold(virtual));
  const value = (fold(client) + (flags.includes(2) ? port : 0)) >>> 0;
  return scheduler === 'sh' ? hash32(value) : siphash(value, MH_KEY) % 4093;
}

type Known = ScheduledServer & { readonly lastWeight: number; readonly upper: number };

/** The list after each step that changes it. */
function changeList(list: readonly Known[], step: Scenario['steps'][number], port: number): readonly Known[] {
  if ('remove' in step) return list.filter(({ address }) => address !== step.remove);
  if (!('add' in step || 'edit' in step)) return list;
  const address = 'add' in step ? step.add : step.edit;
  const before = list.find((server) => server.address === address);
  const server = {
    address,
    port,
    weight: step.weight,
    lastWeight: step.weight || (before?.lastWeight ?? 0),
    upper: step.upper,
  };
  return before === undefined ? [server, ...list] : list.map((other) => (other === before ? server : other));
}

for (const scenario of readScenarios('dh', 'sh', 'mh')) {
  test(`the table names the kernel's servers: ${scenario.title}`, () => {
    const port = 'mark' in scenario.service ? 0 : scenario.service.port;
    let list: readonly Known[] = [];
    let table: readonly number[] = [];
    let compared = 0;
    for (const step of scenario.steps) {
      const before = list;
      list = changeList(list, step, port);
      if (list !== before) {
        table = buildScheduleTable(scenario.scheduler, list, scenario.family === 6 ? 'inet6' : 'inet');
      }
      if (!('open' in step)) continue;
      const named = list[table[rowOf(scenario, step.open)] ?? -1];
      if (named === undefined) assert.equal(step.server, null);
      else if (named.weight === 0) assert.notEqual(step.server, named.address);
      else if (named.upper === 0) {
        assert.equal(step.server, named.address);
        compared++;
      }
    }
    assert.ok(compared > 30);
  });
}

/** Without thresholds: a server that is passed over for being full is not in a walk's knowledge. */
const turns = readScenarios('rr', 'wrr').filter(({ steps }) =>
  steps.every((step) => !('upper' in step) || step.upper === 0),
);

for (const { title, scheduler, steps } of turns) {
  test(`turns are taken as the kernel's were: ${title}`, () => {
    const walk = new Walk(scheduler as TurnScheduler);
    const ids: IpAddress[] = [];
    for (const step of steps) {
      if ('open' in step) {
        const id = walk.schedule();
        assert.equal(id === undefined ? null : ids[id], step.server);
      } else if ('add' in step) {
        if (!ids.includes(step.add)) ids.push(step.add);
        walk.change([{ id: ids.indexOf(step.add), weight: step.weight }, ...walk.servers]);
      } else if ('edit' in step) {
        const id = ids.indexOf(step.edit);
        walk.change(walk.servers.map((server) => (server.id === id ? { id, weight: step.weight } : server)));
      } else if ('remove' in step) {
        const id = ids.indexOf(step.remove);
        walk.change(walk.servers.filter((server) => server.id !== id));
      }
    }
  });
}
