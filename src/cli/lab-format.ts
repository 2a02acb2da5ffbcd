// What `lvskit lab` prints about labs, for 80 columns.

import { basename } from 'node:path';
import { conditionOf, type Fault, type Lab } from '../lab/mod.ts';
import { type Cluster, type VirtualService, wrapWords } from '../model/mod.ts';

const WIDTH = 80;
const COLUMN_GAP = '  ';
/** A conf file's name is cut to what is left of the line, but not to less than this. */
const MIN_CONF_WIDTH = 8;

/** After `lab up`: what stands, and what one may do next. */
export function formatLabUp({ plan }: Lab, elapsedMs: number): string {
  const { name, cluster } = plan;
  const services = cluster.services.map(describeService).join(', ');
  const [link] = plan.links;
  const next = [
    [`lvskit lab exec ${name} client -- bash`, 'a shell on a machine'],
    [`lvskit lab capture ${name} ${link?.machine}:${link?.device}`, 'the packets of a link'],
    [`lvskit lab down ${name}`, 'remove it'],
  ];
  const lines = [
    `Lab ${name} is up after ${(elapsedMs / 1000).toFixed(2)} s: ${describeMachines(cluster)}.`,
    `VIP ${cluster.vip.address}, VS-${cluster.method.toUpperCase()}: ${services}`,
    ...(cluster.forwardingEnabled ? [] : ['It forwards nothing: INITIAL_STATE is off.']),
    '',
    ...next.map((row) => `  ${formatRow(row, next)}`),
  ];
  return `${lines.join('\n')}\n`;
}

export function formatLabTable(labs: readonly Lab[]): string {
  if (labs.length === 0) return 'No lab is up.\n';
  const heading = ['NAME', 'STATE', 'MACHINES', 'NETWORKS', 'SINCE', 'CONF'];
  const rows = labs.map((lab) => {
    const { name, cluster } = lab.plan;
    const counts = [cluster.machines.length, cluster.networks.length].map(String);
    return [name, conditionOf(lab), ...counts, formatSince(lab.createdAt), basename(cluster.source.confFile)];
  });
  return [heading, ...rows].map((row) => `${formatRow(row, [heading, ...rows])}\n`).join('');
}

export function formatLabJson(labs: readonly Lab[]): string {
  const described = labs.map((lab) => {
    const { name, settings, cluster, switchNamespace, machines, links } = lab.plan;
    return {
      name,
      state: conditionOf(lab),
      since: lab.createdAt,
      conf: cluster.source.confFile,
      settings,
      switchNamespace,
      machines: machines.map((machine) => ({ name: machine.name, namespace: machine.namespace })),
      links,
    };
  });
  return `${JSON.stringify(described, null, 2)}\n`;
}

/** Faults by name; with a cluster those that break something in it, and on which machines. */
export function formatFaults(faults: readonly Fault[], cluster?: Cluster): string {
  const rows = faults.flatMap(({ name, breaks, where, machines }) => {
    if (cluster === undefined) return [{ name, breaks, place: `in: ${where}` }];
    const places = machines(cluster).map((machine) => machine.name);
    return places.length === 0 ? [] : [{ name, breaks, place: `on: ${places.join(', ')}` }];
  });
  const indented = (text: string) => wrapWords(text, WIDTH, '    ');
  return rows
    .flatMap(({ name, breaks, place }) => [name, ...indented(breaks), ...indented(place)])
    .map((line) => `${line}\n`)
    .join('');
}

function describeMachines(cluster: Cluster): string {
  const realservers = cluster.machines.filter((machine) => machine.role === 'realserver').length;
  const others = cluster.machines.filter((machine) => machine.role !== 'realserver').map((machine) => machine.name);
  const all = [...others, count(realservers, 'realserver')];
  return `${all.slice(0, -1).join(', ')} and ${all.at(-1)} on ${count(cluster.networks.length, 'network')}`;
}

function describeService(service: VirtualService): string {
  return `${service.protocol} ${service.port} ${service.scheduler}`;
}

function count(quantity: number, noun: string): string {
  return `${quantity} ${noun}${quantity === 1 ? '' : 's'}`;
}

/** Local time: `Nov 23 04:50`. */
function formatSince(createdAt: string): string {
  const date = new Date(createdAt);
  const day = date.toLocaleDateString('en', { month: 'short', day: '2-digit' });
  const time = date.toLocaleTimeString('en', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
  return `${day} ${time}`;
}

function formatRow(row: readonly string[], rows: readonly (readonly string[])[]): string {
  const fixed = row.slice(0, -1).map((cell, column) => {
    const width = Math.max(...rows.map((other) => other[column]?.length ?? 0));
    return cell.padEnd(width) + COLUMN_GAP;
  });
  const start = fixed.join('');
  const conf = row.at(-1) ?? '';
  const width = Math.max(WIDTH - start.length, MIN_CONF_WIDTH);
  return start + (conf.length <= width ? conf : `…${conf.slice(1 - width)}`);
}
