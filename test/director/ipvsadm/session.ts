// An ipvsadm session for tests: a data plane in memory, a few made-up names, output and errors kept as text.

import { type IpvsadmSession, type NameService, runIpvsadm } from '../../../src/director/mod.ts';
import {
  type IpAddress,
  type Ipv4,
  type Ipv6,
  isIpv6,
  type LvskitError,
  parseIpv4,
  parseIpv6,
} from '../../../src/model/mod.ts';
import { MemoryDataPlane } from '../memory-data-plane.ts';

export function ipv4(text: string): Ipv4 {
  const address = parseIpv4(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return address;
}

export function ipv6(text: string): Ipv6 {
  const address = parseIpv6(text);
  if (address === undefined) throw new Error(`${text} is no address`);
  return address;
}

const HOSTS = new Map<string, IpAddress>([
  ['director', ipv4('10.1.0.100')],
  ['director6', ipv6('2001:db8::80')],
  ['happy', ipv4('10.2.0.21')],
  ['happy6', ipv6('2001:db8::21')],
  ['a-realserver-with-a-very-long.name.example', ipv4('10.2.0.22')],
  ['localhost', ipv4('127.0.0.1')],
]);
const PORTS = new Map([
  ['http/tcp', 80],
  ['domain/udp', 53],
  ['tproxy/tcp', 8081],
]);

/** A few hosts, `http` and `tproxy` over TCP, `domain` over UDP; nothing else has a name. */
export const TEST_NAMES: NameService = {
  resolveHost: async (name) => {
    const address = HOSTS.get(name);
    return address === undefined || isIpv6(address) ? undefined : address;
  },
  resolvePort: (name, protocol) => PORTS.get(`${name}/${protocol}`),
  hostName: async (address) => [...HOSTS].find(([, each]) => each === address)?.[0],
  portName: (port, protocol) =>
    [...PORTS].find(([name, each]) => each === port && name.endsWith(`/${protocol}`))?.[0].split('/')[0],
};

export interface Outcome {
  readonly status: number;
  readonly output: string;
  readonly errors: readonly { readonly error: LvskitError; readonly line: number | undefined }[];
}

/** Runs `ipvsadm COMMAND`, words separated by blanks, on the data plane; `input` is what -R reads. */
export async function run(command: string, dataPlane = new MemoryDataPlane(), input = ''): Promise<Outcome> {
  let output = '';
  const errors: { error: LvskitError; line: number | undefined }[] = [];
  const session: IpvsadmSession = {
    openDataPlane: () => dataPlane,
    names: TEST_NAMES,
    version: '1.2.3',
    write: (text) => {
      output += text;
    },
    readInput: async () => input,
    reportError: (error, line) => void errors.push({ error, line }),
  };
  const words = command.split(' ').filter((word) => word !== '');
  const status = await runIpvsadm(words, session);
  return { status, output, errors };
}

/** A data plane with these lines restored; fails when one of them is refused. */
export async function restored(lines: string): Promise<MemoryDataPlane> {
  const dataPlane = new MemoryDataPlane();
  const { errors } = await run('-R', dataPlane, lines);
  if (errors[0] !== undefined) throw errors[0].error;
  return dataPlane;
}
