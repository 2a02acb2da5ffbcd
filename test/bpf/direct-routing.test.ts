// VS-DR: the packet goes on as it is, to the server that holds the VIP too.

import fc from 'fast-check';
import { directorTest } from './director.ts';
import { frameOn } from './namespace.ts';
import { assertForwarded, assertPassed } from './outcome.ts';
import { CLIENT, SERVER, server, service, VIP } from './services.ts';

for (const [protocol, packet] of [
  ['tcp', { from: CLIENT, to: VIP, flags: 'S' }],
  ['udp', { from: CLIENT, to: VIP }],
] as const) {
  directorTest(`nothing of a ${protocol} packet changes but its TTL and header checksum`, (director) => {
    director.configure(service([server(SERVER, 'dr')], { protocol }));
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 1400 }),
        fc.integer({ min: 2, max: 255 }),
        fc.nat(10),
        (payload, ttl, n) => {
          const sent = { ...packet, payload, ttl, options: new Uint8Array(n * 4).fill(1) };
          assertForwarded(director.receive(sent), { ...sent, ttl: ttl - 1 });
        },
      ),
    );
  });
}

directorTest(
  'the replies, which do not come back through the director, are not its business if they do',
  (director) => {
    director.configure(service([server(SERVER, 'dr')]));
    director.receive({ from: CLIENT, to: VIP, flags: 'S' });
    const reply = frameOn('server', { from: VIP, to: CLIENT, flags: 'S.' });
    assertPassed(director.receive(reply, 'server'), reply);
  },
);
