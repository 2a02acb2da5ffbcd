// FTP under VS-NAT (ip_vs_ftp.c, v6.1): what the control connection says, where data connections then go, and how the
// reply to PASV leaves.

import assert from 'node:assert/strict';
import type { Connection } from '../../src/director/mod.ts';
import { type Director, directorTest } from './director.ts';
import { frameOn } from './namespace.ts';
import { assertForwarded, assertPassed } from './outcome.ts';
import { VERDICT } from './prog-test-run.ts';
import { CLIENT, CLIENT6, server, service, VIP6 } from './services.ts';

const VIP_ADDRESS = '10.9.1.110';
const CONTROL = `${VIP_ADDRESS}:21`;
const SERVER = '10.9.2.11:21';

function open(director: Director, settings: { readonly vip?: string; readonly at?: string } = {}): void {
  const vip = settings.vip ?? CONTROL;
  director.configure(service([server(settings.at ?? SERVER, 'nat')], { at: vip }));
  director.receive({ from: CLIENT, to: vip, flags: 'S' });
  director.receive({ from: settings.at ?? SERVER, to: CLIENT, flags: 'S.' }, 'server');
  director.receive({ from: CLIENT, to: vip, flags: '.' });
}

function says(director: Director, line: string): void {
  const packet = { from: CLIENT, to: CONTROL, flags: 'P.', payload: Buffer.from(`${line}\r\n`) };
  assertForwarded(director.receive(packet), { ...packet, to: SERVER, ttl: 63 });
}

/** The server's reply, and what the client gets of it: the same, or `becomes`. */
function replies(director: Director, line: string, becomes = line, vip = CONTROL): void {
  const packet = { from: SERVER, to: CLIENT, flags: 'P.' };
  assertForwarded(
    director.receive({ ...packet, payload: Buffer.from(`${line}\r\n`) }, 'server'),
    { ...packet, from: vip, ttl: 63, payload: Buffer.from(`${becomes}\r\n`) },
    'server',
  );
}

function text({ address, port }: Connection['client']): string {
  return `${address}:${port}`;
}

/** Connections but the control connection. */
function dataConnections(director: Director): string[] {
  return director.plane
    .readConnections()
    .filter(({ virtual }) => virtual.port !== 21)
    .map(({ client, virtual, server, state }) => `${state} ${text(client)} ${text(virtual)} ${text(server)}`);
}

directorTest('the reply to PASV tells the virtual address, in as many bytes', (director) => {
  open(director);
  replies(
    director,
    '227 Entering Passive Mode (10,9,2,11,195,80).',
    // One digit more than the server's: the words give way.
    '227 Passive Mode         (10,9,1,110,195,80).',
  );
  assert.deepEqual(dataConnections(director), [`LISTEN 198.51.100.7:0 ${VIP_ADDRESS}:50000 10.9.2.11:50000`]);
});

for (const [vip, line, becomes] of [
  ['10.9.1.11', '227 Entering Passive Mode (10,9,2,11,4,1)', '227 Entering Passive Mode (10,9,1,11,4,1)'],
  ['10.9.1.1', '227 Entering Passive Mode (10,9,2,11,4,1)', '227 Entering Passive Mode  (10,9,1,1,4,1)'],
  ['10.9.1.110', '227 Modo passivo   (10,9,2,11,4,1)', '227 Passive Mode  (10,9,1,110,4,1)'],
  ['10.9.1.110', '227 Passive (10,9,2,11,4,1)', '227        (10,9,1,110,4,1)'],
  ['10.9.1.110', '227 Ok 10,9,2,11,4,1', '227  (10,9,1,110,4,1'],
  ['10.9.1.11', '227 =10,9,2,11,4,1', '227 =10,9,1,11,4,1'],
  // There is no room.
  ['10.9.1.110', '227 10,9,2,11,4,1', '227 10,9,2,11,4,1'],
] as const) {
  directorTest(`'${line}' leaves as '${becomes}'`, (director) => {
    const at = `${vip}:21`;
    open(director, { vip: at });
    replies(director, line, becomes, at);
    assert.deepEqual(dataConnections(director), [`LISTEN 198.51.100.7:0 ${vip}:1025 10.9.2.11:1025`]);
  });
}

for (const line of [
  '227 Entering Passive Mode (10,9,2,11,195)',
  '227 Entering Passive Mode (10,9,2,11,195,300)',
  '227 Entering Passive Mode (10,9,2,11,,80)',
  '227 Entering Passive Mode',
  '226 Transfer complete (10,9,2,11,195,80)',
  '229 Entering Extended Passive Mode (|||0|)',
  '229 Entering Extended Passive Mode (|||70000|)',
  '229 Entering Extended Passive Mode (||50000|)',
]) {
  directorTest(`'${line}' is a line like any other`, (director) => {
    open(director);
    replies(director, line);
    assert.deepEqual(dataConnections(director), []);
  });
}

directorTest("the client's connection to where it was told goes to the server that told it", (director) => {
  open(director);
  replies(director, '229 Entering Extended Passive Mode (|||50000|)');
  const data = { from: '198.51.100.7:40001', to: `${VIP_ADDRESS}:50000`, flags: 'S' };
  assertForwarded(director.receive(data), { ...data, to: '10.9.2.11:50000', ttl: 63 });
  assert.deepEqual(dataConnections(director), [`SYN_RECV ${data.from} ${data.to} 10.9.2.11:50000`]);
  const answer = { from: '10.9.2.11:50000', to: data.from, flags: 'S.' };
  assertForwarded(director.receive(answer, 'server'), { ...answer, from: data.to, ttl: 63 }, 'server');
  // It was expected once.
  const second = { ...data, from: '198.51.100.7:40002' };
  const frame = frameOn('client', second);
  assertPassed(director.receive(frame), frame);
  // It is none of the service's connections, and under the control connection.
  assert.equal(director.service().counters.connections, 1);
  assert.equal(director.server().activeConnections, 2);
});

