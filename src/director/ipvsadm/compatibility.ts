// Which parameters each ipvsadm command takes, and which of them exclude each other. The tables are ipvsadm 1.31's.
// What a command cannot do without is build-command.ts's matter.

import { optionIllegal, optionsConflict } from './errors.ts';
import type { ParameterName, WorkingCommandName } from './options.ts';

interface ParameterRules {
  readonly accepted?: readonly ParameterName[];
  /** Accepted too, but at most one of these. */
  readonly exclusive?: readonly ParameterName[];
}

const SERVICE_RULES: ParameterRules = {
  accepted: [
    'service',
    'scheduler',
    'scheduler flags',
    'persistence timeout',
    'netmask',
    'persistence engine',
    'one-packet scheduling',
  ],
};
const SERVER_RULES: ParameterRules = {
  accepted: [
    'service',
    'realserver',
    'forwarding method',
    'tunnel type',
    'tunnel port',
    'tunnel checksum none',
    'tunnel checksum full',
    'tunnel checksum remote',
    'weight',
    'upper threshold',
    'lower threshold',
  ],
};

const RULES: Readonly<Record<WorkingCommandName, ParameterRules>> = {
  'add-service': SERVICE_RULES,
  'edit-service': SERVICE_RULES,
  'delete-service': { accepted: ['service'] },
  clear: {},
  restore: {},
  // The real one does not take thresholds here, and so cannot save them.
  save: { accepted: ['numeric', 'thresholds'] },
  'add-server': SERVER_RULES,
  'edit-server': SERVER_RULES,
  'delete-server': { accepted: ['service', 'realserver'] },
  list: {
    accepted: ['numeric', 'stats', 'rate', 'exact', 'thresholds', 'persistent-conn', 'tun-info', 'nosort', 'json'],
    exclusive: ['connection', 'service', 'timeout', 'daemon'],
  },
  zero: { accepted: ['service'] },
  set: {},
  'start-daemon': {
    accepted: [
      'multicast interface',
      'multicast group',
      'multicast port',
      'multicast TTL',
      'sync id',
      'sync message length',
    ],
  },
  'stop-daemon': { accepted: ['sync id'] },
};

/** Columns of the table of services, and the listings that have none of them. */
const COLUMN_CONFLICTS: Partial<Readonly<Record<ParameterName, readonly ParameterName[]>>> = {
  connection: ['stats', 'rate', 'thresholds'],
  timeout: ['stats', 'rate', 'thresholds', 'persistent-conn'],
  daemon: ['stats', 'rate', 'thresholds', 'persistent-conn'],
};

/** Raises IpvsadmError with status 2. */
export function checkCompatibility(command: WorkingCommandName, given: ReadonlySet<ParameterName>): void {
  const { accepted = [], exclusive = [] } = RULES[command];
  for (const parameter of given) {
    if (![...accepted, ...exclusive].includes(parameter)) throw optionIllegal(parameter, `--${command}`);
  }
  const [one, other] = exclusive.filter((parameter) => given.has(parameter));
  if (one !== undefined && other !== undefined) throw optionsConflict(one, other, `--${command}`);
  if (one === undefined) return;
  const column = COLUMN_CONFLICTS[one]?.find((parameter) => given.has(parameter));
  if (column !== undefined) throw optionsConflict(one, column, `--${command}`);
}
