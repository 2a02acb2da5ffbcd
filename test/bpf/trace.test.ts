// The tracer on packets one by one: it decides as the director does, tells what was decided and why, and takes only the
// packets that its filter asks for.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { libbpf } from '../../src/dataplane/libbpf.ts';
import { lvsTraceControl, lvsTraceLease, lvsTraceTerm } from '../../src/dataplane/trace-abi.ts';
import { EventDecoder } from '../../src/dataplane/trace-events.ts';
import { TraceObject } from '../../src/dataplane/trace-object.ts';
import { encodeTerm } from '../../src/dataplane/trace-terms.ts';
import type { Ipv4 } from '../../src/model/mod.ts';
import { formatPacket, parseFilter, type TracedPacket } from '../../src/trace/mod.ts';
import { Director } from './director.ts';
import { frameOn, type NicName } from './namespace.ts';
import type { PacketSpec } from './packet-builder.ts';
import { TestedProgram, VERDICT } from './prog-test-run.ts';
import { BPF_MISSING } from './requirements.ts';
import { CLIENT, CLIENT6, SERVER, SERVER2, SERVER6, server, service, VIP, VIP6 } from './services.ts';

/** <linux/pkt_cls.h>: another filter decides. As the kernel gives it back. */
const TC_ACT_UNSPEC = 0xffffffff;

const SYN = { from: CLIENT, to: VIP, flags: 'S' } as const;

/** The tracer over a director's tables, with its own program run on packets. */
class Tracer {
  readonly director = new Director();
  readonly #object = this.director.inside(() => new TraceObject(this.director.directory));
  readonly #decoder = new EventDecoder(this.director.maps);
  readonly #program: TestedProgram;

