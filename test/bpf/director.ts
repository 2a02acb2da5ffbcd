// A director to put packets into: the real data plane in a namespace of its own, with its maps to look into. Loading
// takes the verifier's time, so the tests of a file share one, and each finds it without services and connections.

import { join } from 'node:path';
import { after, before, type TestContext, test } from 'node:test';
import { lvsState } from '../../src/dataplane/abi.ts';
import { type Maps, openMaps } from '../../src/dataplane/maps.ts';
import { type BpfDataPlane, openDataPlane } from '../../src/dataplane/mod.ts';
import { findStateDirectory } from '../../src/dataplane/state-directory.ts';
import { INITIAL_SETTINGS, type ServerStatus, type ServiceEntry, type ServiceStatus } from '../../src/director/mod.ts';
import { inNetworkNamespace, interfaceIndex, runCommand } from '../../src/system/mod.ts';
import { forgetConnections } from './forget.ts';
import { frameOn, makeNamespace, type NicName, removeNamespace } from './namespace.ts';
import type { PacketSpec } from './packet-builder.ts';
import { type Outcome, TestedProgram } from './prog-test-run.ts';
import { BPF_MISSING } from './requirements.ts';

/** How long a condition is waited for, whatever else the machine has to do. */
const PATIENCE_MS = 20_000;

export class Director {
  readonly plane: BpfDataPlane;
  readonly maps: Maps;
  /** Where its maps are pinned. */
  readonly directory: string;
  readonly ifindex: Readonly<Record<NicName, number>>;
  readonly namespace = makeNamespace();
  readonly #program: TestedProgram;
  readonly #timeouts: readonly number[];
  #dropsBefore: ReadonlyMap<string, number> = new Map();
  #isInside = false;

  constructor() {
    [this.plane, this.directory, this.ifindex] = this.inside(() => {
      const ifindex = { client: interfaceIndex('client') ?? 0, server: interfaceIndex('server') ?? 0 };
      return [openDataPlane(), findStateDirectory()?.path ?? '', ifindex];
    });
    this.maps = openMaps(this.directory);
    this.#program = new TestedProgram(join(this.directory, 'lvs_ingress'));
    this.#timeouts = this.#config().timeout_s;
  }

  /** Forgets services, connections and counts, as if it had just been loaded. */
  reset(): void {
    forgetConnections(this.maps);
    this.configure();
    this.setTimeouts(this.#timeouts);
    this.plane.changeSettings(INITIAL_SETTINGS);
    this.#dropsBefore = this.plane.readDrops();
  }

  remove(): void {
    this.#program.close();
    removeNamespace(this.namespace);
  }

  #config() {
    const config = this.maps.config.get({ value: 0 });
    if (config === undefined) throw new Error('the data plane has no configuration');
    return config;
  }

  /** Runs `work` in the director's namespace: cheaper than entering it for every packet. */
  inside<T>(work: () => T): T {
    if (this.#isInside) return work();
    this.#isInside = true;
    try {
      return inNetworkNamespace(`/run/netns/${this.namespace}`, work);
    } finally {
      this.#isInside = false;
    }
  }

  /** Makes `services` the whole configuration. */
  configure(...services: readonly ServiceEntry[]): void {
    this.inside(() => this.plane.update(() => services));
  }

  /** Lets a packet, or a whole frame, arrive, with a firewall mark or without, or merged of segments of `gsoSize`. */
  receive(packet: PacketSpec | Uint8Array, nic: NicName = 'client', mark = 0, gsoSize = 0): Outcome {
    const frame = packet instanceof Uint8Array ? packet : frameOn(nic, packet);
    return this.inside(() => this.#program.run(frame, this.ifindex[nic], mark, gsoSize));
  }

  /** Runs `ip` in the namespace. */
  ip(command: string): void {
    runCommand(['ip', '-n', this.namespace, ...command.split(' ')]);
  }

  /** Runs `work` while the host may not forward packets. */
  withoutForwarding(work: () => void): void {
    const setForwarding = (value: number) =>
      runCommand(['ip', 'netns', 'exec', this.namespace, 'sysctl', '-qw', `net.ipv4.ip_forward=${value}`]);
    setForwarding(0);
    try {
      work();
    } finally {
      setForwarding(1);
    }
  }

  /** @param ofState seconds, by enum lvs_state; states that it leaves out keep theirs */
  setTimeouts(ofState: Readonly<Record<number, number>>): void {
    const config = this.#config();
    const timeouts = config.timeout_s.map((seconds, state) => ofState[state] ?? seconds);
    this.maps.config.set({ value: 0 }, { ...config, timeout_s: timeouts });
  }

  setAllTimeouts(seconds: number): void {
    this.setTimeouts(Object.fromEntries(Object.values(lvsState).map((state) => [state, seconds])));
  }

  /** Status of the newest service. */
  service(): ServiceStatus {
    const [status] = this.plane.readStatus();
    if (status === undefined) throw new Error('the director has no service');
    return status;
  }

  /** Status of the first server of the newest service. */
  server(): ServerStatus {
    const [status] = this.service().servers;
    if (status === undefined) throw new Error('the service has no server');
    return status;
  }

  /** Entries of the connection table: two for each connection of VS-NAT, one for others. */
  flowCount(): number {
    return [...this.maps.flows.rawValues()].length;
  }

  /** Datagrams of which some fragments have come, and some have not. */
  datagramCount(): number {
    return [...this.maps.datagrams.rawValues()].length;
  }

  /** Packets dropped since the test began, for one reason or for any. */
  drops(reason?: string): number {
    const counts = [...this.plane.readDrops()].filter(([name]) => reason === undefined || name === reason);
    if (counts.length === 0) throw new Error(`there is no drop reason ${reason}`);
    return counts.reduce((sum, [name, count]) => sum + count - (this.#dropsBefore.get(name) ?? 0), 0);
  }
}

let shared: Director | undefined;

if (BPF_MISSING === false) {
  before(() => {
    shared = new Director();
  });
  after(() => shared?.remove());
}

/** A test with a director that is as if just loaded. */
export function directorTest(
  title: string,
  work: (director: Director, context: TestContext) => void | Promise<void>,
): void {
  test(title, { skip: BPF_MISSING }, async (context) => {
    if (shared === undefined) throw new Error('the director was not loaded');
    shared.reset();
    await work(shared, context);
  });
}

export async function until(what: string, isSo: () => boolean): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  while (!isSo()) {
    if (Date.now() > deadline) throw new Error(`waited ${PATIENCE_MS / 1000} s for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
