// What was not the same when two runs were measured: software, machine, set-up, plan; and what each difference does to a
// comparison of their numbers.

import type {
  Environment,
  MachineEnvironment,
  Reproduction,
  Run,
  ScaleEnvironment,
  ScaleRun,
} from '../../model/mod.ts';
import { systemLabel } from '../systems.ts';
import { transferLabel } from '../transfer-names.ts';
import { formatList, formatSize } from '../wording.ts';

/**
 * `software`: what a diff is usually about. `machine`: absolute values are of two machines. `setup`: something else was
 * measured, ratios included. `plan`: only what both have measured is compared.
 */
export type SettingKind = 'software' | 'machine' | 'setup' | 'plan';

export interface SettingDifference {
  readonly name: string;
  readonly kind: SettingKind;
  readonly a: string;
  readonly b: string;
}

interface Setting {
  readonly name: string;
  readonly kind: SettingKind;
  readonly value: string;
}

const PINNING: Readonly<Record<Environment['pinning'], string>> = { one: 'one CPU', two: 'two CPUs', none: 'none' };

/** A run of any kind. */
export type AnyRun = Run | ScaleRun | Reproduction;

export function differingSettings(a: AnyRun, b: AnyRun): readonly SettingDifference[] {
  const ofB = new Map(settingsOf(b).map(({ name, value }) => [name, value]));
  return settingsOf(a).flatMap(({ name, kind, value }) => {
    const other = ofB.get(name);
    return other === undefined || other === value ? [] : [{ name, kind, a: value, b: other }];
  });
}

function settingsOf(run: AnyRun): readonly Setting[] {
  if (run.kind === 'reproduce') return [...machineOf(run.environment), setting('depth', 'plan', run.depth)];
  const plan = run.kind === 'compare' ? comparePlan(run) : scalePlan(run);
  const systems = setting('systems', 'plan', run.systems.map(systemLabel).join(', '));
  const isOnHosts = run.kind === 'scale' && run.hosts !== undefined;
  const machine = isOnHosts ? softwareOf(run.environment) : machineOf(run.environment);
  return [...machine, ...environmentOf(run.environment), ...plan, systems];
}

function softwareOf(env: MachineEnvironment): Setting[] {
  return [
    setting('lvskit', 'software', env.lvskit),
    setting('commit', 'software', env.commit ?? 'not known'),
    setting('node', 'software', env.node),
  ];
}

function machineOf(env: MachineEnvironment): Setting[] {
  return [
    ...softwareOf(env),
    setting('kernel', 'software', env.kernel),
    setting('CPU', 'machine', `${env.cpuCount} × ${env.cpuModel}`),
    setting('memory', 'machine', formatSize(env.memoryBytes)),
  ];
}

/** Of hosts each has its own: see {@link hostsOf}. */
function environmentOf({ mtu, offloads, rate, pinning, congestionControl }: ScaleEnvironment): Setting[] {
  if (mtu === undefined || pinning === undefined) return [];
  return [
    setting('MTU', 'setup', String(mtu)),
    setting('offloads', 'setup', offloads ? 'on' : 'off'),
    setting('rate of the links', 'setup', rate ?? 'not limited'),
    setting('pinning', 'setup', PINNING[pinning]),
    setting('congestion control', 'setup', congestionControl ?? 'not known'),
  ];
}

function comparePlan({ mode, cluster, sizesBytes, rounds, transfers }: Run): Setting[] {
  const services = transfers === undefined ? 'none' : transfers.names.map(transferLabel).join('; ');
  return [
    setting('netpipe', 'setup', mode),
    setting('conf', 'plan', cluster.source.confFile),
    setting('block sizes', 'plan', sizesBytes.map(formatSize).join(', ')),
    setting('services', 'plan', services),
    setting('file sizes', 'plan', (transfers?.sizesBytes ?? []).map(formatSize).join(', ') || 'none'),
    setting('rounds', 'plan', String(rounds)),
  ];
}

function scalePlan(run: ScaleRun): Setting[] {
  return [
    ...hostsOf(run),
    setting('transfer', 'setup', run.transfer),
    setting('window', 'setup', `${run.windowSeconds} s`),
    setting('realservers', 'plan', run.realservers.join(', ')),
    setting('clients', 'plan', run.clients.join(', ')),
    setting('sizes', 'plan', run.sizesBytes.map(formatSize).join(', ')),
    setting('rounds', 'plan', String(run.rounds)),
  ];
}

function hostsOf({ hosts }: ScaleRun): Setting[] {
  if (hosts === undefined) return [setting('machines', 'setup', 'of a lab on one machine')];
  type Found = NonNullable<(typeof hosts)[number]['found']>;
  const list = (what: (found: Found) => string) =>
    hosts.map(({ host, found }) => `${host} ${found === undefined ? 'not reached' : what(found)}`).join(', ');
  return [
    setting('machines', 'setup', hosts.map(({ machine, host }) => `${machine} on ${host}`).join(', ')),
    setting(
      'CPUs of hosts',
      'machine',
      list(({ cpuCount, cpuModel }) => `${cpuCount} × ${cpuModel}`),
    ),
    setting(
      'kernels of hosts',
      'software',
      list(({ kernel }) => kernel),
    ),
    setting(
      'congestion control of hosts',
      'setup',
      list(({ congestionControl }) => congestionControl),
    ),
  ];
}

/** What the differences mean, a sentence each. */
export function settingWarnings(differences: readonly SettingDifference[]): readonly string[] {
  const namesOf = (wanted: SettingKind) => differences.filter(({ kind }) => kind === wanted).map(({ name }) => name);
  const [machine, setup] = [namesOf('machine'), namesOf('setup')];
  return [
    ...(machine.length === 0
      ? []
      : [
          `Not the same machine (${formatList(machine)}): absolute values cannot be compared, ratios within a run can.`,
        ]),
    ...(setup.length === 0
      ? []
      : [
          `Not the same set-up (${formatList(setup)}): the runs measured different things, and ratios differ for that, too.`,
        ]),
  ];
}

function setting(name: string, kind: SettingKind, value: string): Setting {
  return { name, kind, value };
}
