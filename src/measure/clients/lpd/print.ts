// Prints as RFC 1179 has it: a job of one file out of memory. Its time runs from the beginning of the connection until
// the server has acknowledged the last of it, or until the job has left the queue, which is asked for again and again.

import type { Ipv4 } from '../../../model/mod.ts';
import { type ConnectOptions, type PortRange, SocketError, SourcePorts } from '../../../system/mod.ts';
import { TransferFailure } from '../../causes.ts';
import type { TransferOptions, Transferred } from '../../transfers.ts';
import { LpdConnection } from './connection.ts';
import { controlFileOf, dataFileOf, formatControlFile, JOBS, JOBS_OF_A_LETTER, type Job, numberOf } from './job.ts';
import { parseQueue, type QueueState } from './queue.ts';
import { causeOfComplaint } from './refusal.ts';

/** First bytes of RFC 1179's commands and, within a job, of their subcommands. */
const RECEIVE_JOB = '\x02';
const RECEIVE_CONTROL_FILE = '\x02';
const RECEIVE_DATA_FILE = '\x03';
const SHORT_QUEUE_STATE = '\x03';

export interface PrintOptions extends TransferOptions {
  readonly printer: string;
  /** What a job has to reach: the server has all of it, or the queue has it no more. */
  readonly until: 'accepted' | 'printed';
  /** Whose queues the job can be in: those of all print servers behind the address. */
  readonly queuesAt: readonly Ipv4[];
  readonly ports: PortRange;
  /** What is printed is read from this file of ours, instead of out of memory. */
  readonly file?: string | undefined;
}

/** Between two questions, ms: at first, at most, and by how much it grows. */
const FIRST_PAUSE_MS = 1;
const LONGEST_PAUSE_MS = 20;
const PAUSE_GROWTH = 1.3;

/**
 * Of the next job of this process: none may be like one that a spool still has. Processes beside us begin with other
 * letters.
 */
let nextIndex = (process.pid * JOBS_OF_A_LETTER) % JOBS;

export class PrintClient {
  readonly #options: PrintOptions;
  readonly #jobPorts: SourcePorts;
  readonly #queuePorts: SourcePorts;
  readonly #name = `lvskit-${process.pid}`;

  /**
   * Jobs and questions have ports of their own: under VS-NAT a server that is asked at its own address would answer on a
   * connection that the director still knows as one of the virtual service.
   */
  constructor(options: PrintOptions) {
    const { first, last } = options.ports;
    const middle = Math.floor((first + last) / 2);
    this.#options = options;
    this.#jobPorts = new SourcePorts({ first: middle + 1, last });
    this.#queuePorts = new SourcePorts({ first, last: middle });
  }

  /** Throws TransferFailure, and the errors of sockets. */
  async print(): Promise<Transferred> {
    const { sizeBytes, until } = this.#options;
    const job: Job = { index: nextIndex, host: this.#name, owner: this.#name };
    nextIndex = (nextIndex + 1) % JOBS;
    const wireBytes = this.#send(job);
    const acceptedMs = performance.now();
    const endMs = until === 'accepted' ? acceptedMs : await this.#untilPrinted(job, acceptedMs);
    return { payloadBytes: sizeBytes, wireBytes, endMs };
  }

  /** The data first: a server may begin to print as soon as it has a control file. Returns bytes. */
  #send(job: Job): number {
    const { printer, sizeBytes, file } = this.#options;
    return connected(this.#options, this.#jobPorts, (connection) => {
      try {
        connection.tell(`${RECEIVE_JOB}${printer}`, 'job');
      } catch (error) {
        throw error instanceof TransferFailure ? this.#explain(error) : error;
      }
      connection.tell(`${RECEIVE_DATA_FILE}${sizeBytes} ${dataFileOf(job)}`, 'file');
      connection.give({ sizeBytes, file });
      const control = Buffer.from(formatControlFile(job), 'latin1');
      connection.tell(`${RECEIVE_CONTROL_FILE}${control.length} ${controlFileOf(job)}`, 'file');
      connection.give(control);
      return connection.bytes;
    });
  }

  /** The server refuses a job with a byte; asked for the queue, it says more. */
  #explain(refusal: TransferFailure): TransferFailure {
    try {
      const { complaint, warnings } = this.#askQueue(this.#options.address);
      if (complaint !== undefined) return new TransferFailure(causeOfComplaint(complaint));
      return warnings[0] === undefined ? refusal : new TransferFailure(`${refusal.message}: ${warnings[0]}`);
    } catch (error) {
      if (error instanceof TransferFailure || error instanceof SocketError) return refusal;
      throw error;
    }
  }

  /** Returns when no queue was seen to have the job any more. */
  async #untilPrinted(job: Job, acceptedMs: number): Promise<number> {
    let pauseMs = FIRST_PAUSE_MS;
    for (const address of this.#options.queuesAt) {
      for (;;) {
        const { jobs, warnings, complaint } = this.#askQueue(address);
        if (complaint !== undefined) throw new TransferFailure(causeOfComplaint(complaint));
        if (!jobs.includes(numberOf(job))) break;
        if (performance.now() - acceptedMs > this.#options.timeoutMs) {
          throw new TransferFailure(['accepted, but not printed in time', ...warnings.slice(0, 1)].join(': '));
        }
        await new Promise((resolve) => setTimeout(resolve, pauseMs));
        pauseMs = Math.min(pauseMs * PAUSE_GROWTH, LONGEST_PAUSE_MS);
      }
    }
    return performance.now();
  }

  #askQueue(address: Ipv4): QueueState {
    const text = connected({ ...this.#options, address }, this.#queuePorts, (connection) =>
      connection.ask(`${SHORT_QUEUE_STATE}${this.#options.printer} ${this.#name}`),
    );
    return parseQueue(text, this.#name);
  }
}

function connected<T>(options: ConnectOptions, ports: SourcePorts, work: (connection: LpdConnection) => T): T {
  const connection = new LpdConnection(options, ports);
  try {
    return work(connection);
  } finally {
    connection.close();
  }
}
