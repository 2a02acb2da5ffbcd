// Plan → this host. Either all of it is so at the end, or what had been changed is put back. It changes only what is not
// so already, and after a changed conf undoes what that no longer asks for, last.

import { resolve } from 'node:path';
import { type HostPlanOptions, planHost } from '../director/mod.ts';
import type { Cluster, Machine } from '../model/mod.ts';
import { requireRoot } from '../system/mod.ts';
import { applyFailedError, rollbackFailedError, undoIncompleteError } from './errors.ts';
import { readHostAddresses } from './host-addresses.ts';
import { detectHostKernel } from './kernel.ts';
import { findOwnMachine } from './own-machine.ts';
import {
  type Change,
  deleteRecord,
  type HostRecord,
  mergeChanges,
  readRecord,
  withHostLock,
  writeRecord,
} from './record.ts';
import { setterOf } from './setters.ts';
import { formatTask, isSameThing, type Task, tasksOf } from './task.ts';
import { type Undoing, undoChanges } from './undo.ts';

export interface HostOptions {
  /** Who takes VS-TUN's packets apart; by default the kernel where it can. */
  readonly decapsulator?: HostPlanOptions['decapsulator'] | undefined;
}

export interface ApplyOptions extends HostOptions {
  /** Called before each change, after it is recorded; when it throws, the change has failed. */
  readonly onChange?: (commands: readonly string[]) => void;
}

/** What the conf asks of this host. */
export interface OwnHost {
  readonly machine: Machine;
  readonly tasks: readonly Task[];
}

export interface PlannedStep {
  readonly commands: readonly string[];
  readonly isSo: boolean;
}

/** What applying would do at this moment. */
export interface HostOutlook {
  readonly machine: Machine;
  readonly steps: readonly PlannedStep[];
  /** What an earlier conf had asked for, and this one does not: will be undone. */
  readonly obsolete: readonly string[];
}

export interface Applied {
  readonly machine: Machine;
  /** How many steps had to be made. */
  readonly made: number;
  readonly undoing: Undoing;
}

/** Changes nothing. Throws NOT_ROOT and the errors of {@link findOwnMachine}. */
export function lookAtHost(cluster: Cluster, options: HostOptions = {}): HostOutlook {
  requireRoot('setting up a host');
  const { machine, tasks } = planOwnHost(cluster, options);
  const record = readRecord();
  const obsolete = record === undefined ? [] : obsoleteChanges(record, machine, tasks);
  return {
    machine,
    steps: tasks.map((task) => ({ commands: formatTask(task), isSo: setterOf(task).look(task) === undefined })),
    obsolete: obsolete.toReversed().flatMap(({ task }) => formatTask(task)),
  };
}

/**
 * Throws NOT_ROOT, the errors of {@link findOwnMachine}, HOST_APPLY_FAILED, HOST_ROLLBACK_FAILED,
 * HOST_UNDO_INCOMPLETE, HOST_RECORD_UNREADABLE.
 */
export function applyHost(cluster: Cluster, options: ApplyOptions = {}): Applied {
  requireRoot('setting up a host');
  return withHostLock(() => {
    const { machine, tasks } = planOwnHost(cluster, options);
    return new HostApplication(cluster, machine, options).run(tasks, readRecord());
  });
}

function planOwnHost(cluster: Cluster, { decapsulator }: HostOptions): OwnHost {
  const machine = findOwnMachine(cluster, readHostAddresses());
  const kernel = detectHostKernel();
  const plan = planHost(machine, cluster, { ...kernel, decapsulator: decapsulator ?? kernel.decapsulator });
  return { machine, tasks: tasksOf(plan, cluster) };
}

/** In another role nothing stays: director and decapsulator would be in each other's way. */
function obsoleteChanges(record: HostRecord, machine: Machine, tasks: readonly Task[]): readonly Change[] {
  if (record.role !== machine.role) return record.changes;
  return record.changes.filter((change) => !tasks.some((task) => isSameThing(task, change.task)));
}

