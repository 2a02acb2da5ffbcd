// Which setter does which kind of task.

import { addresses } from './addresses.ts';
import { dataPlane, decapsulation, services } from './data-plane.ts';
import { devices, linksUp } from './links.ts';
import { routes } from './routes.ts';
import type { Setter } from './setter.ts';
import { sysctls } from './sysctls.ts';
import type { Task, TaskOf } from './task.ts';

const SETTERS: { readonly [K in Task['kind']]: Setter<TaskOf<K>, unknown> } = {
  sysctl: sysctls,
  device: devices,
  'link-up': linksUp,
  address: addresses,
  route: routes,
  'local-route': routes,
  decapsulate: decapsulation,
  'data-plane': dataPlane,
  'virtual-service': services,
};

/** `Before` is JSON that the setter itself has made, perhaps in another process. */
export function setterOf(task: Task): Setter<Task, unknown> {
  return SETTERS[task.kind] as Setter<Task, unknown>;
}
