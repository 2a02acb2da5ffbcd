// `--lab NAME` in place of a host: the measurement runs on the lab's client and goes to the lab's VIP.

import { type Command, Option } from 'commander';
import { execInMachine, readLab } from '../lab/mod.ts';
import { LvskitError, type TransportProtocol } from '../model/mod.ts';
import { ownLauncher } from '../system/mod.ts';

export function labOption(): Option {
  return new Option('--lab <name>', "measure from a lab's client to its VIP, instead of a host");
}

/** The host that was given; with --lab this process becomes the same command on the lab's client. Throws LAB_LACKS_SERVICE. */
export function hostOrLab(
  host: string | undefined,
  lab: string | undefined,
  port: number,
  command: Command,
  protocol: TransportProtocol = 'tcp',
): string {
  if (lab === undefined) return host ?? command.error('error: give a host, or --lab NAME');
  if (host !== undefined) command.error('error: give a host or --lab NAME, not both');
  const { plan } = readLab(lab);
  const service = plan.cluster.services.find((each) => each.protocol === protocol && each.port === port);
  if (service === undefined) throw serviceMissing(lab, protocol, port);
  execInMachine(plan, 'client', [...ownLauncher(), ...wordsFor(process.argv.slice(2), lab, plan.cluster.vip.address)]);
}

/** The words of this command with the address in the lab's place. */
export function wordsFor(words: readonly string[], lab: string, address: string): readonly string[] {
  const rest = words.filter((word, at) => word !== '--lab' && word !== `--lab=${lab}` && words[at - 1] !== '--lab');
  return [...rest, address];
}

function serviceMissing(lab: string, protocol: TransportProtocol, port: number): LvskitError {
  return new LvskitError('LAB_LACKS_SERVICE', `lab ${lab} has no service at ${protocol.toUpperCase()} port ${port}`, {
    fields: { lab, protocol, port },
    remedy: 'add a SERVICE line for it to the conf file and build the lab again',
  });
}
