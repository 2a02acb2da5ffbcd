// What one ipvsadm command line asks for, checked and with every name resolved. grammar.ts makes these, run.ts
// carries them out.

import type {
  Endpoint,
  Persistence,
  SchedulerFlag,
  ServerEntry,
  ServiceKey,
  SyncDaemonSettings,
  SyncRole,
  Timeouts,
} from '../data-plane.ts';

/** Which columns `-L` shows. */
export type ListingView = 'forwarding' | 'stats' | 'rate' | 'thresholds' | 'persistent-conn' | 'tun-info';

/** What -A and -E say of a service, with the names of scheduler and persistence engine as written. */
export interface RequestedOptions {
  readonly scheduler: string;
  readonly schedulerFlags: readonly SchedulerFlag[];
  readonly persistence: Pick<Persistence, 'timeoutS' | 'netmask'> | undefined;
  readonly persistenceEngine: string | undefined;
  readonly onePacket: boolean;
}

/** A command that changes the table and nothing else, so that many can become one change. */
export type TableCommand =
  | {
      readonly kind: 'add-service' | 'edit-service';
      readonly service: ServiceKey;
      readonly options: RequestedOptions;
    }
  | { readonly kind: 'delete-service'; readonly service: ServiceKey }
  | { readonly kind: 'clear' }
  | { readonly kind: 'add-server' | 'edit-server'; readonly service: ServiceKey; readonly server: ServerEntry }
  | { readonly kind: 'delete-server'; readonly service: ServiceKey; readonly server: Endpoint };

export interface ListCommand {
  readonly kind: 'list';
  /** Only this one, or all. */
  readonly service: ServiceKey | undefined;
  readonly view: ListingView;
  readonly numeric: boolean;
  readonly exact: boolean;
  readonly sorted: boolean;
  readonly json: boolean;
}

/** Commands that only read and print. */
export type ReadingCommand =
  | ListCommand
  | {
      readonly kind: 'list-connections';
      readonly numeric: boolean;
      readonly persistenceColumns: boolean;
      readonly json: boolean;
    }
  | { readonly kind: 'list-timeouts' | 'list-daemons'; readonly json: boolean }
  /** With thresholds -x and -y are saved too, which the real one forgets. */
  | { readonly kind: 'save'; readonly numeric: boolean; readonly thresholds: boolean };

export type IpvsadmCommand =
  | TableCommand
  | ReadingCommand
  | { readonly kind: 'zero'; readonly service: ServiceKey | undefined }
  | { readonly kind: 'set-timeouts'; readonly timeouts: Partial<Timeouts> }
  | { readonly kind: 'start-daemon'; readonly settings: SyncDaemonSettings }
  | { readonly kind: 'stop-daemon'; readonly role: SyncRole }
  | { readonly kind: 'restore' }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' };

export function isTableCommand(command: IpvsadmCommand): command is TableCommand {
  switch (command.kind) {
    case 'add-service':
    case 'edit-service':
    case 'delete-service':
    case 'clear':
    case 'add-server':
    case 'edit-server':
    case 'delete-server':
      return true;
    default:
      return false;
  }
}

/** What `ipvsadm` with no words at all does. */
export const LIST_ALL: ListCommand = {
  kind: 'list',
  service: undefined,
  view: 'forwarding',
  numeric: false,
  exact: false,
  sorted: true,
  json: false,
};
