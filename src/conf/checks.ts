// What must hold between the lines of a conf file, given that each is right by itself: services that differ,
// realservers within reach, replies that pass the director where they have to.

import { formatNetwork, networkContains } from '../model/mod.ts';
import type { ProblemList } from './errors.ts';
import { formatHost, type NamedHost } from './hosts.ts';
import type { Settings } from './settings.ts';
import { isVirtualDevice } from './values.ts';

/** Checks that need a setting which is undefined are passed over. */
export function checkSettings(settings: Settings, problems: ProblemList): void {
  checkServicesDiffer(settings, problems);
  checkRealservers(settings, problems);
  checkServerVip(settings, problems);
  checkVipIsNoGateway(settings, problems);
  checkServerGateway(settings, problems);
}

/** Each realserver once, in order of first mention. */
export function realserversOf(settings: Pick<Settings, 'services'>): readonly NamedHost[] {
  const byAddress = new Map<string, NamedHost>();
  for (const named of settings.services.flatMap((service) => service.realservers)) {
    if (!byAddress.has(named.host.address)) byAddress.set(named.host.address, named);
  }
  return [...byAddress.values()];
}

function checkServicesDiffer({ services }: Settings, problems: ProblemList): void {
  for (const [index, { word, protocol, port }] of services.entries()) {
    if (port === undefined) continue;
    const earlier = services.slice(0, index).find((each) => each.protocol === protocol && each.port === port);
    if (earlier === undefined) continue;
    const message = `service ${protocol} ${port} is given again; line ${earlier.word.line} has it already`;
    problems.add('CONF_DUPLICATE_SERVICE', word, message, 'name all its realservers on one line');
  }
}

function checkRealservers(settings: Settings, problems: ProblemList): void {
  const { inside } = settings;
  const byMachine = new Map<string | undefined, NamedHost>();
  for (const named of realserversOf(settings)) {
    const { word, host } = named;
    const other = byMachine.get(host.machine);
    byMachine.set(host.machine, other ?? named);
    if (other !== undefined) {
      const message = `${formatHost(other)} and ${formatHost(named)} are one realserver`;
      problems.add('CONF_AMBIGUOUS_HOST', word, message, 'name a realserver by the same address in every service');
    }
    if (inside !== undefined && !networkContains(inside.network, host.address)) {
      const network = formatNetwork(inside.network);
      const message = `realserver ${formatHost(named)} is not in the director's inside network ${network}`;
      problems.add('CONF_REALSERVER_OUTSIDE', word, message, `give it an address in ${network} in the hosts file`);
    }
  }
}

/** The VIP's device is the realserver's NIC or one that any machine has; another NIC would not be there. */
function checkServerVip({ serverVip, serverNic }: Settings, problems: ProblemList): void {
  if (serverVip === undefined || typeof serverVip === 'string' || serverNic === undefined) return;
  if (isVirtualDevice(serverVip) || serverVip.name === serverNic.name) return;
  const message = `realservers have no device '${serverVip.name}' to hold the VIP`;
  problems.add('CONF_BAD_DEVICE', serverVip.word, message, 'use lo:0, dummy0, tunl0 or TP');
}

/** A VIP on a machine's line of the hosts file is told in settings.ts; this is for gateways without such a line. */
function checkVipIsNoGateway({ vip, directorGateway, serverGateway }: Settings, problems: ProblemList): void {
  if (vip === undefined) return;
  const gateway = [directorGateway, serverGateway].find((each) => each?.host.address === vip.host.address);
  if (gateway === undefined) return;
  const message = `VIP ${formatHost(vip)} is the address of gateway '${gateway.word.text}'`;
  problems.add('CONF_VIP_TAKEN', vip.word, message, 'give the VIP an address of its own');
}

function checkServerGateway(settings: Settings, problems: ProblemList): void {
  const { method, inside, directorGateway, serverGateway } = settings;
  if (inside === undefined || serverGateway === undefined) return;
  const { word, host } = serverGateway;
  const isDirector = host.role === 'director';
  if (isDirector && host.address !== inside.host.address) {
    const message = `gateway ${formatHost(serverGateway)} is not the director's inside address`;
    problems.add('CONF_GATEWAY_UNREACHABLE', word, message, `use '${inside.word.text}'`);
  } else if (!networkContains(inside.network, host.address)) {
    const network = formatNetwork(inside.network);
    const message = `gateway ${formatHost(serverGateway)} is not in the realservers' network ${network}`;
    problems.add('CONF_GATEWAY_UNREACHABLE', word, message, `name a gateway in ${network}`);
  }
  if (method === 'nat' && !isDirector) {
    const message = `VS-NAT replies must pass the director, and gateway '${word.text}' leads past it`;
    problems.add('CONF_REPLY_BYPASSES_DIRECTOR', word, message, `use '${inside.word.text}'`);
  }
  if (isDirector && directorGateway !== undefined && networkContains(inside.network, directorGateway.host.address)) {
    const message = `replies are to pass the director, but client ${formatHost(directorGateway)} is in the realservers' own network`;
    const remedy = 'name an address of the client in another network, and put the VIP on the NIC that faces it';
    problems.add('CONF_REPLY_BYPASSES_DIRECTOR', directorGateway.word, message, remedy);
  }
}
