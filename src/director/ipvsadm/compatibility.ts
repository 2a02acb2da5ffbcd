// Which parameters each ipvsadm command takes, and of which it takes only one. The table is ipvsadm 1.31's. What
// a command cannot do without is grammar.ts's matter.

import { optionIllegal, optionsConflict } from './errors.ts';
import type { ParameterName, WorkingCommandName } from './options.ts';

interface ParameterRules {
  readonly accepted?: readonly ParameterName[];
  /** Accepted too, but at most one of these. */
  readonly exclusive?: readonly ParameterName[];
}

const SERVICE_RULES: ParameterRules = { accepted: ['service', 'scheduler'] };
const SERVER_RULES: ParameterRules = {
  accepted: [
    'service',
    'realserver',
    'forwarding method',
    'tunnel type',
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
  save: { accepted: ['numeric'] },
  'add-server': SERVER_RULES,
  'edit-server': SERVER_RULES,
  'delete-server': { accepted: ['service', 'realserver'] },
  list: {
    accepted: ['numeric', 'stats', 'rate', 'exact', 'thresholds', 'persistent-conn', 'tun-info', 'nosort'],
    exclusive: ['connection', 'service'],
  },
  zero: { accepted: ['service'] },
};

/** Columns of the table of services; `-L -c` lists none. */
const SERVICE_COLUMNS: readonly ParameterName[] = ['stats', 'rate', 'thresholds'];

/** Raises IpvsadmError with status 2. */
export function checkCompatibility(command: WorkingCommandName, given: ReadonlySet<ParameterName>): void {
  const { accepted = [], exclusive = [] } = RULES[command];
  for (const parameter of given) {
    if (![...accepted, ...exclusive].includes(parameter)) throw optionIllegal(parameter, `--${command}`);
  }
  const [one, other] = exclusive.filter((parameter) => given.has(parameter));
  if (one !== undefined && other !== undefined) throw optionsConflict(one, other, `--${command}`);
  const column = SERVICE_COLUMNS.find((parameter) => given.has(parameter));
  if (given.has('connection') && column !== undefined) throw optionsConflict('connection', column, `--${command}`);
}
