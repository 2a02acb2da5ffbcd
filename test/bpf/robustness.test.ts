// A hundred thousand damaged packets, the same ones in every run: whatever comes, the program gives one of its
// verdicts, leaves alone what is not for a virtual service, and keeps its tables in step.

import assert from 'node:assert/strict';
import { createRandomIndex, type RandomIndex } from '../../src/analysis/random.ts';
import { lvsDirection } from '../../src/dataplane/abi.ts';
import { type Director, directorTest } from './director.ts';
import { frameOn, type NicName } from './namespace.ts';
import { ETHERNET_BYTES, type PacketSpec } from './packet-builder.ts';
import { type Outcome, VERDICT } from './prog-test-run.ts';
import { CLIENT, SERVER, SERVER2, SERVER3, server, service, VIP } from './services.ts';

const PACKETS = 100_000;
const SEED = 2000;

const TUN_VIP = '10.9.1.110:81';
const OTHER = '10.9.1.9:80';

interface Sample {
  readonly nic: NicName;
  readonly frame: Uint8Array;
}

function sample(nic: NicName, packet: PacketSpec): Sample {
  return { nic, frame: frameOn(nic, packet) };
}

const payload = Buffer.from('forty bytes of payload, a few more or so');
const SAMPLES: readonly Sample[] = [
  ...['S', '.', 'F.', 'R', 'S.', 'P.'].flatMap((flags) => [
    sample('client', { from: CLIENT, to: VIP, flags, payload }),
    sample('client', { from: CLIENT, to: TUN_VIP, flags, payload }),
    sample('client', { from: CLIENT, to: OTHER, flags, payload }),
    sample('server', { from: SERVER, to: CLIENT, flags, payload }),
  ]),
  sample('client', { from: CLIENT, to: VIP, payload }),
  sample('client', { from: CLIENT, to: VIP, payload, withoutChecksum: true }),
  sample('client', { from: CLIENT, to: VIP, flags: 'S', options: new Uint8Array(12).fill(1) }),
  sample('client', { from: CLIENT, to: TUN_VIP, flags: 'S', payload: new Uint8Array(1450) }),
  sample('client', { from: CLIENT, to: VIP, flags: 'S', ttl: 1 }),
  sample('server', { from: SERVER, to: CLIENT, payload }),
];

/** Where most of the damage is done: the headers with the longest options, from the EtherType on. */
const [FIRST_DAMAGED, DAMAGED_BYTES] = [12, 82];

/** A sample with up to four bytes changed, and now and then cut off or lengthened. */
function damaged(frame: Uint8Array, random: RandomIndex): Uint8Array {
  const kept = random(8) === 0 ? Math.max(ETHERNET_BYTES + 20, random(frame.length)) : frame.length;
  const added = random(16) === 0 ? random(64) : 0;
  const result = new Uint8Array(kept + added);
  result.set(frame.subarray(0, kept));
  for (let changes = random(5); changes > 0; changes--) {
    const at = FIRST_DAMAGED + random(Math.min(DAMAGED_BYTES, result.length - FIRST_DAMAGED));
    result[at] = random(256);
  }
  return result;
}

function addressAt(frame: Uint8Array, offset: number): string {
  return frame.subarray(ETHERNET_BYTES + offset, ETHERNET_BYTES + offset + 4).join('.');
}

/** Whether no service and no server has to do with it. */
function isStrange(frame: Uint8Array): boolean {
  const [source, destination] = [addressAt(frame, 12), addressAt(frame, 16)];
  return destination !== '10.9.1.110' && ![SERVER, SERVER2, SERVER3].some((at) => at.startsWith(`${source}:`));
}

/** Fragments that must wait for their first are stolen. */
const DECLARED: ReadonlySet<number> = new Set(Object.values(VERDICT));

function check(before: Uint8Array, { verdict, frame }: Outcome): void {
  assert.ok(DECLARED.has(verdict), `verdict ${verdict}`);
  if (isStrange(before)) assert.equal(verdict, VERDICT.pass);
  if (verdict === VERDICT.pass && Buffer.compare(before, frame) !== 0) {
    assert.deepEqual(frame, before, 'what passes is unchanged');
  }
}

/** Each connection has its counts, and each entry of the way back its connection. */
function assertTablesAgree(director: Director): void {
  const flows = [...director.maps.flows.entries()].map(({ value }) => value);
  const owners = flows.filter(({ direction }) => direction === lvsDirection.LVS_TO_SERVER);
  const servers = director.plane.readStatus().flatMap(({ servers }) => servers);
  const counted = servers.reduce(
    (sum, { activeConnections, inactiveConnections }) => sum + activeConnections + inactiveConnections,
    0,
  );
  assert.equal(counted, owners.length);
  assert.ok(flows.length - owners.length <= owners.length);
  const opened = servers.reduce((sum, { counters }) => sum + counters.connections, 0);
  assert.ok(owners.length <= opened, 'some were opened anew, none came from nowhere');
}

directorTest('damaged packets get a verdict, strangers pass untouched, and the tables stay in step', (director) => {
  director.setAllTimeouts(900);
  director.configure(
    service([server(SERVER, 'nat'), server(SERVER2, 'dr'), server(SERVER3, 'nat', 0)]),
    service([server(SERVER2, 'tun')], { at: TUN_VIP }),
    service([server(SERVER, 'nat'), server(SERVER3, 'tun')], { protocol: 'udp' }),
  );
  const random = createRandomIndex(SEED);
  const verdicts = new Map<number, number>();
  director.inside(() => {
    for (let n = 0; n < PACKETS; n++) {
      const { nic, frame } = SAMPLES[random(SAMPLES.length)] as Sample;
      const arriving = damaged(frame, random);
      const outcome = director.receive(arriving, nic);
      check(arriving, outcome);
      verdicts.set(outcome.verdict, (verdicts.get(outcome.verdict) ?? 0) + 1);
    }
  });
  assert.deepEqual([...verdicts.keys()].sort(), Object.values(VERDICT), 'every verdict comes up');
  assertTablesAgree(director);
});
