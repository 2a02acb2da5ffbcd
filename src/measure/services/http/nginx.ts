// nginx as a service of a measurement: its configuration, which does nothing but send files, and how to start it.

import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { SocketAddress } from '../../../system/mod.ts';
import { writePaperFiles } from '../files.ts';
import { folderOfThisProcess, removeFoldersOfTheDead } from '../folders-by-process.ts';

export interface NginxOptions extends SocketAddress {
  /** For the files, the configuration and what nginx writes. */
  readonly folder: string;
  /** Processes that answer. */
  readonly workers: number;
}

/** nginx closes a connection after so many requests; the client is to decide that. */
const REQUESTS_PER_CONNECTION = 1_000_000_000;
const CONNECTIONS_PER_WORKER = 16_384;

/**
 * Writes files and configuration, and returns the command that this process is to become; then it is nginx until it is
 * ended. Several can share the folder.
 */
export function prepareNginx(options: NginxOptions): readonly string[] {
  const { folder } = options;
  writePaperFiles(join(folder, 'files'));
  removeFoldersOfTheDead(folder, PREFIX);
  const prefix = folderOfThisProcess(folder, PREFIX);
  mkdirSync(prefix, { recursive: true });
  const configuration = join(prefix, 'nginx.conf');
  writeFileSync(configuration, formatConfiguration(options));
  return ['nginx', '-p', prefix, '-c', configuration, '-e', 'stderr'];
}

const PREFIX = 'nginx-';

function formatConfiguration({ address, port, folder, workers }: NginxOptions): string {
  return `daemon off;
# One process without a master ends with whoever ends it.
master_process ${workers > 1 ? 'on' : 'off'};
worker_processes ${workers};
worker_rlimit_nofile ${CONNECTIONS_PER_WORKER + 1024};
pid nginx.pid;
error_log stderr;
events { worker_connections ${CONNECTIONS_PER_WORKER}; }
http {
  access_log off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests ${REQUESTS_PER_CONNECTION};
  keepalive_timeout 1h;
  default_type text/plain;
  client_body_temp_path body;
  proxy_temp_path proxy;
  fastcgi_temp_path fastcgi;
  uwsgi_temp_path uwsgi;
  scgi_temp_path scgi;
  server {
    listen ${address}:${port} backlog=16384;
    root ${folder}/files;
  }
}
`;
}
