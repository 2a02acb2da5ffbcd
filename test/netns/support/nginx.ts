// nginx on every realserver of a lab, with a configuration, folder and processes of its own, and curl on the client.

import { createHash, randomBytes } from 'node:crypto';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Lab } from '../../../src/lab/mod.ts';
import { untilListening } from '../netpipe-namespaces.ts';
import { runInside, startInside } from './inside.ts';
import { withScratch } from './scratch.ts';
import { realserversOf, vipOf } from './virtual-server.ts';

const PORT = 80;

export const HTTP_SERVICES = [{ port: PORT, servers: 2 }] as const;

const CONFIGURATION = `
daemon off;
master_process off;
pid nginx.pid;
error_log stderr;
events {}
http {
  access_log off;
  sendfile on;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server { listen ${PORT}; root files; }
}
`;

/** Fetches `file` through the director, over a connection of its own, and returns its digest. */
export type Fetch = (file: string) => Promise<string>;

/** Serves files of these sizes, each named after its size. `digests` are theirs, by name. */
export async function withNginx(
  lab: Lab,
  sizesBytes: readonly number[],
  work: (fetch: Fetch, digests: ReadonlyMap<string, string>) => Promise<void>,
): Promise<void> {
  await withScratch(async (folder) => {
    // nginx's workers read the files as whoever started it, but look them up through folders that others may enter.
    chmodSync(folder, 0o755);
    const digests = new Map(sizesBytes.map((sizeBytes) => [String(sizeBytes), writeFile(folder, sizeBytes)]));
    const machines = realserversOf(lab.plan.cluster).map(({ name }) => name);
    const running = machines.map((machine) => startNginx(lab, machine, join(folder, machine), folder));
    try {
      await Promise.all(machines.map((machine) => untilListening(`${lab.plan.name}-${machine}`, PORT)));
      await work((file) => fetchFile(lab, file, folder), digests);
    } finally {
      for (const { pid } of running) process.kill(pid, 'SIGKILL');
      await Promise.all(running.map(({ ended }) => ended));
    }
  });
}

function writeFile(folder: string, sizeBytes: number): string {
  const content = randomBytes(sizeBytes);
  mkdirSync(join(folder, 'files'), { recursive: true });
  writeFileSync(join(folder, 'files', String(sizeBytes)), content);
  return digestOf(content);
}

function startNginx(lab: Lab, machine: string, prefix: string, folder: string) {
  mkdirSync(prefix);
  writeFileSync(join(prefix, 'nginx.conf'), CONFIGURATION.replace('root files', `root ${folder}/files`));
  return startInside(lab, machine, ['nginx', '-p', prefix, '-c', join(prefix, 'nginx.conf'), '-e', 'stderr']);
}

async function fetchFile(lab: Lab, file: string, folder: string): Promise<string> {
  const received = join(folder, 'received');
  const url = `http://${vipOf(lab)}:${PORT}/${file}`;
  await runInside(lab, 'client', ['curl', '--silent', '--show-error', '--fail', '--output', received, url]);
  return digestOf(readFileSync(received));
}

function digestOf(content: Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}
