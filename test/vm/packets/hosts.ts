// Who is who on the two wires of a scenario. Names stand for addresses in scenarios, and for the MAC addresses of
// frames in what is recorded. An address that is nobody's lies behind the router of the clients' side.
//
//   wire A 10.1.0.0/24, 2001:db8:1::/64    c1…c9  .11…   ::11…   clients
//                                          gw     .254   ::fe    router to all other clients
//                                          d      .1     ::1     director, with the VIP .100, ::100
//   wire B 10.2.0.0/24, 2001:db8:2::/64    r1…r5  .21…   ::21…   realservers
//                                          d      .1     ::1

export type Wire = 'A' | 'B';

export interface Host {
  readonly name: string;
  readonly wire: Wire;
  readonly mac: string;
  /** IPv4 first. */
  readonly addresses: readonly [string, string];
}

const CLIENTS = 9;
const SERVERS = 5;

function host(name: string, wire: Wire, number: number, numberV6 = number): Host {
  const net = wire === 'A' ? 1 : 2;
  const mac = `02:00:00:00:0${net}:${number.toString(16).padStart(2, '0')}`;
  return { name, wire, mac, addresses: [`10.${net}.0.${number}`, `2001:db8:${net}::${numberV6}`] };
}

export const GATEWAY: Host = {
  name: 'gw',
  wire: 'A',
  mac: '02:00:00:00:01:fe',
  addresses: ['10.1.0.254', '2001:db8:1::fe'],
};

/** All but the director. */
export const HOSTS: readonly Host[] = [
  ...Array.from({ length: CLIENTS }, (_, index) => host(`c${index + 1}`, 'A', 11 + index)),
  GATEWAY,
  ...Array.from({ length: SERVERS }, (_, index) => host(`r${index + 1}`, 'B', 21 + index)),
];

export const DIRECTOR: Readonly<Record<Wire, Host>> = { A: host('d', 'A', 1), B: host('d', 'B', 1) };
export const VIP = ['10.1.0.100', '2001:db8:1::100'] as const;

const ADDRESS_OF_NAME = new Map<string, readonly [string, string]>([
  ...HOSTS.map(({ name, addresses }) => [name, addresses] as const),
  ['vip', VIP],
  ['dA', DIRECTOR.A.addresses],
  ['dB', DIRECTOR.B.addresses],
]);

/** `c1` and `c1v6`, `vip` and `vipv6`; what is no name is an address already. */
export function addressOf(name: string): string {
  const isV6 = name.endsWith('v6');
  return ADDRESS_OF_NAME.get(isV6 ? name.slice(0, -2) : name)?.[isV6 ? 1 : 0] ?? name;
}

/** Replaces the names in a command by addresses, those of IPv6 in brackets where a port follows. */
export function withAddresses(command: string): string {
  return command.replace(/(?<![\w.:-])(vip|d[AB]|[cr]\d|gw)(v6)?(?=[:/\s,}]|$)/g, (name, _host, v6, offset: number) => {
    const needsBrackets = v6 !== undefined && command[offset + name.length] === ':';
    return needsBrackets ? `[${addressOf(name)}]` : addressOf(name);
  });
}

/** Who sends packets from this address. */
export function hostOfAddress(address: string): Host {
  return HOSTS.find(({ addresses }) => addresses.includes(address)) ?? GATEWAY;
}

export function nameOfMac(mac: string): string {
  return HOSTS.find((known) => known.mac === mac)?.name ?? mac;
}
