// A director that tells its neighbours of shorter ways past itself, where there are such ways.

import { effectiveSetting, switchOff, tellSettings } from '../expected.ts';
import { type Check, examined } from '../finding.ts';

export const sendRedirects: Check = {
  name: 'send-redirects',
  find: (examination) => {
    const networksOf = (role: 'client' | 'realserver') =>
      examination.cluster.machines
        .filter((machine) => machine.role === role)
        .flatMap(({ nics }) => nics.map(({ network }) => network));
    const [clients, realservers] = [networksOf('client'), networksOf('realserver')];
    return examined(examination, 'director').flatMap(({ machine, facts }) => {
      // A redirect goes out where a packet leaves by the NIC that it came in by.
      const shared = machine.nics.length === 1 ? machine.nics : [];
      return shared
        .filter(({ network }) => clients.includes(network) && realservers.includes(network))
        .filter(({ device }) => effectiveSetting(facts, device, 'send_redirects') > 0)
        .map(({ device }) => ({
          name: sendRedirects.name,
          machine: machine.name,
          summary: `the director sends ICMP redirects on ${device}`,
          evidence: [tellSettings(facts, device, 'send_redirects')],
          why: 'Clients and realservers are in one network. Who believes a redirect sends past the director from then on.',
          remedies: switchOff(machine, facts, device, 'send_redirects'),
        }));
    });
  },
};
