// Routes of this host: what `ip route replace` would replace is kept as the words that make it again.

import { formatIpArguments } from '../director/mod.ts';
import { formatNetwork } from '../model/mod.ts';
import { runCommand } from '../system/mod.ts';
import type { Setter } from './setter.ts';
import type { TaskOf } from './task.ts';

type RouteTask = TaskOf<'route' | 'local-route'>;

export interface RouteBefore {
  /** The route that ours replaces, in the words of `ip route`; null where there was none. */
  readonly replaced: string | null;
}

export const routes: Setter<RouteTask, RouteBefore> = {
  look(task) {
    const present = readRoutes(task);
    return present.some((line) => leadsAsWanted(line, task)) ? undefined : { replaced: present[0] ?? null };
  },

  make(task) {
    runCommand(['ip', ...formatIpArguments(task).split(' ')]);
  },

  undo(task, { replaced }) {
    const present = readRoutes(task);
    const ours = present.find((line) => leadsAsWanted(line, task) && wordAfter('proto', line) === 'boot');
    if (ours !== undefined) {
      const back = replaced === null ? ['del', ...ours.split(' ')] : ['replace', ...replaced.split(' ')];
      runCommand(['ip', 'route', ...back, 'table', tableOf(task)]);
      return undefined;
    }
    const wasNotMade = (present[0] ?? null) === replaced;
    return wasNotMade ? undefined : `the route to ${destinationOf(task)} is ${present[0] ?? 'none'} by now`;
  },
};

function destinationOf(task: RouteTask): string {
  if (task.kind === 'local-route') return `${task.address}/32`;
  const { destination } = task.route;
  return destination === 'default' ? destination : formatNetwork(destination);
}

function tableOf(task: RouteTask): string {
  return task.kind === 'local-route' ? 'local' : 'main';
}

/** Those that `replace` may replace. */
function readRoutes(task: RouteTask): readonly string[] {
  const words = ['table', tableOf(task), 'exact', destinationOf(task)];
  return parseRoutes(runCommand(['ip', '-4', '-details', '-oneline', 'route', 'show', ...words]).stdout);
}

/** What the kernel says about a route, and does not take when one is made. */
const STATE_WORDS = new Set([
  'dead',
  'linkdown',
  'pervasive',
  'offload',
  'offload_failed',
  'trap',
  'rt_offload',
  'rt_trap',
]);

/** `ip -details -oneline route` → lines for `ip route replace`, of metric 0 and no TOS only. Exported for tests. */
export function parseRoutes(text: string): readonly string[] {
  return text
    .split('\n')
    .map((line) =>
      line
        .split(/[\s\\]+/)
        .filter((word) => word !== '' && !STATE_WORDS.has(word))
        .join(' '),
    )
    .filter((line) => line !== '' && wordAfter('metric', line) === undefined && wordAfter('tos', line) === undefined);
}

/** Whether packets go where the task wants them; exported for tests. */
export function leadsAsWanted(line: string, task: RouteTask): boolean {
  if (task.kind === 'local-route') return line.startsWith('local ') && wordAfter('dev', line) === 'lo';
  const { via, device, source } = task.route;
  return (
    !line.includes('nexthop') &&
    wordAfter('via', line) === via &&
    wordAfter('dev', line) === device &&
    (source === undefined || wordAfter('src', line) === source)
  );
}

function wordAfter(name: string, line: string): string | undefined {
  const words = line.split(' ');
  const place = words.indexOf(name);
  return place < 0 ? undefined : words[place + 1];
}
