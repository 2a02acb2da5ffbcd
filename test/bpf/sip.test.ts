// SIP's calls kept together (ipvsadm --pe sip; ip_vs_pe_sip.c, v6.1). Which Call-IDs are found, and in which messages none
// is, was seen on Linux 6.1's ip_vs_pe_sip.

import assert from 'node:assert/strict';
import type { Connection, ServiceEntry } from '../../src/director/mod.ts';
import type { Ipv4 } from '../../src/model/mod.ts';
import { type Director, directorTest, until } from './director.ts';
import { frameOn } from './namespace.ts';
import { assertDropped, assertForwarded, assertPassed } from './outcome.ts';
import { CLIENT, CLIENT6, OTHER_SERVER6, SERVER, SERVER2, SERVER6, server, service, VIP, VIP6 } from './services.ts';

const CLIENT_ADDRESS = '198.51.100.7';

const PERSISTENCE = { timeoutS: 300, netmask: '255.255.255.255' as Ipv4, engine: 'sip' } as const;

function calls(settings: Partial<Parameters<typeof service>[1]> = {}): ServiceEntry {
  const servers = [server(SERVER, 'nat'), server(SERVER2, 'nat')];
  return service(servers, { protocol: 'udp', persistence: PERSISTENCE, ...settings });
}

function message(header: string): Buffer {
  return Buffer.from(`INVITE sip:a@b SIP/2.0\r\nVia: SIP/2.0/UDP c\r\n${header}\r\nCSeq: 1 INVITE\r\n\r\n`, 'latin1');
}

function templates(director: Director): readonly Connection[] {
  return director.plane.readConnections().filter(({ isTemplate }) => isTemplate);
}

/** The Call-ID that a message is kept by; undefined where it is dropped. */
function callIdOf(director: Director, payload: Buffer): string | undefined {
  director.reset();
  director.configure(calls({ onePacket: true }));
  const outcome = director.receive({ from: CLIENT, to: VIP, payload });
  const found = templates(director).map(({ persistenceData }) => persistenceData?.data);
  assert.equal(director.drops('NO_CALL_ID'), found.length === 0 ? 1 : 0);
  if (found.length === 0) assertDropped(outcome);
  return found[0];
}

/** Sends a message from this port; says to which server it went. */
function sendFrom(director: Director, from: string, header: string, to = VIP): string {
  const before = [...director.service().servers].map(({ counters }) => counters.inPackets);
  director.receive({ from, to, payload: message(header) });
  const went = director.service().servers.filter(({ counters }, place) => counters.inPackets !== before[place]);
  assert.equal(went.length, 1);
  return went.map(({ entry }) => `${entry.address}:${entry.port}`).join();
}

for (const onePacket of [false, true]) {
  const title = onePacket ? 'of one-packet services' : 'that open connections';
  directorTest(`datagrams ${title}: those of a call go to one server, others are scheduled`, (director) => {
    director.configure(calls({ onePacket }));
    const one = sendFrom(director, `${CLIENT_ADDRESS}:5001`, 'Call-ID: one@host');
    const two = sendFrom(director, `${CLIENT_ADDRESS}:5002`, 'Call-ID: two@host');
    assert.notEqual(one, two);
    for (let port = 5010; port < 5014; port++) {
      assert.equal(sendFrom(director, `${CLIENT_ADDRESS}:${port}`, 'Call-ID: one@host'), one);
      assert.equal(sendFrom(director, `${CLIENT_ADDRESS}:${port + 100}`, 'Call-ID: two@host'), two);
    }
    assert.equal(templates(director).length, 2);
  });
}

directorTest("a Call-ID is one client's, as its netmask tells clients apart", (director) => {
  const persistence = { ...PERSISTENCE, netmask: '255.255.255.0' as Ipv4 };
  director.configure(calls({ persistence }));
  const one = sendFrom(director, '198.51.100.7:5001', 'Call-ID: one');
  assert.equal(sendFrom(director, '198.51.100.77:5001', 'Call-ID: one'), one);
  assert.notEqual(sendFrom(director, '198.51.101.7:5001', 'Call-ID: one'), one);
});

directorTest('the packets of a connection that there is follow it, whatever call they are about', (director) => {
  director.configure(calls());
  const one = sendFrom(director, CLIENT, 'Call-ID: one');
  assert.equal(sendFrom(director, CLIENT, 'Call-ID: two'), one);
  assert.equal(sendFrom(director, CLIENT, 'Max-Forwards: 70'), one);
  assert.equal(templates(director).length, 1);
});

directorTest('a template is listed with its client, its service and its Call-ID, until it ends', async (director) => {
  director.setAllTimeouts(1);
  director.configure(calls({ persistence: { ...PERSISTENCE, timeoutS: 2 } }));
  const at = sendFrom(director, CLIENT, 'Call-ID: one@host');
  const [template] = templates(director);
  assert.ok(template);
  assert.deepEqual(
    [template.client, template.virtual, `${template.server.address}:${template.server.port}`, template.persistenceData],
    [
      { address: CLIENT_ADDRESS, port: 0 },
      { address: '10.9.1.110', port: 80 },
      at,
      { engine: 'sip', data: 'one@host' },
    ],
  );
  assert.deepEqual([...director.maps.calls.entries()].length, 1);
  await until('the template to expire', () => director.flowCount() === 0);
  assert.deepEqual([...director.maps.calls.entries()], []);
});

