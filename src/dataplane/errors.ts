// Errors of the data plane: what the kernel refused, and what it means for the user.

import { constants } from 'node:os';
import { LvskitError } from '../model/mod.ts';

const ERRNO_NAMES = new Map(Object.entries(constants.errno).map(([name, number]) => [number, name]));

function errnoName(errno: number): string {
  return ERRNO_NAMES.get(errno) ?? `errno ${errno}`;
}

/** libbpf1 is not installed, or something else is in its place. */
export function libraryMissing(cause: unknown): LvskitError {
  return new LvskitError('LIBBPF_MISSING', 'the library libbpf.so.1 cannot be loaded', {
    cause,
    remedy: 'on Debian and Ubuntu: apt-get install libbpf1',
  });
}

export function objectMissing(path: string): LvskitError {
  return new LvskitError('BPF_OBJECT_MISSING', `the compiled data plane ${path} is not there`, {
    remedy: 'build it with scripts/setup, which needs clang',
    fields: { path },
  });
}

/** The kernel refused the program. `log` is the verifier's, whose last lines say why. */
export function loadFailed(path: string, errno: number, log: string): LvskitError {
  const reason = log.trim().split('\n').slice(-12).join('\n');
  return new LvskitError(
    'BPF_LOAD_FAILED',
    `the kernel did not take ${path}: ${errnoName(errno)}${reason === '' ? '' : `\n${reason}`}`,
    {
      fields: { path, errno: errnoName(errno) },
      remedy:
        errno === constants.errno.EPERM
          ? 'run it as root; in a container, with CAP_BPF and CAP_NET_ADMIN'
          : 'the data plane needs Linux 6.1 or newer with BPF timers and BTF',
    },
  );
}

export function attachFailed(device: string, errno: number): LvskitError {
  return new LvskitError('BPF_ATTACH_FAILED', `cannot attach the data plane to ${device}: ${errnoName(errno)}`, {
    fields: { device, errno: errnoName(errno) },
    remedy: 'the kernel needs tcx (Linux 6.6), or CONFIG_NET_CLS_BPF and CONFIG_NET_SCH_INGRESS (clsact)',
  });
}

export function otherVersion(): LvskitError {
  return new LvskitError(
    'DIRECTOR_OTHER_VERSION',
    'the director of this network namespace was loaded by a version of lvskit whose tables are laid out differently',
    {
      remedy:
        'replace it by this version, which keeps services and connections: lvskit director reload; or administer it ' +
        'with that version',
    },
  );
}

/** Of a killed writer. */
export function changeIncomplete(cause: unknown): LvskitError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new LvskitError(
    'DIRECTOR_CHANGE_INCOMPLETE',
    `a change of several services, whose command was killed, could not be completed: ${reason}`,
    { cause, remedy: 'see with ipvsadm -Ln which services it has reached, and make it again' },
  );
}

/** `reason` is about that director's tables. */
export function notTransferable(reason: string): LvskitError {
  return new LvskitError(
    'DIRECTOR_NOT_TRANSFERABLE',
    `the director's tables can't become this version's with connections kept: ${reason}`,
    {
      remedy:
        'it goes on as it is; save its services with the version that loaded it (ipvsadm -Sn --thresholds), take it ' +
        'down (lvskit director down) and restore them with this one (ipvsadm -R)',
    },
  );
}

export function connectionsDoNotFit(): LvskitError {
  return new LvskitError(
    'DIRECTOR_CONNECTIONS_DO_NOT_FIT',
    "the director's connections do not fit the tables of this version, or the kernel has no memory for both",
    { remedy: 'it goes on as it is; try again when it has fewer connections' },
  );
}

export function runFailed(program: string, errno: number): LvskitError {
  return new LvskitError('BPF_RUN_FAILED', `cannot run the data plane's program ${program}: ${errnoName(errno)}`, {
    remedy:
      'the director may be of another version of lvskit: lvskit director reload replaces it and keeps connections',
  });
}

