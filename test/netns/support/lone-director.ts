// A director in a network namespace of its own, on its own, with devices that tests add to it.

import { removeStateOf } from '../../../src/dataplane/mod.ts';
import { inNetworkNamespace, networkNamespaceCookie, runCommand } from '../../../src/system/mod.ts';
import { inNamespace, LVSKIT } from '../netpipe-namespaces.ts';

export interface Nic {
  readonly device: string;
  readonly attached: boolean;
}

export interface Status {
  readonly nics: readonly Nic[];
  readonly unbalanced: readonly string[];
  readonly watcher: number | null;
}

export class LoneDirector {
  readonly name: string;

  constructor(name: string) {
    this.name = name;
  }

  /** Commands of ip(8) in the namespace, one after the other. */
  ip(...commands: readonly string[]): void {
    runCommand(['ip', '-n', this.name, '-batch', '-'], { input: `${commands.join('\n')}\n` });
  }

  /** What `lvskit WORDS` prints. Throws COMMAND_FAILED. */
  lvskit(words: string): string {
    return runCommand([...inNamespace(this.name), LVSKIT, ...words.split(' ')]).stdout;
  }

  status(): Status {
    return JSON.parse(this.lvskit('director status --json')) as Status;
  }

  /** The namespace's, by which the files of its processes are named. */
  cookie(): bigint {
    return inNetworkNamespace(`/run/netns/${this.name}`, networkNamespaceCookie);
  }
}

/** With one NIC, `first`; removed afterwards with all that runs in it. */
export async function withLoneDirector(name: string, work: (director: LoneDirector) => Promise<void>): Promise<void> {
  runCommand(['ip', 'netns', 'add', name]);
  const director = new LoneDirector(name);
  try {
    director.ip(
      'link set lo up',
      'link add first type veth peer name far',
      'link set far up',
      'link set first up',
      'address add 10.99.1.1/24 dev first',
    );
    await work(director);
  } finally {
    removeStateOf(`/run/netns/${name}`);
    runCommand(['ip', 'netns', 'delete', name], { allowFailure: true });
  }
}
