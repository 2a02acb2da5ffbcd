// The recordings of test/fixtures/schedulers: what they hold, and reading them.

import { readFileSync } from 'node:fs';
import type { IpAddress, SchedulerName } from '../../../src/model/mod.ts';

const FILE = new URL('../../fixtures/schedulers/scenarios.json', import.meta.url);

/** A client's address and port, and the address that it asks for. */
export type ConnectionEnds = readonly [client: IpAddress, port: number, virtual: IpAddress];

interface ServerSettings {
  readonly weight: number;
  readonly upper: number;
  readonly lower: number;
}

export type Step =
  | (ServerSettings & { readonly add: IpAddress })
  | (ServerSettings & { readonly edit: IpAddress })
  | { readonly remove: IpAddress }
  /** The kernel's choice; null where it refused the connection. */
  | { readonly open: ConnectionEnds; readonly server: IpAddress | null }
  | { readonly finish: ConnectionEnds }
  | { readonly expire: 'finished' }
  | { readonly age: 'destinations' };

export interface Scenario {
  readonly title: string;
  readonly scheduler: SchedulerName;
  /** ipvsadm -b flag-1, flag-2. */
  readonly flags: readonly number[];
  readonly family: 4 | 6;
  readonly service: { readonly address: IpAddress; readonly port: number } | { readonly mark: number };
  readonly steps: readonly Step[];
}

export function readScenarios(...schedulers: SchedulerName[]): Scenario[] {
  const { scenarios } = JSON.parse(readFileSync(FILE, 'utf8')) as { scenarios: Scenario[] };
  return scenarios.filter(({ scheduler }) => schedulers.includes(scheduler));
}
