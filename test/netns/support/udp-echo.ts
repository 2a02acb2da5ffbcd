// A UDP service on realservers of a lab and its client, as processes of their own, because node:dgram can't take over a
// socket that was made in another network namespace.

import type { Lab } from '../../../src/lab/mod.ts';
import type { Machine } from '../../../src/model/mod.ts';
import { until } from '../netpipe-namespaces.ts';
import { runInside, startInside } from './inside.ts';
import { serviceAddressOf, vipOf } from './virtual-server.ts';

export const UDP_PORT = 53;
export const UDP_SERVICES = [{ port: UDP_PORT, protocol: 'udp', servers: 2 }] as const;

/** What each question and its answer count as on the wire, with the headers of IP and UDP. */
export const QUESTION_BYTES = 28 + 'who?'.length;

const SERVER = `
const [name, address, port] = process.argv.slice(1);
const socket = require('node:dgram').createSocket('udp4');
socket.on('message', (_, from) => socket.send(name, from.port, from.address));
socket.bind(Number(port), address, () => console.log('ready'));
`;

const CLIENT = `
const [address, port, count] = process.argv.slice(1);
setTimeout(() => { console.error('no answer'); process.exit(1); }, 10_000).unref();
(async () => {
  for (let asked = 0; asked < Number(count); asked++) {
    const socket = require('node:dgram').createSocket('udp4').send('who?', Number(port), address);
    const [answer] = await require('node:events').once(socket, 'message');
    console.log(String(answer));
    socket.close();
  }
})();
`;

/** Answers every datagram with the machine's name, until the lab goes. */
export async function serveUdp(lab: Lab, machine: Machine): Promise<void> {
  const words = [machine.name, serviceAddressOf(lab, machine), String(UDP_PORT)];
  const { output } = startInside(lab, machine.name, [process.execPath, '-e', SERVER, ...words]);
  await until(`the UDP service of ${machine.name}`, () => output() !== '');
  if (output() !== 'ready\n') throw new Error(output());
}

/** What answers the client at the VIP, which asks each time from another port. */
export async function askUdp(lab: Lab, count: number): Promise<readonly string[]> {
  const words = [vipOf(lab), String(UDP_PORT), String(count)];
  const stdout = await runInside(lab, 'client', [process.execPath, '-e', CLIENT, ...words]);
  return stdout.trim().split('\n');
}
