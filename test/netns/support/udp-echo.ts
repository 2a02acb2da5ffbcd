// A UDP service on realservers of a lab and its client, as processes of their own, because node:dgram can't take over a
// socket that was made in another network namespace.

import type { Lab } from '../../../src/lab/mod.ts';
import type { Machine } from '../../../src/model/mod.ts';
import { until } from '../netpipe-namespaces.ts';
import { runInside, startInside } from './inside.ts';
import { serviceAddressOf, vipOf } from './virtual-server.ts';

export const UDP_PORT = 53;
export const UDP_SERVICES = [{ port: UDP_PORT, protocol: 'udp', servers: 2 }] as const;

/** IP lengths of a question and its answer, with the headers of IP and UDP. */
export const QUESTION_BYTES = 28 + 'who?'.length;
export const ANSWER_BYTES = 28 + 'realserver1'.length;

const SERVER = `
const [name, address, port] = process.argv.slice(1);
const socket = require('node:dgram').createSocket('udp4');
socket.on('message', (_, from) => socket.send(name, from.port, from.address));
socket.bind(Number(port), address, () => console.log('ready'));
`;

const CLIENT = `
const [address, port, count] = process.argv.slice(1);
const { once } = require('node:events');
setTimeout(() => { console.error('no answer'); process.exit(1); }, 10_000).unref();
(async () => {
  for (let client = 0; client < Number(count); client++) {
    const socket = require('node:dgram').createSocket('udp4');
    for (const question of [1, 2]) {
      socket.send('who?', Number(port), address);
      const [answer] = await once(socket, 'message');
      console.log(String(answer));
    }
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

/** What answers at the VIP; each of the clients is a port of its own and asks twice. */
export async function askUdp(lab: Lab, clients: number): Promise<readonly string[]> {
  const words = [vipOf(lab), String(UDP_PORT), String(clients)];
  const stdout = await runInside(lab, 'client', [process.execPath, '-e', CLIENT, ...words]);
  return stdout.trim().split('\n');
}
