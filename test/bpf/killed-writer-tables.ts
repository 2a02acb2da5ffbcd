// The table before and after the change that is interrupted: services come, go and change, servers with them.

import { SERVER, SERVER2, SERVER3, server, service } from './services.ts';

export const BEFORE = [
  service([server(SERVER, 'nat', 3), server(SERVER2, 'nat')], { scheduler: 'wrr' }),
  service([server(SERVER, 'tun')], { at: '10.9.1.110:81' }),
];

/** Newest first, as tables are. */
export const AFTER = [
  service([server(SERVER2, 'dr')], { at: '10.9.1.110:82', protocol: 'udp' }),
  service([{ ...server(SERVER3, 'nat'), upperThreshold: 10, lowerThreshold: 5 }, server(SERVER, 'nat', 0)], {
    scheduler: 'sh',
    persistence: { timeoutS: 60, netmask: '255.255.255.0' as never },
  }),
];
