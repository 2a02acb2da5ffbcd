// lvskit remove: undoes what lvskit apply has set on this host, and nothing else.

import { Command } from 'commander';
import { removeHost } from '../host/mod.ts';
import { formatRemoved, removedAsJson } from './apply-format.ts';

export function createCommand(): Command {
  return new Command('remove')
    .description('Undo what `lvskit apply` has changed on this host. What somebody else has changed since is left.')
    .option('--json', 'print JSON')
    .action(({ json }: { readonly json?: true }) => {
      const removed = removeHost();
      process.stdout.write(json ? `${JSON.stringify(removedAsJson(removed), null, 2)}\n` : formatRemoved(removed));
    });
}
