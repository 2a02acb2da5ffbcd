// What controller and agent say to each other: one JSON object a line, requests to the agent's stdin, replies from its
// stdout. Every method has its schema here, checked at both ends, because the two may be of different versions.

import { z } from 'zod';
import { FTP_MODES, RSH_TARGETS, WINDOW_MODES } from '../measure/mod.ts';
import { type Ipv4, parseIpv4, TRANSFER_NAMES, WINDOW_TRANSFER_NAMES } from '../model/mod.ts';

const ipv4 = z.custom<Ipv4>(
  (value) => typeof value === 'string' && parseIpv4(value) !== undefined,
  'not an IPv4 address',
);
const port = z.int().min(0).max(65_535);
const handle = z.int().nonnegative();
const nothing = z.strictObject({});
const timeNs = z.number().nonnegative();

const listenParams = z.strictObject({
  address: ipv4,
  port,
  /** Also for what TPROXY hands over: packets to addresses that the host does not have. */
  transparent: z.boolean().default(false),
});

const connectParams = z.strictObject({
  address: ipv4,
  port,
  source: ipv4.optional(),
  /** For connecting and for every transfer afterwards. */
  timeoutMs: z.int().positive().default(10_000),
});

const count = z.int().positive();

/** TransferVariant, as it goes over the wire. */
const transferVariant = z.strictObject({
  source: ipv4.optional(),
  most: count.optional(),
  coldFile: z.string().optional(),
  file: z.string().optional(),
  http: z.strictObject({ connections: count.optional(), ratePerSecond: z.number().positive().optional() }).optional(),
  ftp: z.strictObject({ mode: z.enum(FTP_MODES).optional(), filesPerSession: count.optional() }).optional(),
  rsh: z.strictObject({ to: z.enum(RSH_TARGETS).optional(), hasErrorChannel: z.boolean().optional() }).optional(),
  lpd: z.strictObject({ until: z.enum(['accepted', 'printed']).optional() }).optional(),
  nfs: z
    .strictObject({
      transport: z.enum(['udp', 'tcp']).optional(),
      readBytes: count.optional(),
      writeBytes: count.optional(),
      exportPath: z.string().optional(),
      isSync: z.boolean().optional(),
      window: count.optional(),
      isCaching: z.boolean().optional(),
    })
    .optional(),
});

const visitExtent = z.union([
  z.strictObject({ targetSeconds: z.number().positive() }),
  z.strictObject({ exchanges: z.int().positive() }),
]);

const timeSummary = z.strictObject({ min: timeNs, p5: timeNs, p50: timeNs, p99: timeNs, max: timeNs, mean: timeNs });

const visitResult = z.strictObject({
  exchanges: z.int().nonnegative(),
  elapsedNs: timeNs,
  oneWayNs: timeSummary,
  histogram: z.string(),
});

/** What fell into a window. Times are of the host's CLOCK_MONOTONIC, ns. */
const windowResult = z.strictObject({
  payloadBytes: z.number().nonnegative(),
  transfers: z.int().nonnegative(),
  timeNs: timeSummary,
  histogram: z.string(),
  /** Of the whole run, by its own clock. */
  own: z.strictObject({ payloadBytes: z.number().nonnegative(), seconds: z.number().nonnegative() }),
  failures: z.record(z.string(), z.int().positive()),
  /** Of the window that the transfers covered; below 1 when the first of them came too late. */
  covered: z.number().min(0).max(1),
  cpuShare: z.number().nonnegative(),
});

/** NICs of a host: those with these addresses, and the one by which packets go towards another host. */
const whichNics = z.strictObject({ addresses: z.array(ipv4), towards: ipv4.optional() });

