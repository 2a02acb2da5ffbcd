// A million damaged packets, the same ones in every run: whatever comes, the program gives one of its verdicts, leaves
// alone what is not for a virtual service, counts what it sends on and what it drops, and keeps its tables in step.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { createRandomIndex, type RandomIndex } from '../../src/analysis/random.ts';
import { lvsDirection } from '../../src/dataplane/abi.ts';
import { BpfMap, U32 } from '../../src/dataplane/bpf-map.ts';
import { type Director, directorTest } from './director.ts';
import { frameOn, type NicName } from './namespace.ts';
import {
  addressBytes,
  buildIcmpPacket,
  buildPacket,
  ETHERNET_BYTES,
  ETHERTYPE,
  type PacketSpec,
  PROTOCOL,
} from './packet-builder.ts';
import { fragment, paddingExtension } from './packet-fragments.ts';
import { type Outcome, VERDICT } from './prog-test-run.ts';
import {
  CLIENT,
  CLIENT6,
  OTHER_SERVER6,
  SERVER,
  SERVER2,
  SERVER3,
  SERVER6,
  server,
  service,
  VIP,
  VIP6,
} from './services.ts';

const PACKETS = 1_000_000;
const SEED = 2000;

const TUN_VIP = '10.9.1.110:81';
const TUN_VIP6 = '[fd00:9:1::110]:81';
const [OTHER, OTHER6] = ['10.9.1.9:80', '[fd00:9:1::9]:80'] as const;

interface Sample {
  readonly nic: NicName;
  readonly frame: Uint8Array;
}

function sample(nic: NicName, packet: PacketSpec | Uint8Array): Sample {
  return { nic, frame: frameOn(nic, packet) };
}

/** Fragments of a datagram, each a sample: they come in any order, some again and again, some never. */
function fragments(nic: NicName, spec: PacketSpec): readonly Sample[] {
  const whole = buildPacket({ ...spec, payload: new Uint8Array(2000), dontFragment: false });
  return fragment(whole, 512).map((part) => sample(nic, part));
}

function etherTypeOf(frame: Uint8Array): number {
  return (frame[12] ?? 0) * 256 + (frame[13] ?? 0);
}

const payload = Buffer.from('forty bytes of payload, a few more or so');
const addressOf = (endpoint: string) => endpoint.slice(0, endpoint.lastIndexOf(':')).replace(/^\[|\]$/g, '');

/** An ICMP error of a router on the client's side about a reply. */
function icmpError(vip: string, client: string): Uint8Array {
  const isOfIpv6 = vip.startsWith('[');
  const quoted = buildPacket({ from: vip, to: client, flags: '.', payload });
  const error = isOfIpv6 ? { type: 2, code: 0, mtu: 1280, quoted } : { type: 3, code: 4, mtu: 1400, quoted };
  return buildIcmpPacket({ source: isOfIpv6 ? '2001:db8::1' : '198.51.100.1', destination: addressOf(vip) }, error);
}

const SAMPLES: readonly Sample[] = [
  ...['S', '.', 'F.', 'R', 'S.', 'P.'].flatMap((flags) => [
    sample('client', { from: CLIENT, to: VIP, flags, payload }),
    sample('client', { from: CLIENT, to: TUN_VIP, flags, payload }),
    sample('client', { from: CLIENT, to: OTHER, flags, payload }),
    sample('server', { from: SERVER, to: CLIENT, flags, payload }),
    sample('client', { from: CLIENT6, to: VIP6, flags, payload }),
    sample('client', { from: CLIENT6, to: TUN_VIP6, flags, payload }),
    sample('client', { from: CLIENT6, to: OTHER6, flags, payload }),
    sample('server', { from: SERVER6, to: CLIENT6, flags, payload }),
  ]),
  ...[
    { from: CLIENT, to: VIP },
    { from: CLIENT6, to: VIP6 },
  ].flatMap((ends) => [sample('client', { ...ends, payload }), ...fragments('client', ends)]),
  sample('client', { from: CLIENT, to: VIP, payload, withoutChecksum: true }),
  sample('client', { from: CLIENT, to: VIP, flags: 'S', options: new Uint8Array(12).fill(1) }),
  sample('client', { from: CLIENT6, to: VIP6, flags: 'S', extensions: [paddingExtension(PROTOCOL.hopByHop, 16)] }),
  sample('client', { from: CLIENT, to: TUN_VIP, flags: 'S', payload: new Uint8Array(1450) }),
  sample('client', { from: CLIENT6, to: TUN_VIP6, flags: 'S', payload: new Uint8Array(1420) }),
  sample('client', { from: CLIENT, to: VIP, flags: 'S', ttl: 1 }),
  sample('client', { from: CLIENT6, to: VIP6, flags: 'S', ttl: 1 }),
  sample('client', icmpError(VIP, CLIENT)),
  sample('client', icmpError(VIP6, CLIENT6)),
  sample('server', { from: SERVER, to: CLIENT, payload }),
  sample('server', { from: SERVER6, to: CLIENT6, payload }),
];

