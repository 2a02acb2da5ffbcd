// What this host's kernel offers, found out without loading anything.

import type { HostPlanOptions } from '../director/mod.ts';
import { deviceExists } from './device-names.ts';
import { isLoadable, isLoaded } from './ipip-module.ts';

/** A kernel that has ipip already has given this network namespace its tunl0, or will not. */
export function detectHostKernel(): HostPlanOptions {
  const hasTunnel = deviceExists('tunl0') || (!isLoaded('ipip') && isLoadable('ipip'));
  return {
    decapsulator: hasTunnel ? 'kernel' : 'lvskit',
    dummyDevices: isLoaded('dummy') || isLoadable('dummy'),
  };
}