export function xdpAttachFailed(device: string, mode: string, errno: number): LvskitError {
  return new LvskitError(
    'XDP_ATTACH_FAILED',
    `cannot attach the XDP program (${mode}) to ${device}: ${errnoName(errno)}`,
    {
      remedy:
        'use --attach tc (or xdp-generic), or a NIC whose driver has native XDP; its MTU may have to be under 3500, ' +
        'and another XDP program on it must go first',
    },
  );
}

/** `log` is the verifier's, where it was asked: its last lines say why. */
export function traceFailed(step: string, errno: number, log = ''): LvskitError {
  const reason = log.trim().split('\n').slice(-12).join('\n');
  return new LvskitError('TRACE_FAILED', `cannot ${step}: ${errnoName(errno)}${reason === '' ? '' : `\n${reason}`}`, {
    fields: { step, errno: errnoName(errno) },
    remedy:
      'a tc filter of priority 99 on the NIC stands in its place, or the kernel is short of memory; ' +
      '`lvskit director status` still counts drops by reason',
  });
}

export function traceRunning(): LvskitError {
  return new LvskitError('TRACE_RUNNING', 'the director of this network namespace is being traced already', {
    remedy: 'wait until that trace ends, or end it: each would keep packets from the other',
  });
}

/** Packets do not come by the tracer any more, or are not decided by the tables that it has. */
export function traceEnded(): LvskitError {
  return new LvskitError('TRACE_DIRECTOR_GONE', 'the director was taken down or replaced while it was traced', {
    remedy: 'trace again when there is a director',
  });
}

export function mapFailed(operation: string, map: string, errno: number): LvskitError {
  const full = errno === constants.errno.E2BIG || errno === constants.errno.ENOMEM;
  return new LvskitError('BPF_MAP_FAILED', `cannot ${operation} the table ${map}: ${errnoName(errno)}`, {
    fields: { operation, map, errno: errnoName(errno) },
    ...(full ? { remedy: 'the table is full: remove services or servers that are no longer used' } : {}),
  });
}

export function tableFull(what: string, needed: number, size: number): LvskitError {
  return new LvskitError('DIRECTOR_TABLE_FULL', `${needed} ${what} do not fit: the data plane holds ${size}`, {
    fields: { what, needed, size },
    remedy: 'spread the services over several directors, or use smaller weights with a common divisor',
  });
}

export function bpfFileSystemMissing(path: string): LvskitError {
  return new LvskitError('BPFFS_MISSING', `there is no BPF file system at ${path} and none can be mounted`, {
    remedy: `in a container, give it CAP_SYS_ADMIN or mount one there: mount -t bpf lvskit ${path}`,
  });
}

/** `log` is what the daemon said before it ended, if it did. */
export function syncDaemonFailed(role: string, log: string): LvskitError {
  const reason = log.trim().split('\n').slice(-4).join('\n');
  return new LvskitError(
    'SYNC_DAEMON_FAILED',
    `the ${role} sync daemon did not start: ${reason || 'it said nothing'}`,
    {
      fields: { role },
      remedy: 'Mend what it names; `lvskit sync` runs it in the foreground, where it can be watched.',
    },
  );
}

/** `log` is what the watcher said before it ended, if it did. */
export function watcherFailed(log: string): LvskitError {
  const reason = log.trim().split('\n').slice(-4).join('\n');
  return new LvskitError('NIC_WATCHER_FAILED', `the watcher of NICs did not start: ${reason || 'it said nothing'}`, {
    remedy:
      'the director is up without it, and the next command attaches new NICs; `lvskit director watch` runs it in ' +
      'the foreground, and --no-watch leaves it out',
  });
}

/** Director and decapsulator take the same place on a NIC. `present` is what this network namespace is already. */
export function rolesConflict(present: 'director' | 'decapsulator'): LvskitError {
  const remedy =
    present === 'director'
      ? 'take tunnels apart on another machine, or take the director down: lvskit director down'
      : 'run the director on another machine, or stop taking tunnels apart: lvskit decap detach DEVICE';
  const what = present === 'director' ? 'is a director' : 'takes tunnels apart (lvskit decap)';
  return new LvskitError('ROLES_CONFLICT', `this network namespace ${what}: it cannot be both`, { remedy });
}
