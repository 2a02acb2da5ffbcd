// Errors of looking into a director.

import { LvskitError } from '../model/mod.ts';

export function listenPlaceInvalid(text: string): LvskitError {
  return new LvskitError('METRICS_LISTEN_INVALID', `'${text}' is no place to listen at`, {
    exitStatus: 2,
    fields: { value: text },
    remedy: 'write 127.0.0.1:9750, [::1]:9750 or unix:/run/lvskit/metrics.sock',
  });
}
