// rshd as a service of a measurement: Debian's rsh-redone-server under openbsd-inetd, for chosen clients, as nobody, whose
// home is a folder of its own. openbsd-inetd, because it stays in the foreground without debugging (-i), listens at one
// address and any port, and needs no syslog daemon; inetutils-inetd has none of these.

import type { Ipv4 } from '../../../model/mod.ts';
import { findProgram, type SocketAddress } from '../../../system/mod.ts';
import { type Account, lines, PRIVATE_ROOT, prepareInPrivateRoot } from '../private-root.ts';

export interface RshdOptions extends SocketAddress {
  /** For its files and what is copied. */
  readonly folder: string;
  /** May come in, all of their users. */
  readonly clients: readonly Ipv4[];
  /** How often a minute inetd starts rshd; at the next connection it stops for ten minutes. */
  readonly startsPerMinute: number;
}

const HOME = 'home';

/** Of RFC 1282's kind, with no password: whoever a client says it is, here it can do little. */
export const RSH_USER = 'nobody';
const NOBODY: Account = { name: RSH_USER, id: 65_534, home: `${PRIVATE_ROOT}/${HOME}`, shell: '/bin/sh' };

/**
 * Writes the configuration, and returns the command that this process is to become; then it is inetd until it is
 * ended. Several can share the folder. Throws COMMAND_NOT_FOUND.
 */
export function prepareRshd(options: RshdOptions): readonly string[] {
  const { address, port, clients, folder, startsPerMinute } = options;
  const inetd = findProgram('inetd');
  const rshd = findProgram('in.rshd');
  const etc = {
    'inetd.conf': `${address}:${port} stream tcp4 nowait.${startsPerMinute} root ${rshd} in.rshd\n`,
    'hosts.equiv': lines(clients.map((client) => `${client} +`)),
    // The account needs no password, and its session nothing.
    'pam.d/rsh': 'auth required pam_rhosts.so\naccount required pam_permit.so\n',
  };
  return prepareInPrivateRoot({ folder, accounts: [NOBODY], clients, etc, directories: { [HOME]: NOBODY } }, [
    `exec ${inetd} -i /etc/inetd.conf`,
  ]);
}
