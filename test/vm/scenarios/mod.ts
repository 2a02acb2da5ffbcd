// All scenarios.

import { ERRORS_AND_FRAGMENTS } from './errors-and-fragments.ts';
import { FORWARDING } from './forwarding.ts';
import { FURTHER } from './further.ts';
import { PERSISTENCE } from './persistence.ts';
import type { Scenario } from './scenario.ts';
import { SCHEDULING } from './scheduling.ts';
import { SETTINGS } from './settings.ts';
import { SIP } from './sip.ts';

export const SCENARIOS: readonly Scenario[] = [
  ...SCHEDULING,
  ...FORWARDING,
  ...PERSISTENCE,
  ...ERRORS_AND_FRAGMENTS,
  ...FURTHER,
  ...SIP,
  ...SETTINGS,
];