directorTest('over IPv6', (director) => {
  director.configure(
    service([server(SERVER6, 'nat'), server(OTHER_SERVER6, 'nat')], {
      at: VIP6,
      protocol: 'udp',
      onePacket: true,
      persistence: { timeoutS: 300, netmask: 128, engine: 'sip' },
    }),
  );
  const one = sendFrom(director, CLIENT6, 'i: one', VIP6);
  assert.notEqual(sendFrom(director, CLIENT6, 'i: two', VIP6), one);
  assert.equal(sendFrom(director, CLIENT6.replace('40000', '5001'), 'i: one', VIP6), one);
  assert.equal(templates(director)[0]?.client.address, '2001:db8:7::7');
});

directorTest('what is not UDP has no Call-ID', (director) => {
  director.configure(calls({ protocol: 'tcp' }));
  assertDropped(director.receive({ from: CLIENT, to: VIP, flags: 'S' }));
  assert.equal(director.drops('NO_CALL_ID'), 1);
});

directorTest('of one-packet services the answers of a call go out from the virtual address', (director) => {
  director.configure(calls({ onePacket: true }));
  const at = sendFrom(director, CLIENT, 'Call-ID: one');
  const answer = { from: at, to: CLIENT, payload: message('Call-ID: one') };
  assertForwarded(director.receive(answer, 'server'), { ...answer, from: VIP, ttl: 63 }, 'server');
  assert.deepEqual(
    templates(director).map(({ server, state }) => `${state} ${server.address}:${server.port}`),
    [`ASSURED ${at}`],
  );
  const { connections, outPackets } = director.service().counters;
  // As in the kernel, the answer counts as a connection.
  assert.deepEqual([connections, outPackets], [2, 1]);
  // Nothing tells whose answer this is.
  const other = { ...answer, payload: message('Max-Forwards: 70') };
  assertPassed(director.receive(other, 'server'), frameOn('server', other));
});

directorTest('a call that a server opens stays at it', (director) => {
  director.configure(calls());
  const opened = { from: SERVER2, to: CLIENT, payload: message('Call-ID: one') };
  assertForwarded(director.receive(opened, 'server'), { ...opened, from: VIP, ttl: 63 }, 'server');
  // Its connection, and by the template another one of the same call.
  assert.equal(sendFrom(director, CLIENT, 'Max-Forwards: 70'), SERVER2);
  for (let port = 5001; port < 5004; port++) {
    assert.equal(sendFrom(director, `${CLIENT_ADDRESS}:${port}`, 'Call-ID: one'), SERVER2);
  }
  assert.equal(templates(director).length, 1);
});

directorTest('a call that another server goes on with moves to it', (director) => {
  director.configure(calls({ onePacket: true }));
  const first = sendFrom(director, CLIENT, 'Call-ID: one');
  const other = first === SERVER ? SERVER2 : SERVER;
  director.receive({ from: other, to: CLIENT, payload: message('Call-ID: one') }, 'server');
  assert.equal(sendFrom(director, CLIENT, 'Call-ID: one'), other);
  assert.equal(templates(director).length, 1);
});

const FOUND: readonly (readonly [string, Buffer, string])[] = [
  ['in capitals or not', message('CALL-id:one@host'), 'one@host'],
  ['in the short form', message('i: one@host'), 'one@host'],
  ['behind space and tab', message('Call-ID \t: \t one'), 'one'],
  ['in a line that continues its header', message('Call-ID:\r\n  one'), 'one'],
  ['of the 255 bytes that one may have', message(`Call-ID: ${'a'.repeat(255)}`), 'a'.repeat(255)],
  [
    'of all characters that one may have',
    message('Call-ID: a!"%\'()*+-./09:<>?Z[\\]_`z{}~'),
    'a!"%\'()*+-./09:<>?Z[\\]_`z{}~',
  ],
  ['of letters beyond ASCII', message('Call-ID: \xe9t\xe9'), '\xe9t\xe9'],
  ['behind one that has no host', message('Call-ID: x@\r\nCall-ID: one'), 'one'],
  ['behind one that has nothing', message('Call-ID: ;\r\nCall-ID: one'), 'one'],
  ['behind a header that begins like it', message('Call: x\r\nIdent: y\r\nCall-ID: one'), 'one'],
  ['where lines end in LF', Buffer.from('INVITE\nCall-ID: one\nCSeq: 1\n'), 'one'],
  ['where lines end in CR', Buffer.from('INVITE\rCall-ID: one\rCSeq: 1\r'), 'one'],
  ['far behind', message(`Via: ${'x'.repeat(1100)}\r\nCall-ID: one`), 'one'],
];

for (const [where, payload, callId] of FOUND) {
  directorTest(`a Call-ID is found ${where}`, (director) => assert.equal(callIdOf(director, payload), callId));
}

const MISSED: readonly (readonly [string, Buffer])[] = [
  ['nothing', Buffer.alloc(0)],
  ['no header', Buffer.from('Call-ID: one\r\n')],
  ['no Call-ID', message('Max-Forwards: 70')],
  ['one of more than 255 bytes', message(`Call-ID: ${'a'.repeat(256)}`)],
  ['one that does not end', Buffer.from('INVITE\r\nCall-ID: one')],
  ['one with a space behind it', message('Call-ID: one ')],
  ['one with two hosts', message('Call-ID: a@b@c')],
  ['before it a header of another name that begins with its', message('Call-IDs: x\r\nCall-ID: one')],
  ['before it a header whose name begins with its short form', message('i-x: y\r\nCall-ID: one')],
  ['one behind an empty line that ends in LF', Buffer.from('INVITE\n\nCall-ID: one\nCSeq: 1\n')],
];

for (const [what, payload] of MISSED) {
  directorTest(`a message is dropped that has ${what}`, (director) => {
    assert.equal(callIdOf(director, payload), undefined);
  });
}
