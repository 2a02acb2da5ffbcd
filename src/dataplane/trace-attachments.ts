// Where the tracer stands: at each of its places before the director, in the way that the director stands there.

import { closeSync } from 'node:fs';
import { constants } from 'node:os';
import { interfaceIndex, type LineProcess } from '../system/mod.ts';
import { usesTcx } from './attach.ts';
import { traceFailed } from './errors.ts';
import type { AttachPoint } from './tcx.ts';
import {
  addTracerFilter,
  guardTracerFilters,
  removeLeftFilters,
  removeTracerFilter,
  type TracePlace,
} from './trace-filters.ts';
import { linkTracer, unlinkTracers } from './trace-links.ts';

const { ENODEV } = constants.errno;

export class TraceAttachments {
  readonly #links: number[] = [];
  readonly #filters: TracePlace[] = [];
  #guard: LineProcess | undefined;

  /**
   * Puts the tracer at the places, in the place of one that is left there. Throws TRACE_FAILED; what is attached by then
   * {@link close} takes away.
   *
   * @param programFd of the tracer for a point
   */
  attach(
    places: readonly { readonly device: string; readonly point: AttachPoint }[],
    programFd: (point: AttachPoint) => number,
  ): void {
    for (const device of new Set(places.map(({ device }) => device))) removeTracers(device);
    const found = places.map(({ device, point }): TracePlace => {
      const ifindex = interfaceIndex(device);
      if (ifindex === undefined) throw traceFailed(`trace on ${device}`, ENODEV);
      return { device, ifindex, point };
    });
    const isLinked = ({ device, ifindex, point }: TracePlace) => usesTcx(device, ifindex, point);
    const filtered = found.filter((place) => !isLinked(place));
    if (filtered.length > 0) this.#guard = guardTracerFilters(filtered);
    for (const place of found) {
      const fd = programFd(place.point);
      if (!filtered.includes(place)) {
        this.#links.push(linkTracer(fd, place.device, place.ifindex, place.point));
        continue;
      }
      addTracerFilter(fd, place);
      this.#filters.push(place);
    }
  }

  close(): void {
    for (const link of this.#links) closeSync(link);
    for (const place of this.#filters) removeTracerFilter(place);
    this.#guard?.endInput();
  }
}

/** Takes tracers off a device: one that runs, and what one has left that was killed together with its shell. */
export function removeTracers(device: string): void {
  const ifindex = interfaceIndex(device);
  if (ifindex === undefined) return;
  unlinkTracers(ifindex);
  removeLeftFilters(device, ifindex);
}
