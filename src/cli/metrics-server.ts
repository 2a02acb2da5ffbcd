// Serves metrics over HTTP, at an address and port or at a Unix socket.

import { lstatSync, unlinkSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGzip } from 'node:zlib';
import type { ListenPlace } from '../monitor/mod.ts';
import { socketError } from '../system/mod.ts';

export interface Page {
  readonly contentType: string;
  readonly body: Iterable<string>;
}

export interface MetricsServer {
  /** With the port that the kernel chose where 0 was asked for. */
  readonly place: ListenPlace;
  /** Answers what is being asked, but nothing new. */
  close(): Promise<void>;
}

/** How long clients that are being answered when the server closes may take to listen. */
const CLOSING_MS = 2000;

/**
 * @param pages by path; what they throw is answered with status 500 and given to `onFault`
 * Throws SOCKET_PORT_IN_USE and SOCKET_FAILED.
 */
export async function startMetricsServer(
  place: ListenPlace,
  pages: Readonly<Record<string, () => Page>>,
  onFault: (error: unknown) => void,
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    answer(pages, request, response).catch((error) => {
      // A client that left before the end is none of our faults.
      if (request.socket.destroyed) return;
      onFault(error);
      if (response.headersSent) response.destroy();
      else sendText(response, 500, `${error instanceof Error ? error.message : error}\n`);
    });
  });
  await listen(server, place);
  return {
    place: 'path' in place ? place : { ...place, port: (server.address() as AddressInfo).port },
    close: () =>
      new Promise((resolve) => {
        const impatience = setTimeout(() => server.closeAllConnections(), CLOSING_MS);
        server.close(() => {
          clearTimeout(impatience);
          resolve();
        });
        server.closeIdleConnections();
      }),
  };
}

async function answer(
  pages: Readonly<Record<string, () => Page>>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = (request.url ?? '/').split('?')[0] ?? '/';
  const page = Object.hasOwn(pages, path) ? pages[path] : undefined;
  if (page === undefined) return sendText(response, 404, `Not here. There are:\n${Object.keys(pages).join('\n')}\n`);
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    return sendText(response, 405, 'Only GET and HEAD.\n');
  }
  const { contentType, body } = page();
  response.setHeader('Content-Type', contentType);
  if (request.method === 'HEAD') {
    response.end();
  } else if (/\bgzip\b/.test(String(request.headers['accept-encoding'] ?? ''))) {
    response.setHeader('Content-Encoding', 'gzip');
    await pipeline(Readable.from(body), createGzip(), response);
  } else {
    await pipeline(Readable.from(body), response);
  }
}

function sendText(response: ServerResponse, status: number, text: string): void {
  response.writeHead(status, { 'Content-Type': 'text/plain; charset=utf-8' }).end(text);
}

async function listen(server: Server, place: ListenPlace): Promise<void> {
  try {
    await tryToListen(server, place);
  } catch (error) {
    if (!('path' in place) || !isAddressInUse(error) || !(await removeDeadSocket(place.path))) {
      throw listenError(place, error);
    }
    await tryToListen(server, place).catch((again) => {
      throw listenError(place, again);
    });
  }
}

function tryToListen(server: Server, place: ListenPlace): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(place, () => {
      server.off('error', reject);
      resolve();
    });
  });
}

function isAddressInUse(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
}

/** A socket whose process was killed stays as a file that nobody listens at. Says whether it was one. */
async function removeDeadSocket(path: string): Promise<boolean> {
  if (!lstatSync(path, { throwIfNoEntry: false })?.isSocket()) return false;
  const isDead = await new Promise<boolean>((resolve) => {
    const probe = connect(path);
    probe
      .on('connect', () => resolve(false))
      .on('error', (error: NodeJS.ErrnoException) => {
        resolve(error.code === 'ECONNREFUSED');
      });
    probe.on('connect', () => probe.destroy());
  });
  if (isDead) unlinkSync(path);
  return isDead;
}

function listenError(place: ListenPlace, cause: unknown): Error {
  const where = 'path' in place ? place.path : `${place.host} port ${place.port}`;
  return socketError(`listen on ${where}`, (cause as NodeJS.ErrnoException).code ?? 'unknown', cause);
}
