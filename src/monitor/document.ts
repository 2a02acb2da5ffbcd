// A view as JSON, of `lvskit top --json`, `lvskit metrics --format json` and GET /metrics.json. Services and servers
// have the names and units of the director's own types.

import type { Rates } from '../director/mod.ts';
import type { Activity, View } from './view.ts';

/** One line. `view` is undefined where there is no director. */
export function formatJson(view: View | undefined): string {
  return JSON.stringify(view === undefined ? { up: false } : documentOf(view));
}

function documentOf({ reading, total, services, drops }: View): unknown {
  return {
    up: true,
    takenAt: reading.takenAt.toISOString(),
    tookMs: rounded(reading.tookMs),
    nics: reading.nics,
    flows: reading.flows,
    flowsMax: reading.flowsMax,
    drops: Object.fromEntries(drops.map(({ reason, packets }) => [reason, packets])),
    // Null where it is not known: of a single reading.
    dropsPerSecond: Object.fromEntries(drops.map(({ reason, perSecond }) => [reason, rounded(perSecond)])),
    rates: roundRates(total),
    services: services.map(({ entry: { servers: _, ...settings }, activity, servers }) => ({
      ...settings,
      ...describeActivity(activity),
      servers: servers.map(({ entry, activity }) => ({ ...entry, ...describeActivity(activity) })),
    })),
  };
}

function describeActivity({ rates, ...counts }: Activity): object {
  return { ...counts, rates: roundRates(rates) };
}

function roundRates(rates: Rates): object {
  return Object.fromEntries(Object.entries(rates).map(([name, value]) => [name, rounded(value)]));
}

function rounded(value: number | undefined): number | null {
  return value === undefined ? null : Math.round(value * 1000) / 1000;
}
