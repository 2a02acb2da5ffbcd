// Keeps the guest's CPU busy where its time must not leap. A guest that counts instructions goes on to its next timer when
// it has nothing to do: it skips waits, but also the time in which the host opens a file for it, as for a program that
// is started, and that may be seconds of the guest's.

import { spawn } from 'node:child_process';

export interface Spinner {
  /** Runs `work` with time going on by instructions alone. */
  during<T>(work: () => Promise<T>): Promise<T>;
  end(): void;
}

export function startSpinner(): Spinner {
  const busy = spawn('nice', ['-n', '19', 'sh', '-c', 'while :; do :; done'], { stdio: 'ignore' });
  busy.kill('SIGSTOP');
  return {
    async during(work) {
      busy.kill('SIGCONT');
      try {
        return await work();
      } finally {
        busy.kill('SIGSTOP');
      }
    },
    end: () => void busy.kill('SIGKILL'),
  };
}