  constructor() {
    const pin = join(this.director.directory, 'trace_ingress');
    libbpf().objPin(this.#object.programFd('trace_ingress'), pin);
    this.#program = new TestedProgram(pin);
  }

  ask(filter = '', { all = false, packets = 1000, seconds = 3600 } = {}): void {
    const terms = parseFilter(filter);
    for (const [row, term] of terms.entries())
      this.#object.writeRow('trace_terms', lvsTraceTerm, row, encodeTerm(term));
    const asked = { left: packets, lost: 0, terms: terms.length, all: all ? 1 : 0 };
    this.#object.writeRow('trace_control', lvsTraceControl, 0, asked);
    const untilNs = Number(process.hrtime.bigint()) + seconds * 1e9;
    this.#object.writeRow('trace_lease', lvsTraceLease, 0, { until_ns: untilNs });
  }

  /** The verdict, and what was told. */
  run(packet: PacketSpec | Uint8Array, nic: NicName = 'client', mark = 0) {
    const frame = packet instanceof Uint8Array ? packet : frameOn(nic, packet);
    return this.director.inside(() => {
      const outcome = this.#program.run(frame, this.director.ifindex[nic], mark);
      return { ...outcome, told: this.#object.readEvents().map((event) => this.#decoder.decode(event)) };
    });
  }

  /** Of a packet that must be told of. */
  trace(packet: PacketSpec, nic: NicName = 'client', mark = 0): TracedPacket {
    const [told, ...more] = this.run(packet, nic, mark).told;
    assert.ok(told !== undefined && more.length === 0);
    return told;
  }

  /** Its paragraph without what came. */
  decisions(packet: PacketSpec, nic: NicName = 'client', mark = 0): readonly string[] {
    const [, ...lines] = formatPacket(this.trace(packet, nic, mark)).split('\n');
    return lines.map((line) => line.trim());
  }

  remove(): void {
    this.#program.close();
    this.#object.close();
    this.director.remove();
  }
}

let shared: Tracer | undefined;

if (BPF_MISSING === false) {
  before(() => {
    shared = new Tracer();
  });
  after(() => shared?.remove());
}

function tracerTest(title: string, work: (tracer: Tracer, director: Director) => void): void {
  test(title, { skip: BPF_MISSING }, () => {
    assert.ok(shared);
    shared.director.reset();
    shared.ask();
    work(shared, shared.director);
  });
}

tracerTest('a connection is told of from its service and its scheduler to the next hop', (tracer, director) => {
  director.configure(service([server(SERVER, 'nat'), server(SERVER2, 'nat', 0)]));
  assert.deepEqual(tracer.decisions(SYN), [
    `service ${VIP} tcp rr (by address and port)`,
    'connection: none -> new, SYN_RECV',
    `rr chose ${SERVER} (weight 1) of 2 servers; unavailable: ${SERVER2} (weight 0)`,
    `sent to ${SERVER} by server (VS-NAT), next hop 10.9.2.11 at 02:00:00:00:02:01`,
  ]);
  assert.deepEqual(tracer.decisions({ from: SERVER, to: CLIENT, flags: 'S.' }, 'server'), [
    `service ${VIP} tcp rr`,
    `reply of server ${SERVER} on the connection ${CLIENT} > ${VIP}: SYN_RECV`,
    `sent to ${CLIENT} by client (VS-NAT), next hop 10.9.1.1 at 02:00:00:00:01:01`,
  ]);
  assert.equal(tracer.decisions({ ...SYN, flags: '.' })[1], 'connection: SYN_RECV -> ESTABLISHED');
});

tracerTest('a packet leaves the tracer as it leaves the director', (tracer, director) => {
  director.configure(service([server(SERVER, 'nat')]), service([server(SERVER6, 'tun')], { at: VIP6 }));
  for (const ends of [
    { from: CLIENT, to: VIP },
    { from: CLIENT6, to: VIP6 },
  ]) {
    // The first packet has its frame written by the neighbour layer.
    tracer.run({ ...ends, flags: 'S' });
    const { verdict, frame } = tracer.run({ ...ends, flags: '.' });
    assert.equal(verdict, VERDICT.redirect);
    assert.deepEqual({ verdict, frame }, director.receive({ ...ends, flags: '.' }));
  }
});

tracerTest('a persistent client is told to stay at its server', (tracer, director) => {
  const persistence = { timeoutS: 300, netmask: '255.255.255.0' as Ipv4 };
  director.configure(service([server(SERVER, 'dr')], { persistence, scheduler: 'wlc' }));
  const [, , template, scheduler] = tracer.decisions(SYN);
  assert.equal(template, 'template: none -> new, for this client');
  assert.equal(scheduler, `wlc chose ${SERVER} (weight 1) of 1 server; active+inactive/weight: ${SERVER} 0+0/1`);
  const [, , found, sent] = tracer.decisions({ ...SYN, from: '198.51.100.8:40000' });
  assert.equal(found, 'template: found, which keeps the client at its server');
  assert.match(sent ?? '', /^sent to 10\.9\.2\.11:80 by server \(VS-DR\)/);
});

tracerTest('a drop is told with its reason, who was told, and what to do', (tracer, director) => {
  director.configure(service([server(SERVER, 'nat', 0)]));
  assert.deepEqual(tracer.decisions(SYN).slice(1, 3), [
    `rr found no server among 1 server; unavailable: ${SERVER} (weight 0)`,
    'dropped: NO_SERVER (no server takes new connections); its sender was told by ICMP',
  ]);
  assert.equal(director.drops('NO_SERVER'), 1);
  director.configure(service([server(SERVER, 'nat')]));
  tracer.trace(SYN);
  assert.match(tracer.decisions({ ...SYN, ttl: 1 })[2] ?? '', /^dropped: TTL_EXPIRED /);
  director.configure(service([]));
  assert.match(tracer.decisions({ ...SYN, flags: '.' })[2] ?? '', /^dropped: SERVER_REMOVED /);
});

tracerTest('what is left to the stack is told with the reason', (tracer, director) => {
  director.configure(service([server(SERVER, 'nat')]));
  const [ack] = tracer.decisions({ ...SYN, flags: '.' });
  assert.equal(ack, 'passed to the stack: it has no connection, and only a SYN opens one');
  const [other] = tracer.decisions({ ...SYN, to: '10.9.1.110:81' });
  assert.match(other ?? '', /^passed to the stack: its address is a virtual one, but no service there/);
  const [martian] = tracer.decisions({ ...SYN, from: '127.0.0.1:40000' });
  assert.equal(martian, 'passed to the stack: its source address is one that no packet has: the stack drops it');
  const [routed] = tracer.decisions({ ...SYN, options: Uint8Array.of(131, 3, 4, 0) });
  assert.match(routed ?? '', /^passed to the stack: its IP options are malformed or a source route/);
  const damaged = frameOn('client', SYN);
  damaged[18] = (damaged[18] ?? 0) ^ 1;
  assert.ok(tracer.run(damaged).told[0]?.steps.has('WRONG_CHECKSUM'));
  const elsewhere = { ...SYN, to: '10.9.1.9:80' };
  assert.deepEqual(tracer.run(elsewhere).told, []);
  tracer.ask('', { all: true });
  assert.deepEqual(tracer.decisions(elsewhere), ['passed to the stack: there is no service for it']);
});

tracerTest('a service is told to have been found by its firewall mark', (tracer, director) => {
  const settings = { scheduler: 'rr', schedulerFlags: [], persistence: undefined, onePacket: false } as const;
  director.configure({ mark: 3, family: 'inet', ...settings, servers: [server(SERVER, 'dr')] });
  const packet = tracer.trace(SYN, 'client', 3);
  assert.deepEqual(packet.service, { key: { mark: 3, family: 'inet' }, scheduler: 'rr', foundBy: 'mark' });
  assert.equal(packet.mark, 3);
});

tracerTest('one-packet scheduling tells of the server, and of no connection', (tracer, director) => {
  director.configure(service([server(SERVER, 'dr')], { protocol: 'udp', onePacket: true }));
  const [, connection, , sent] = tracer.decisions({ from: CLIENT, to: VIP });
  assert.equal(connection, 'connection: none is kept (one-packet scheduling)');
  assert.match(sent ?? '', /^sent to 10\.9\.2\.11:80 /);
});

tracerTest('packets that the filter does not ask for are left to the director, untouched', (tracer, director) => {
  director.configure(service([server(SERVER, 'nat')]), service([server(SERVER6, 'tun')], { at: VIP6 }));
  for (const filter of ['udp', 'port 81', 'host 10.9.9.9', 'src 10.9.1.110', 'dst 198.51.100.7', 'src 2001:db8::1']) {
    tracer.ask(filter);
    const { verdict, told, frame } = tracer.run(SYN);
    assert.deepEqual({ verdict, told }, { verdict: TC_ACT_UNSPEC, told: [] }, filter);
    assert.deepEqual(frame, frameOn('client', SYN));
  }
  assert.equal(director.flowCount(), 0);
});

tracerTest('terms of the connection hold for its packets of both ways', (tracer, director) => {
  director.configure(service([server(SERVER, 'nat')]));
  const reply = { from: SERVER, to: CLIENT, flags: 'S.' };
  const matching = ['client 198.51.100.7', 'server 10.9.2.11', `vip ${VIP}`, 'vip 10.9.1.110', 'tcp and port 40000'];
  for (const filter of matching) {
    tracer.ask(filter);
    assert.equal(tracer.run(SYN).told.length, 1, filter);
    assert.equal(tracer.run(reply, 'server').told.length, 1, filter);
  }
  for (const filter of ['client 10.9.2.11', 'server 198.51.100.7', 'vip 10.9.1.110:81', `dropped and vip ${VIP}`]) {
    tracer.ask(filter);
    assert.deepEqual([tracer.run(SYN).told, tracer.run(reply, 'server').told], [[], []], filter);
  }
});

tracerTest('after its packets, or its time, it leaves everything to the director', (tracer, director) => {
  director.configure(service([server(SERVER, 'nat')]));
  tracer.ask('', { packets: 1 });
  assert.deepEqual([tracer.run(SYN).verdict, tracer.run(SYN).verdict], [VERDICT.redirect, TC_ACT_UNSPEC]);
  tracer.ask('', { seconds: -1 });
  assert.equal(tracer.run(SYN).verdict, TC_ACT_UNSPEC);
});
