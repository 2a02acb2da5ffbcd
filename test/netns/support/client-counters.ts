// Counts what a lab's client sends to a port of the VIP and gets back from it, by somebody else than lvskit: nftables.

import type { Lab } from '../../../src/lab/mod.ts';
import { runCommand } from '../../../src/system/mod.ts';
import { enter } from './inside.ts';
import { vipOf } from './virtual-server.ts';

export interface Traffic {
  readonly packets: number;
  /** IP lengths. */
  readonly bytes: number;
}

export class ClientCounters {
  readonly #nft: readonly string[];

  constructor(lab: Lab, port: number) {
    this.#nft = [...enter(lab, 'client'), 'nft'];
    const ruleset = [
      'table ip lvskit_test {',
      '  counter sent {}',
      '  counter received {}',
      '  chain output { type filter hook output priority 0;',
      `    ip daddr ${vipOf(lab)} tcp dport ${port} counter name sent`,
      '  }',
      '  chain input { type filter hook input priority 0;',
      `    ip saddr ${vipOf(lab)} tcp sport ${port} counter name received`,
      '  }',
      '}\n',
    ].join('\n');
    runCommand([...this.#nft, '-f', '-'], { input: ruleset });
  }

  read(): { readonly sent: Traffic; readonly received: Traffic } {
    const { stdout } = runCommand([...this.#nft, '-j', 'list', 'counters']);
    const { nftables } = JSON.parse(stdout) as { nftables: { counter?: Traffic & { name: string } }[] };
    const of = (name: string): Traffic => {
      const found = nftables.find(({ counter }) => counter?.name === name)?.counter;
      if (found === undefined) throw new Error(`nft lists no counter ${name}`);
      return { packets: found.packets, bytes: found.bytes };
    };
    return { sent: of('sent'), received: of('received') };
  }
}
