// Agents in two namespaces: visits between them, the line service, and how they end.

import assert from 'node:assert/strict';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { type Agent, AgentError, connectNetpipe, listenNetpipe, startAgent } from '../../src/agent/mod.ts';
import { TimeHistogram } from '../../src/measure/mod.ts';
import { type Ipv4, parseIpv4 } from '../../src/model/mod.ts';
import { readNamespacesCpuNs, readSoftirqNs } from '../../src/system/mod.ts';
import { inNamespace, LVSKIT, startInBackground, until, withPair } from './netpipe-namespaces.ts';

const ANY = parseIpv4('0.0.0.0') as Ipv4;

function startIn(namespace: string): Promise<Agent> {
  return startAgent({ host: namespace, prefix: inNamespace(namespace), launcher: [LVSKIT] });
}

async function withAgents(work: (a: Agent, b: Agent, addressOfB: Ipv4) => Promise<void>): Promise<void> {
  await withPair(async ({ a, b, addressOfB }) => {
    const agents = await Promise.all([a, b].map(startIn));
    const [agentA, agentB] = agents as [Agent, Agent];
    try {
      await work(agentA, agentB, addressOfB);
    } finally {
      await Promise.all(agents.map((agent) => agent.close()));
    }
  });
}

async function errorOf(promise: Promise<unknown>): Promise<AgentError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof AgentError, `expected an AgentError, got ${error}`);
  return error;
}

test('two connections stay open and are visited in turns, in every mode and size', async () => {
  await withAgents(async (a, b, address) => {
    const listener = await listenNetpipe(b, { address: ANY, port: 0 });
    const pairs = [
      await connectNetpipe(a, address, listener.port, listener),
      await connectNetpipe(a, address, listener.port, listener),
    ];
    for (const mode of ['twoway', 'stream', 'bidirectional'] as const) {
      // 8 MB exceed all buffers on the way: two ends that only send would wait for each other for ever.
      for (const sizeBytes of [1, 8 * 2 ** 20]) {
        for (const pair of pairs) {
          const result = await pair.visit({ sizeBytes, mode, exchanges: 6 });
          assert.equal(result.exchanges, 6);
          assert.equal(TimeHistogram.decode(result.histogram).count, 6);
          // The mean is of the samples themselves; those of a histogram are known to 0.1 %.
          const { mean, ...percentiles } = TimeHistogram.decode(result.histogram).summarize();
          assert.deepEqual({ ...percentiles, mean: result.oneWayNs.mean }, result.oneWayNs);
          assert.ok(Math.abs(mean / result.oneWayNs.mean - 1) < 1e-3);
          assert.ok(result.oneWayNs.min > 0 && result.elapsedNs >= result.oneWayNs.max * 0.999);
        }
      }
    }
    for (const pair of pairs) await pair.close();
  });
});

test('of a window counts what fell into it, and the connection can be visited afterwards', async () => {
  await withAgents(async (a, b, address) => {
    const listener = await listenNetpipe(b, { address: ANY, port: 0 });
    const pair = await connectNetpipe(a, address, listener.port, listener);
    for (const mode of ['twoway', 'stream'] as const) {
      for (const sizeBytes of [1, 2 ** 20]) {
        const startNs = Number(process.hrtime.bigint()) + 0.1e9;
        const window = await pair.window({ sizeBytes, mode, startNs, endNs: startNs + 0.1e9 });
        assert.ok(window.payloadBytes > 0 && window.payloadBytes < window.own.payloadBytes, mode);
        assert.ok(window.own.seconds >= 0.1 && window.covered === 1, JSON.stringify(window));
        const blocks = window.payloadBytes / sizeBytes / (mode === 'twoway' ? 2 : 1);
        // Round trips that ended in it, where parts of others count as well.
        assert.ok(Math.abs(window.transfers - blocks) <= 1.01, `${window.transfers} of ${blocks}`);
      }
    }
    assert.equal((await pair.visit({ sizeBytes: 64, mode: 'twoway', exchanges: 3 })).exchanges, 3);
    await pair.close();
  });
});

test('a visit of a target time takes about that time and is charged to both namespaces', async () => {
  await withPair(async ({ a, b, addressOfB }) => {
    const agents = await Promise.all([a, b].map(startIn));
    const [agentA, agentB] = agents as [Agent, Agent];
    try {
      const listener = await listenNetpipe(agentB, { address: ANY, port: 0 });
      const pair = await connectNetpipe(agentA, addressOfB, listener.port, listener);
      const namespaces = [a, b].map((name) => `/run/netns/${name}`);
      const [cpuBefore, softirqBefore] = [readNamespacesCpuNs(namespaces), readSoftirqNs()];
      const result = await pair.visit({ sizeBytes: 64, mode: 'twoway', targetSeconds: 0.2 });
      assert.ok(result.elapsedNs > 0.05e9 && result.elapsedNs < 2e9, `${result.elapsedNs} ns`);
      for (const [i, cpuNs] of readNamespacesCpuNs(namespaces).entries()) {
        // Each exchange costs each end more than 2 µs of system calls.
        assert.ok(cpuNs - (cpuBefore[i] ?? 0) > result.exchanges * 1000);
      }
      assert.ok(readSoftirqNs() >= softirqBefore);
    } finally {
      await Promise.all(agents.map((agent) => agent.close()));
    }
  });
});

