// A resolved cluster in a few lines of at most 80 columns, for people: who is where, who answers for the VIP, which
// way requests and replies go. Pure.

import {
  type Cluster,
  type ForwardingMethod,
  type Machine,
  networkContains,
  type VipHolding,
  type VirtualService,
} from '../model/mod.ts';
import { servicePortName } from './service-ports.ts';

const COLUMNS = 80;
/** Where the text begins, after its label. */
const INDENT = 14;

const METHODS: Readonly<Record<ForwardingMethod, readonly [name: string, meaning: string]>> = {
  nat: ['VS-NAT', 'the director rewrites the addresses of requests and replies'],
  dr: ['VS-DR', 'requests go on unchanged, to the MAC address of a realserver'],
  tun: ['VS-TUN', 'requests go on to a realserver, each inside of another IP packet'],
};

export function explainCluster(cluster: Cluster): string[] {
  const [methodName, meaning] = METHODS[cluster.method];
  return [
    ...paragraph(methodName, meaning),
    ...(cluster.forwardingEnabled ? [] : paragraph('INITIAL_STATE', 'off: all is set up, and nothing is forwarded')),
    ...paragraph('VIP', `${cluster.vip.name} ${cluster.vip.address}: ${explainVip(cluster)}`),
    '',
    ...cluster.machines.flatMap(explainMachine),
    '',
    ...cluster.services.flatMap((service) => explainService(service, cluster)),
    '',
    ...explainPath(cluster),
  ];
}

function explainVip({ machines, vip }: Cluster): string {
  const [director, client, realserver] = machines;
  const atDirector =
    director?.vip?.kind === 'arping'
      ? `director answers ARP for it on ${director.vip.label ?? director.vip.device}`
      : 'on no device, director accepts it by transparent proxy';
  const route = client?.routes.find(
    ({ destination }) => destination !== 'default' && networkContains(destination, vip.address),
  );
  const atClient = route === undefined ? [] : [`client reaches it via ${route.via}`];
  return [atDirector, ...atClient, ...explainRealserverVip(realserver?.vip)].join('; ');
}

function explainRealserverVip(vip: VipHolding | undefined): readonly string[] {
  if (vip === undefined) return [];
  if (vip.kind === 'transparent-proxy') return ['realservers accept it by transparent proxy'];
  return [`realservers hold it silently on ${vip.label ?? vip.device}`];
}

function explainMachine({ name, hostname, nics }: Machine): string[] {
  const plugs = nics.map((nic) => `${nic.device} ${nic.address}/${nic.prefixLength} on ${nic.network}`);
  return paragraph(name, hostname === name ? plugs.join(', ') : `${hostname}: ${plugs.join(', ')}`);
}

function explainService({ protocol, port, scheduler, servers }: VirtualService, { machines }: Cluster): string[] {
  const names = servers.map(
    (server) => machines.find(({ nics }) => nics.some((nic) => nic.address === server.address))?.name ?? server.address,
  );
  const portName = servicePortName(protocol, port);
  return paragraph(`${protocol} ${port}`, [...(portName ? [portName] : []), scheduler, ...names].join(' '));
}

/** NICs are listed from the client's side to the realservers'. */
function explainPath({ machines, method }: Cluster): string[] {
  const [director, client, realserver] = machines;
  const [outside, inside] = [director?.nics[0]?.device, director?.nics.at(-1)?.device];
  const clientEnd = `client ${client?.nics[0]?.device}`;
  const serverEnd = `realserver ${realserver?.nics[0]?.device}`;
  const request = paragraph('request', `${clientEnd} -> director (in ${outside}, out ${inside}) -> ${serverEnd}`);

  const router = client?.nics.find((nic) => nic.address === realserver?.routes[0]?.via);
  if (router !== undefined) {
    return [...request, ...paragraph('reply', `${serverEnd} -> client ${router.device}, past the director`)];
  }
  // Its source is the VIP, an address of the director that it passes.
  const label = method === 'nat' ? 'reply' : 'martian reply';
  return [...request, ...paragraph(label, `${serverEnd} -> director (in ${inside}, out ${outside}) -> ${clientEnd}`)];
}

/** `text` beside its label, wrapped at word ends. */
function paragraph(label: string, text: string): string[] {
  const lines: string[] = [];
  let line = label.padEnd(INDENT - 1);
  for (const word of text.split(' ')) {
    if (line.length + 1 + word.length > COLUMNS && line.trim() !== '') {
      lines.push(line.trimEnd());
      line = ' '.repeat(INDENT - 1);
    }
    line += ` ${word}`;
  }
  return [...lines, line];
}
