// A director without a network: the real data plane in a namespace of its own, into which packets are put one by one
// (BPF_PROG_TEST_RUN). What is timed is the program alone. Memory is that of its maps, as the kernel accounts for it.

import { closeSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { libbpf } from '../../src/dataplane/libbpf.ts';
import { type Maps, openMaps } from '../../src/dataplane/maps.ts';
import { type BpfDataPlane, openDataPlane } from '../../src/dataplane/mod.ts';
import { findStateDirectory } from '../../src/dataplane/state-directory.ts';
import type { ServiceEntry } from '../../src/director/mod.ts';
import { inNetworkNamespace, interfaceIndex } from '../../src/system/mod.ts';
import { makeNamespace, type NicName, removeNamespace } from '../../test/bpf/namespace.ts';
import { TestedProgram, VERDICT } from '../../test/bpf/prog-test-run.ts';
import type { ClientPacket } from './clients.ts';

export class BareDirector {
  readonly namespace = makeNamespace();
  readonly plane: BpfDataPlane;
  readonly maps: Maps;
  readonly #directory: string;
  readonly #program: TestedProgram;
  readonly #ifindex: Readonly<Record<NicName, number>>;

  constructor() {
    [this.plane, this.#directory, this.#ifindex] = this.inside(() => {
      const ifindex = { client: interfaceIndex('client') ?? 0, server: interfaceIndex('server') ?? 0 };
      return [openDataPlane(), findStateDirectory()?.path ?? '', ifindex];
    });
    this.maps = openMaps(this.#directory);
    this.#program = new TestedProgram(join(this.#directory, 'lvs_ingress'));
  }

  remove(): void {
    this.#program.close();
    removeNamespace(this.namespace);
  }

  /** Packets come only inside, where the kernel knows the NICs. */
  inside<T>(work: () => T): T {
    return inNetworkNamespace(`/run/netns/${this.namespace}`, work);
  }

  configure(...services: readonly ServiceEntry[]): void {
    this.inside(() => this.plane.update(() => services));
  }

  setAllTimeouts(seconds: number): void {
    const config = this.maps.config.get({ value: 0 });
    if (config === undefined) throw new Error('the data plane has no configuration');
    this.maps.config.set({ value: 0 }, { ...config, timeout_s: config.timeout_s.map(() => seconds) });
  }

  /** Says whether a client's packet was sent on. */
  sendsOn(packet: ClientPacket, client: number): boolean {
    return this.#program.judge(packet.of(client), this.#ifindex[packet.nic]) === VERDICT.redirect;
  }

  /** Time that the program took for a packet, in ns; its failure to send the packet on is the bench's. */
  time(packet: ClientPacket, client: number): number {
    if (!this.sendsOn(packet, client)) throw new Error(`the director did not send on a packet of client ${client}`);
    return this.#program.durationNs;
  }

  /** Connections that the servers count, of all services together: cheap, beside a reading of the status. */
  countConnections(): number {
    const counts = [...this.maps.serverIndex.entries()].map(({ value }) => this.maps.connectionCounts.get(value));
    return counts.reduce((sum, of) => sum + (of?.active ?? 0) + (of?.inactive ?? 0), 0);
  }

  /** Bytes of each map, as far as they are in use. */
  mapBytes(): ReadonlyMap<string, number> {
    const names = readdirSync(this.#directory).filter((name) => name.startsWith('lvs_'));
    return new Map(
      names.map((name) => {
        const fd: number = libbpf().objGet(join(this.#directory, name));
        const bytes = /^memlock:\s*(\d+)$/m.exec(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'))?.[1];
        closeSync(fd);
        return [name, Number(bytes ?? 0)];
      }),
    );
  }
}