test('the line service answers each connection with its text until it is closed', async () => {
  await withAgents(async (a, b, address) => {
    const { service, port } = await b.call('line.serve', { address: ANY, port: 0, text: 'sneezy' });
    assert.deepEqual(await a.call('line.ask', { address, port, count: 3 }), ['sneezy', 'sneezy', 'sneezy']);
    await b.call('line.close', { service });
    const error = await errorOf(a.call('line.ask', { address, port, count: 1 }));
    assert.equal(error.code, 'SOCKET_REFUSED');
    assert.match(
      error.message,
      new RegExp(`^${a.host}: cannot read the line of ${address}:${port}: connection refused`),
    );
  });
});

test('what goes wrong in an agent keeps its code and gains the name of the host', async () => {
  await withAgents(async (a, _b, address) => {
    const error = await errorOf(a.call('netpipe.connect', { address, port: 1 }));
    assert.equal(error.code, 'SOCKET_REFUSED');
    assert.equal(error.host, a.host);
    assert.match(error.remedy ?? '', /start the service there/);
    const unavailable = await errorOf(a.call('pin', { cpus: [8000] }));
    assert.equal(unavailable.code, 'CPU_NOT_AVAILABLE');
  });
});

test('a call that is not answered in time is rejected by name', async () => {
  await withAgents(async (_a, b) => {
    const { listener } = await b.call('netpipe.serve', { address: ANY, port: 0 });
    const waiting = b.call('netpipe.accept', { listener, timeoutMs: 500 }, { timeoutMs: 50 });
    assert.equal((await errorOf(waiting)).code, 'AGENT_TIMED_OUT');
    // The agent itself goes on once its own wait is over.
    assert.equal((await b.call('hello', {})).version.length > 0, true);
  });
});

test('an agent that is killed rejects what is pending and what follows', async () => {
  await withAgents(async (a, b) => {
    const { pid } = await a.call('hello', {});
    const { listener } = await a.call('netpipe.serve', { address: ANY, port: 0 });
    const pending = errorOf(a.call('netpipe.accept', { listener }));
    process.kill(pid, 'SIGKILL');
    const error = await pending;
    assert.equal(error.code, 'AGENT_ENDED');
    assert.match(error.message, new RegExp(`^${a.host}: the agent ended by SIGKILL`));
    assert.equal((await errorOf(a.call('hello', {}))).code, 'AGENT_ENDED');
    assert.equal((await b.call('hello', {})).pid > 0, true);
  });
});

test('SIGTERM ends an agent at once, even while it waits for a connection', async () => {
  await withAgents(async (a) => {
    const { pid } = await a.call('hello', {});
    const { listener } = await a.call('netpipe.serve', { address: ANY, port: 0 });
    const pending = errorOf(a.call('netpipe.accept', { listener }));
    process.kill(pid, 'SIGTERM');
    assert.match((await pending).message, /ended by SIGTERM/);
  });
});

test('a prefix that fails is quoted with what it said', async () => {
  const error = await errorOf(startAgent({ host: 'grumpy', prefix: ['nsenter', '--net=/run/netns/no-such'] }));
  assert.equal(error.code, 'AGENT_ENDED');
  assert.match(error.message, /^grumpy: the agent ended with status 1; it said: nsenter: .*no-such/);
});

test('a prefix that is no program is named', async () => {
  const error = await errorOf(startAgent({ host: 'grumpy', prefix: ['/no/such/program'] }));
  assert.match(error.message, /^grumpy: the agent could not be started: .*ENOENT/);
});

test('something that writes other than replies is no agent', async () => {
  const error = await errorOf(startAgent({ host: 'grumpy', prefix: ['echo'], launcher: ['Welcome'] }));
  assert.equal(error.code, 'AGENT_PROTOCOL');
  assert.match(error.message, /the agent wrote "Welcome agent"/);
});

test('no agent outlives a controller that is killed', async () => {
  const module = new URL('../../src/agent/mod.ts', import.meta.url).href;
  const script = `
    const { startAgent } = await import(${JSON.stringify(module)});
    const agent = await startAgent({ host: 'here', prefix: [], launcher: [${JSON.stringify(LVSKIT)}] });
    console.log((await agent.call('hello', {})).pid);`;
  const controller = startInBackground([process.execPath, '--input-type=module', '--eval', script]);
  await until('the agent to start', () => /^\d+\n/.test(controller.output()));
  const pid = Number(controller.output());
  assert.ok(existsSync(`/proc/${pid}`));
  process.kill(controller.pid, 'SIGKILL');
  await until('the agent to end', () => !existsSync(`/proc/${pid}`));
});