directorTest('another client does not get the data connection', (director) => {
  open(director);
  replies(director, '229 Entering Extended Passive Mode (|||50000|)');
  const frame = frameOn('client', { from: '198.51.100.8:40001', to: `${VIP_ADDRESS}:50000`, flags: 'S' });
  assertPassed(director.receive(frame), frame);
});

for (const line of [
  'PORT 198,51,100,7,156,65',
  'port 198,51,100,7,156,65',
  'EPRT |1|198.51.100.7|40001|',
  'EPRT !1!198.51.100.7!40001!',
]) {
  directorTest(`after '${line}' the server's connection comes from the virtual address`, (director) => {
    open(director);
    says(director, line);
    const expected = `198.51.100.7:40001 ${VIP_ADDRESS}:20 10.9.2.11:20`;
    assert.deepEqual(dataConnections(director), [`LISTEN ${expected}`]);
    const data = { from: '10.9.2.11:20', to: '198.51.100.7:40001', flags: 'S' };
    const virtual = `${VIP_ADDRESS}:20`;
    assertForwarded(director.receive(data, 'server'), { ...data, from: virtual, ttl: 63 }, 'server');
    const answer = { from: data.to, to: virtual, flags: 'S.' };
    assertForwarded(director.receive(answer), { ...answer, to: data.from, ttl: 63 });
  });
}

for (const line of [
  'PORT 198,51,100,7,156',
  'EPRT |2|2001:db8::7|40001|',
  'EPRT |1|198.51.100.7|0|',
  'XPRT 1,2,3,4,5,6',
]) {
  directorTest(`'${line}' lets the server connect to nobody`, (director) => {
    open(director);
    says(director, line);
    assert.deepEqual(dataConnections(director), []);
  });
}

directorTest('the same port again is expected anew', (director) => {
  open(director);
  says(director, 'PORT 198,51,100,7,156,65');
  director.receive({ from: '10.9.2.11:20', to: '198.51.100.7:40001', flags: 'S' }, 'server');
  says(director, 'PORT 198,51,100,7,156,65');
  assert.deepEqual(dataConnections(director), [`LISTEN 198.51.100.7:40001 ${VIP_ADDRESS}:20 10.9.2.11:20`]);
  const { activeConnections, inactiveConnections } = director.server();
  assert.deepEqual([activeConnections, inactiveConnections], [1, 1]);
});

directorTest('a server at another port than 21 sends data from the port before its own', (director) => {
  open(director, { at: '10.9.2.11:2121' });
  const command = { from: CLIENT, to: CONTROL, flags: 'P.', payload: Buffer.from('PORT 198,51,100,7,156,65\r\n') };
  director.receive(command);
  assert.deepEqual(dataConnections(director), [`LISTEN 198.51.100.7:40001 ${VIP_ADDRESS}:20 10.9.2.11:2120`]);
});

directorTest('under DR nobody reads what the client says', (director) => {
  director.configure(service([server(SERVER, 'dr')], { at: CONTROL }));
  director.receive({ from: CLIENT, to: CONTROL, flags: 'S' });
  director.receive({ from: CLIENT, to: CONTROL, flags: '.' });
  const command = { from: CLIENT, to: CONTROL, flags: 'P.', payload: Buffer.from('PORT 198,51,100,7,156,65\r\n') };
  assert.equal(director.receive(command).verdict, VERDICT.redirect);
  assert.deepEqual(dataConnections(director), []);
});

const CONTROL6 = VIP6.replace(/:80$/, ':21');
const SERVER6_FTP = '[fd00:9:2::11]:21';

function open6(director: Director): void {
  director.configure(service([server(SERVER6_FTP, 'nat')], { at: CONTROL6 }));
  director.receive({ from: CLIENT6, to: CONTROL6, flags: 'S' });
  director.receive({ from: SERVER6_FTP, to: CLIENT6, flags: 'S.' }, 'server');
  director.receive({ from: CLIENT6, to: CONTROL6, flags: '.' });
}

directorTest('over IPv6 the reply to EPSV stays, and its port is expected', (director) => {
  open6(director);
  const payload = Buffer.from('229 Entering Extended Passive Mode (|||50000|)\r\n');
  const reply = { from: SERVER6_FTP, to: CLIENT6, flags: 'P.', payload };
  assertForwarded(director.receive(reply, 'server'), { ...reply, from: CONTROL6, ttl: 63 }, 'server');
  const data = { from: CLIENT6.replace(/:\d+$/, ':40001'), to: VIP6.replace(/:80$/, ':50000'), flags: 'S' };
  assertForwarded(director.receive(data), { ...data, to: '[fd00:9:2::11]:50000', ttl: 63 });
});

directorTest("over IPv6 EPRT lets the server's connection come from the virtual address", (director) => {
  open6(director);
  const address = CLIENT6.replace(/^\[(.*)\]:\d+$/, '$1');
  const payload = Buffer.from(`EPRT |2|${address}|40001|\r\n`);
  const command = { from: CLIENT6, to: CONTROL6, flags: 'P.', payload };
  assertForwarded(director.receive(command), { ...command, to: SERVER6_FTP, ttl: 63 });
  const data = { from: '[fd00:9:2::11]:20', to: `[${address}]:40001`, flags: 'S' };
  assertForwarded(director.receive(data, 'server'), { ...data, from: VIP6.replace(/:80$/, ':20'), ttl: 63 }, 'server');
});
