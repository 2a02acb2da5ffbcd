// Errors of looking into a director.

import { LvskitError } from '../model/mod.ts';

export function directorAbsent(): LvskitError {
  return new LvskitError('DIRECTOR_ABSENT', 'there is no director in this network namespace', {
    remedy: 'set one up with `lvskit ipvsadm -A …`, or look into another with `ip netns exec NAME lvskit …`',
  });
}

export function listenPlaceInvalid(text: string): LvskitError {
  return new LvskitError('METRICS_LISTEN_INVALID', `'${text}' is no place to listen at`, {
    exitStatus: 2,
    fields: { value: text },
    remedy: 'write 127.0.0.1:9750, [::1]:9750 or unix:/run/lvskit/metrics.sock',
  });
}
