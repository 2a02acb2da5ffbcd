// Two threads that open a connection each at the same moment, for one client after the other: what two CPUs do with packets
// of one client. The second thread is this file as a worker.

import { once } from 'node:events';
import { join } from 'node:path';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { inNetworkNamespace } from '../../src/system/mod.ts';
import type { Director } from './director.ts';
import { frameOn } from './namespace.ts';
import { TestedProgram } from './prog-test-run.ts';
import { VIP } from './services.ts';

/** How long the two wait for each other, of all clients together: on a single CPU they never meet. */
const WAIT_MS = 5000;

interface Job {
  readonly program: string;
  readonly namespace: string;
  readonly ifindex: number;
  readonly clients: number;
  /** How often one of the two was about to open a connection. */
  readonly arrivals: Int32Array;
}

function open(job: Job, port: number): void {
  const program = new TestedProgram(job.program);
  const deadlineMs = Date.now() + WAIT_MS;
  inNetworkNamespace(`/run/netns/${job.namespace}`, () => {
    for (let client = 0; client < job.clients; client++) {
      const from = `198.51.${client >> 8}.${client & 255}:${port}`;
      const frame = frameOn('client', { from, to: VIP, flags: 'S' });
      Atomics.add(job.arrivals, 0, 1);
      while (Atomics.load(job.arrivals, 0) < 2 * (client + 1) && Date.now() < deadlineMs);
      program.judge(frame, job.ifindex);
    }
  });
  program.close();
}

/** For each of so many clients, two connections to {@link VIP} at once. */
export async function openSimultaneously(director: Director, clients: number): Promise<void> {
  const job: Job = {
    program: join(director.directory, 'lvs_ingress'),
    namespace: director.namespace,
    ifindex: director.ifindex.client,
    clients,
    arrivals: new Int32Array(new SharedArrayBuffer(4)),
  };
  const worker = new Worker(import.meta.filename, { workerData: job, trackUnmanagedFds: false });
  await once(worker, 'message');
  open(job, 40000);
  await once(worker, 'exit');
}

if (!isMainThread) {
  parentPort?.postMessage('ready');
  open(workerData as Job, 40001);
}