/** One run of applying, holding the lock. */
class HostApplication {
  readonly #cluster: Cluster;
  readonly #machine: Machine;
  readonly #options: ApplyOptions;
  #changes: readonly Change[] = [];
  /** As what this host is recorded: as what it was, until that is undone. */
  #recordedAs: Pick<HostRecord, 'machine' | 'role'>;

  constructor(cluster: Cluster, machine: Machine, options: ApplyOptions) {
    this.#cluster = cluster;
    this.#machine = machine;
    this.#options = options;
    this.#recordedAs = { machine: machine.name, role: machine.role };
  }

  run(tasks: readonly Task[], record: HostRecord | undefined): Applied {
    this.#changes = record?.changes ?? [];
    const former = record === undefined ? [] : obsoleteChanges(record, this.#machine, tasks);
    const isNewRole = record !== undefined && record.role !== this.#machine.role;
    const ownRole = this.#recordedAs;
    if (isNewRole) this.#recordedAs = record;
    const undoneFirst = isNewRole ? this.#undo(former) : NOTHING_UNDONE;
    this.#recordedAs = ownRole;
    let made = this.#makeOrRollBack(tasks);
    const undoneLast = isNewRole ? NOTHING_UNDONE : this.#undo(former);
    // The old setting may have had a hand in what the new one needs too: the default of all devices' sysctls.
    if (undoneLast.undone.length > 0) made += this.#makeOrRollBack(tasks);
    this.#changes = mergeChanges(this.#changes);
    if (this.#changes.length === 0) deleteRecord();
    else this.#write('applied');
    return {
      machine: this.#machine,
      made,
      undoing: {
        undone: [...undoneFirst.undone, ...undoneLast.undone],
        left: [...undoneFirst.left, ...undoneLast.left],
      },
    };
  }

  /** How many were not so. */
  #makeOrRollBack(tasks: readonly Task[]): number {
    const present = this.#changes.length;
    for (const task of tasks) {
      try {
        this.#make(task);
      } catch (error) {
        this.#rollBack(present, task, error);
      }
    }
    return this.#changes.length - present;
  }

  #make(task: Task): void {
    const before = setterOf(task).look(task);
    if (before === undefined) return;
    this.#changes = [...this.#changes, { task, before, follows: this.#followsEarlier(task) }];
    this.#write('interrupted');
    this.#options.onChange?.(formatTask(task));
    setterOf(task).make(task);
  }

  /** Of lvskit's own: a service that has been edited, a data plane that lacks a NIC, is still the one we made. */
  #followsEarlier(task: Task): boolean {
    const earlier = this.#changes.findLast((change) => isSameThing(change.task, task));
    if (earlier === undefined) return false;
    const isOwn = task.kind === 'virtual-service' || task.kind === 'data-plane';
    return isOwn || setterOf(earlier.task).look(earlier.task) === undefined;
  }

  #rollBack(present: number, task: Task, error: unknown): never {
    const { name } = this.#machine;
    const what = formatTask(task).join(', ');
    try {
      this.#undo(this.#changes.slice(present));
    } catch (undoing) {
      throw rollbackFailedError(name, what, error, undoing);
    }
    if (this.#changes.length === 0) deleteRecord();
    else this.#write('applied');
    throw applyFailedError(name, what, error);
  }

  /** Throws HOST_UNDO_INCOMPLETE after it has undone what it could. */
  #undo(changes: readonly Change[]): Undoing {
    if (changes.length === 0) return NOTHING_UNDONE;
    const onDone = (change: Change) => {
      this.#changes = this.#changes.filter((other) => other !== change);
      this.#write('interrupted');
    };
    const { undone, left, failures } = undoChanges(changes, { onDone });
    if (failures.length > 0) throw undoIncompleteError(failures);
    return { undone, left };
  }

  #write(status: HostRecord['status']): void {
    const { machine, role } = this.#recordedAs;
    writeRecord({ status, confFile: resolve(this.#cluster.source.confFile), machine, role, changes: this.#changes });
  }
}

const NOTHING_UNDONE: Undoing = { undone: [], left: [] };
