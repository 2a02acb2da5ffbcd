// The commands of lvskit: name, one line of help, and how to load each. Loading is lazy, so that a command costs
// only its own imports and a broken one breaks nothing else.

import type { Command } from 'commander';

export interface CommandEntry {
  readonly summary: string;
  /** Heading under which `lvskit --help` lists it. */
  readonly group: string;
  readonly load: () => Promise<{ createCommand(): Command }>;
}

const CLUSTER = 'Cluster:';
const DIRECTOR = 'Director:';
const BENCH = 'Bench:';

/** In the order of `lvskit --help`. */
export const COMMANDS: Readonly<Record<string, CommandEntry>> = {
  check: {
    group: CLUSTER,
    summary: 'explain the cluster of a conf file, or what is wrong with it',
    load: () => import('./check.ts'),
  },
  plan: {
    group: CLUSTER,
    summary: 'print the commands that set up the cluster, host by host',
    load: () => import('./plan.ts'),
  },
  apply: {
    group: CLUSTER,
    summary: 'set this host up as its part of the cluster',
    load: () => import('./apply.ts'),
  },
  remove: {
    group: CLUSTER,
    summary: 'undo what apply has set on this host',
    load: () => import('./remove.ts'),
  },
  lab: {
    group: CLUSTER,
    summary: 'set up the whole cluster in network namespaces',
    load: () => import('./lab.ts'),
  },
  doctor: {
    group: CLUSTER,
    summary: 'find what is wrong with a cluster, in a lab or on real hosts',
    load: () => import('./doctor.ts'),
  },
  ipvsadm: {
    group: DIRECTOR,
    summary: 'administer the director, as ipvsadm(8) does IPVS',
    load: () => import('./ipvsadm.ts'),
  },
  director: {
    group: DIRECTOR,
    summary: 'show the state of the director, or take it down',
    load: () => import('./director.ts'),
  },
  top: {
    group: DIRECTOR,
    summary: 'watch services, servers, rates and drops, live',
    load: () => import('./top.ts'),
  },
  metrics: {
    group: DIRECTOR,
    summary: 'print the state of the director, or serve it to Prometheus',
    load: () => import('./metrics.ts'),
  },
  trace: {
    group: DIRECTOR,
    summary: 'show why packets are sent where they are, or dropped',
    load: () => import('./trace.ts'),
  },
  sync: {
    group: DIRECTOR,
    summary: 'what ipvsadm --start-daemon starts',
    load: () => import('./sync.ts'),
  },
  decap: {
    group: DIRECTOR,
    summary: 'take the packets of VS-TUN apart on a realserver without tunl0',
    load: () => import('./decap.ts'),
  },
  compare: {
    group: BENCH,
    summary: 'measure VS-NAT, VS-DR, VS-TUN and others side by side',
    load: () => import('./compare.ts'),
  },
  scale: {
    group: BENCH,
    summary: 'measure many clients at the same time, on ever more realservers',
    load: () => import('./scale.ts'),
  },
  reproduce: {
    group: BENCH,
    summary: 'repeat the paper’s experiments; a verdict on each of its claims',
    load: () => import('./reproduce.ts'),
  },
  report: {
    group: BENCH,
    summary: 'draw the report of a run again',
    load: () => import('./report.ts'),
  },
  diff: {
    group: BENCH,
    summary: 'lay two runs beside each other: what changed beyond noise',
    load: () => import('./diff.ts'),
  },
  bench: {
    group: BENCH,
    summary: 'measure from here to a service: netpipe, http, ftp, NFS …',
    load: () => import('./bench.ts'),
  },
  serve: {
    group: BENCH,
    summary: 'be the other end of a measurement',
    load: () => import('./serve.ts'),
  },
  agent: {
    group: BENCH,
    summary: 'carry out requests on stdin; lvskit starts it by itself',
    load: () => import('./agent.ts'),
  },
};
