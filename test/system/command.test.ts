import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type CommandOptions, findProgram, quote, runCommand, runCommandAsync } from '../../src/system/command.ts';
import { notRootError } from '../../src/system/errors.ts';

test('a command is quoted as one would type it', () => {
  assert.equal(
    quote(['ip', '-n', 'lab-client', 'addr', 'add', '10.0.0.1/24']),
    'ip -n lab-client addr add 10.0.0.1/24',
  );
  assert.equal(quote(['sh', '-c', "echo 'a b'", '']), `sh -c 'echo '\\''a b'\\''' ''`);
});

test('a program is found on the PATH', () => {
  withPath('/bin', () => assert.equal(findProgram('sh'), '/bin/sh'));
});

test('a missing program is named with the package that has it', () => {
  withPath('/nonexistent', () => {
    assert.throws(() => findProgram('nsenter'), {
      code: 'COMMAND_NOT_FOUND',
      message: "the program 'nsenter' is not installed",
      remedy: 'install it, on Debian and Ubuntu with: apt-get install util-linux',
    });
    assert.throws(() => runCommand(['no-such-program']), {
      code: 'COMMAND_NOT_FOUND',
      remedy: 'install no-such-program, or put it on the PATH',
    });
  });
});

for (const [name, run] of [
  ['runCommand', async (argv: string[], options?: CommandOptions) => runCommand(argv, options)],
  ['runCommandAsync', runCommandAsync],
] as const) {
  test(`${name} gives input and returns both outputs`, async () => {
    const result = await run(['sh', '-c', 'cat; echo warning >&2'], { input: 'text' });
    assert.deepEqual(result, { stdout: 'text', stderr: 'warning\n', status: 0 });
  });

  test(`${name} names the command, its status and what it said when it fails`, async () => {
    await assert.rejects(run(['sh', '-c', 'echo no route >&2; exit 3']), {
      code: 'COMMAND_FAILED',
      message: "sh -c 'echo no route >&2; exit 3' failed with status 3: no route",
      status: 3,
      stderr: 'no route\n',
    });
  });

  test(`${name} returns the status where failure is allowed, 128 + n after signal n`, async () => {
    assert.equal((await run(['sh', '-c', 'exit 3'], { allowFailure: true })).status, 3);
    assert.equal((await run(['sh', '-c', 'kill -TERM $$'], { allowFailure: true })).status, 143);
  });

  test(`${name} kills a program that takes too long`, async () => {
    await assert.rejects(run(['sleep', '60'], { timeoutMs: 50 }), {
      code: 'COMMAND_TIMED_OUT',
      message: 'sleep 60 was killed because it took longer than 50 ms',
    });
  });

  test(`${name} is not disturbed by a program that leaves its input unread`, async () => {
    const result = await run(['true'], { input: 'x'.repeat(1_000_000) });
    assert.equal(result.status, 0);
  });
}

test('the error for missing privilege says what needs it and how to get it', () => {
  const error = notRootError('building a lab');
  assert.equal(error.code, 'NOT_ROOT');
  assert.equal(error.message, 'building a lab needs root');
  assert.match(error.remedy ?? '', /sudo/);
});

function withPath(path: string, action: () => void): void {
  const saved = process.env.PATH;
  process.env.PATH = path;
  try {
    action();
  } finally {
    process.env.PATH = saved;
  }
}