/** Where most of the damage is done: the headers with the longest options, from the EtherType on. */
const [FIRST_DAMAGED, DAMAGED_BYTES] = [12, 82];

/** The kernel runs no program on a frame that is shorter than its IP header. */
function shortest(frame: Uint8Array): number {
  return ETHERNET_BYTES + (etherTypeOf(frame) === ETHERTYPE.ipv6 ? 40 : 20);
}

/** A sample with up to four bytes changed, and now and then cut off or lengthened. */
function damaged(frame: Uint8Array, random: RandomIndex): Uint8Array {
  const kept = random(8) === 0 ? Math.max(shortest(frame), random(frame.length)) : frame.length;
  const added = random(16) === 0 ? random(64) : 0;
  const result = new Uint8Array(kept + added);
  result.set(frame.subarray(0, kept));
  for (let changes = random(5); changes > 0; changes--) {
    const at = FIRST_DAMAGED + random(Math.min(DAMAGED_BYTES, result.length - FIRST_DAMAGED));
    result[at] = random(256);
  }
  return result;
}

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
const addressesOf = (...endpoints: readonly string[]) =>
  new Set(endpoints.map((endpoint) => hex(addressBytes(addressOf(endpoint)))));
const VIPS = addressesOf(VIP, VIP6);
const SERVERS = addressesOf(SERVER, SERVER2, SERVER3, SERVER6, OTHER_SERVER6);

/** Whether no service and no server has to do with it. An ICMP error may have, by what it quotes. */
function isStrange(frame: Uint8Array): boolean {
  const etherType = etherTypeOf(frame);
  const isOfIpv6 = etherType === ETHERTYPE.ipv6;
  if (!isOfIpv6 && etherType !== ETHERTYPE.ipv4) return true;
  const ip = frame.subarray(ETHERNET_BYTES);
  const protocol = isOfIpv6 ? ip[6] : ip[9];
  if (protocol === PROTOCOL.icmp || protocol === PROTOCOL.icmpv6) return false;
  const [source, destination] = isOfIpv6
    ? [ip.subarray(8, 24), ip.subarray(24, 40)]
    : [ip.subarray(12, 16), ip.subarray(16, 20)];
  return !VIPS.has(hex(destination)) && !SERVERS.has(hex(source));
}

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

function fragmentsKept(director: Director): number {
  const cursor = new BpfMap(join(director.directory, 'lvs_early_cursor'), U32, U32);
  const kept = cursor.get({ value: 0 })?.value ?? 0;
  cursor.close();
  return kept;
}

/** A service has counted what its servers have; no packet was counted that was not sent on, and none dropped unnoticed. */
function assertCountersAddUp(director: Director, verdicts: ReadonlyMap<number, number>): void {
  const sentOn = verdicts.get(VERDICT.redirect) ?? 0;
  let counted = 0;
  for (const { counters, servers } of director.plane.readStatus()) {
    for (const [name, count] of Object.entries(counters)) {
      const ofServers = servers.reduce((sum, server) => sum + server.counters[name as keyof typeof counters], 0);
      assert.equal(count, ofServers, name);
    }
    counted += counters.inPackets + counters.outPackets;
  }
  assert.ok(counted > 0 && counted <= sentOn, `${counted} packets counted, ${sentOn} sent on`);
  // A fragment that waits for its first ends here for the device, and so does the first, which arrives once more for them.
  const waiting = 2 * fragmentsKept(director);
  assert.ok(director.drops() + waiting >= (verdicts.get(VERDICT.drop) ?? 0), 'drops have their reasons');
}

directorTest('damaged packets get a verdict, strangers pass untouched, and the tables stay in step', (director) => {
  director.setAllTimeouts(900);
  director.configure(
    service([server(SERVER, 'nat'), server(SERVER2, 'dr'), server(SERVER3, 'nat', 0)]),
    service([server(SERVER2, 'tun')], { at: TUN_VIP }),
    service([server(SERVER, 'nat'), server(SERVER3, 'tun')], { protocol: 'udp' }),
    service([server(SERVER6, 'nat'), server(OTHER_SERVER6, 'dr')], { at: VIP6 }),
    service([server(OTHER_SERVER6, 'tun')], { at: TUN_VIP6 }),
    service([server(SERVER6, 'nat')], { at: VIP6, protocol: 'udp' }),
  );
  const random = createRandomIndex(SEED);
  const verdicts = new Map<number, number>();
  director.inside(() => {
    for (let n = 0; n < PACKETS; n++) {
      const { nic, frame } = SAMPLES[random(SAMPLES.length)] as Sample;
      const arriving = damaged(frame, random);
      if (arriving.length < shortest(arriving)) continue;
      const outcome = director.receive(arriving, nic);
      check(arriving, outcome);
      verdicts.set(outcome.verdict, (verdicts.get(outcome.verdict) ?? 0) + 1);
    }
  });
  assert.deepEqual(new Set(verdicts.keys()), DECLARED, 'every verdict comes up');
  assertTablesAgree(director);
  assertCountersAddUp(director, verdicts);
});
