// `lvskit agent`: what runs on every host of a measurement, driven over its stdio by the lvskit that started it.

import { Command } from 'commander';
import { createHandlers, type ReadDirector, serveRequests } from '../agent/mod.ts';
import { endAtOnceOnSignals } from '../system/mod.ts';
import { readVersion } from './version.ts';

export function createCommand(): Command {
  return new Command('agent')
    .description('serve requests on stdin, one JSON object a line, until it ends; lvskit starts this itself')
    .action(async () => {
      endAtOnceOnSignals();
      // Ctrl-C reaches every process of the terminal; it is the controller who then ends its agents.
      process.on('SIGINT', () => {});
      await serveRequests(process.stdin, process.stdout, createHandlers(readVersion(), readDirector));
      // Its services would keep the process alive.
      process.exit();
    });
}

/** Loaded where it is asked for, which is on directors alone. */
const readDirector: ReadDirector = async () => (await import('../dataplane/mod.ts')).readDirectorCounters();