export const METHODS = {
  hello: {
    params: nothing,
    result: z.strictObject({ version: z.string(), pid: z.int(), node: z.string(), hostname: z.string() }),
  },
  /** The CPUs that all threads of the agent run on from now on. */
  pin: { params: z.strictObject({ cpus: z.array(z.int().min(0).max(8191)).min(1) }), result: nothing },

  /** Answers every connection with `text` until line.close. Port 0 lets the kernel choose. */
  'line.serve': {
    params: listenParams.extend({ text: z.string() }),
    result: z.strictObject({ service: handle, port }),
  },
  'line.close': { params: z.strictObject({ service: handle }), result: nothing },
  /** The lines that `count` successive connections are answered with. */
  'line.ask': { params: connectParams.extend({ count: z.int().positive() }), result: z.array(z.string()) },

  /** Listens for netpipe connections until netpipe.close. */
  'netpipe.serve': {
    params: listenParams,
    result: z.strictObject({ listener: handle, port }),
  },
  /** Call it when the client has connected, or at most `timeoutMs` before: the agent waits for it, deaf to all else. */
  'netpipe.accept': {
    params: z.strictObject({ listener: handle, timeoutMs: z.int().positive().default(10_000) }),
    result: z.strictObject({ connection: handle }),
  },
  'netpipe.connect': { params: connectParams, result: z.strictObject({ connection: handle }) },
  /** One block size; called at both ends at the same time, with the same size and mode. Only the transmitter has an extent. */
  'netpipe.visit': {
    params: z.strictObject({
      connection: handle,
      sizeBytes: z.int().positive(),
      mode: z.enum(['twoway', 'stream', 'bidirectional']),
      extent: visitExtent.optional(),
    }),
    result: visitResult,
  },
  /**
   * Blocks of one size without a pause from now until the window has ended; what fell into it. Called at both ends at the
   * same time, with the same size and mode. Only the transmitter has a window, and a result.
   */
  'netpipe.window': {
    params: z.strictObject({
      connection: handle,
      sizeBytes: z.int().positive(),
      mode: z.enum(WINDOW_MODES),
      window: z.strictObject({ startNs: timeNs, endNs: timeNs }).optional(),
    }),
    result: z.strictObject({ window: windowResult.optional() }),
  },
  /** CLOCK_MONOTONIC of the host, ns, which all processes of one boot share; by what that boot is known. */
  clock: { params: nothing, result: z.strictObject({ nowNs: timeNs, bootId: z.string() }) },
  /** What the host is. A NIC's MTU and rate are left out where they are not known. */
  'machine.describe': {
    params: whichNics,
    result: z.strictObject({
      hostname: z.string(),
      kernel: z.string(),
      cpuModel: z.string(),
      cpuCount: count,
      memoryBytes: z.int().nonnegative(),
      congestionControl: z.string(),
      nics: z.array(
        z.strictObject({
          device: z.string(),
          mtu: z.int().positive().optional(),
          rateMbps: z.number().positive().optional(),
        }),
      ),
    }),
  },
  /** What the host's kernel counts between two times of its CLOCK_MONOTONIC, ns. */
  'machine.window': {
    params: whichNics.extend({ startNs: timeNs, endNs: timeNs }),
    result: z.strictObject({
      /** Between the two readings. */
      elapsedNs: timeNs,
      links: z.array(z.strictObject({ device: z.string(), inBytes: z.number(), outBytes: z.number() })),
      /** Connections that its TCP has accepted. */
      accepted: z.number(),
      /** Of the IPv4 packets that came in, those that its kernel passed on to other hosts. */
      forwardedShare: z.number(),
      /** Of all its CPUs, and of that the part in which packets were processed. */
      cpuShare: z.number(),
      softirqCpuShare: z.number(),
      /** What its processes used, of one CPU; left out where the agent may not see them. */
      processCpuShare: z.number().optional(),
    }),
  },
  /** Of lvskit's director on the host, since it is up; nothing where there is none. */
  'director.counters': {
    params: nothing,
    result: z.strictObject({
      counters: z
        .strictObject({
          /** By a realserver's address, those that it was given. */
          connections: z.record(z.string(), z.number()),
          drops: z.number(),
        })
        .optional(),
    }),
  },
  /**
   * Transfers of a service, one after the other, from now (or from `beginNs`) until the window has ended; what fell into it.
   * Times are of the host's CLOCK_MONOTONIC, ns.
   */
  'transfer.window': {
    params: z.strictObject({
      transfer: z.enum(WINDOW_TRANSFER_NAMES),
      address: ipv4,
      sizeBytes: z.int().positive(),
      startNs: timeNs,
      endNs: timeNs,
      beginNs: timeNs.optional(),
      timeoutMs: z.int().positive().default(10_000),
      variant: transferVariant.default({}),
    }),
    result: windowResult,
  },
  /** Transfers of a service, one after the other, after one that is not counted. Failures are in the result. */
  'transfer.run': {
    params: z.strictObject({
      transfer: z.enum(TRANSFER_NAMES),
      address: ipv4,
      sizeBytes: z.int().positive(),
      seconds: z.number().positive(),
      timeoutMs: z.int().positive().default(10_000),
      variant: transferVariant.default({}),
    }),
    result: z.strictObject({
      transfers: z.int().nonnegative(),
      elapsedNs: timeNs,
      timeNs: timeSummary,
      histogram: z.string(),
      failures: z.record(z.string(), z.int().positive()),
      /** Transfers that took far too long, and times without any; at most 1000. */
      stalls: z.array(
        z.strictObject({
          kind: z.enum(['slow transfer', 'gap']),
          atMs: z.number(),
          lastedMs: z.number().nonnegative(),
        }),
      ),
      counts: z.record(z.string(), z.number()),
      payloadBytes: z.int().nonnegative(),
      wireBytes: z.int().nonnegative(),
    }),
  },
  /** What a file of an NFS server is, and what the server says to a WRITE if it is a device or a FIFO. */
  'nfs.probe': {
    params: z.strictObject({
      address: ipv4,
      exportPath: z.string(),
      name: z.string(),
      timeoutMs: z.int().positive().default(10_000),
    }),
    result: z.strictObject({
      type: z.string(),
      major: z.int(),
      minor: z.int(),
      refusal: z.string().optional(),
    }),
  },
  /** Closes a listener or a connection. */
  'netpipe.close': {
    params: z.union([z.strictObject({ listener: handle }), z.strictObject({ connection: handle })]),
    result: nothing,
  },
} as const;

export type Method = keyof typeof METHODS;
/** As a caller gives them: what has a default may be left out. */
export type ParamsOf<M extends Method> = z.input<(typeof METHODS)[M]['params']>;
/** As the agent gets them. */
export type ParsedParamsOf<M extends Method> = z.output<(typeof METHODS)[M]['params']>;
export type ResultOf<M extends Method> = z.output<(typeof METHODS)[M]['result']>;

const method = z.enum(Object.keys(METHODS) as [Method, ...Method[]]);
export const requestSchema = z.strictObject({ id: z.int(), method, params: z.unknown() });
export type Request = z.output<typeof requestSchema>;

/** An LvskitError on its way; `code` and `remedy` arrive unchanged. */
const remoteError = z.strictObject({
  code: z.string(),
  message: z.string(),
  remedy: z.string().optional(),
  fields: z.record(z.string(), z.unknown()),
  exitStatus: z.union([z.literal(1), z.literal(2)]),
});
export type RemoteError = z.output<typeof remoteError>;

/** Exactly one of result and error. An error of the line as such, which has no id, comes with −1. */
export const replySchema = z.union([
  z.strictObject({ id: z.int(), result: z.unknown() }),
  z.strictObject({ id: z.int(), error: remoteError }),
]);
export type Reply = z.output<typeof replySchema>;
