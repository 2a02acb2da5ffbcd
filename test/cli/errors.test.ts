import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CommanderError } from 'commander';
import { endingOf } from '../../src/cli/errors.ts';
import { LvskitError } from '../../src/model/mod.ts';

const CALM = { debug: false, interruptedBy: undefined };

test('an error of ours is its message, then its remedy as a sentence, with its own exit status', () => {
  const error = new LvskitError('CONF_UNKNOWN_KEY', 'vs-dr.conf:3: no such key', {
    remedy: 'remove the line',
    exitStatus: 2,
  });
  assert.deepEqual(endingOf(error, CALM), {
    text: 'lvskit: vs-dr.conf:3: no such key\nRemove the line.',
    exitStatus: 2,
  });
});

test('an error without a remedy is its message alone', () => {
  assert.deepEqual(endingOf(new LvskitError('X_Y', 'it failed'), CALM), { text: 'lvskit: it failed', exitStatus: 1 });
});

test('any other error is called a defect, without its stack', () => {
  assert.deepEqual(endingOf(new TypeError('x is undefined'), CALM), {
    text: 'lvskit: x is undefined\nThis is a defect in lvskit; LVSKIT_DEBUG=1 shows where.',
    exitStatus: 1,
  });
});

test('debugging adds the stack and the causes', () => {
  const error = new LvskitError('X_Y', 'it failed', { cause: new Error('the reason') });
  const { text } = endingOf(error, { ...CALM, debug: true });
  assert.match(text, /^lvskit: it failed\nLvskitError: it failed\n {4}at .*cause\]: Error: the reason/s);
});

test('what Commander has printed itself is not said again', () => {
  assert.deepEqual(endingOf(new CommanderError(0, 'commander.helpDisplayed', ''), CALM), { text: '', exitStatus: 0 });
  assert.deepEqual(endingOf(new CommanderError(1, 'commander.unknownOption', 'no'), CALM), { text: '', exitStatus: 2 });
});

test('after a signal the exit status is that of the signal, whatever else went wrong', () => {
  const interrupted = { debug: false, interruptedBy: 'SIGINT' } as const;
  assert.deepEqual(endingOf(undefined, interrupted), { text: '', exitStatus: 130 });
  assert.deepEqual(endingOf(new Error('socket closed'), interrupted), { text: '', exitStatus: 130 });
  assert.deepEqual(endingOf(new LvskitError('LAB_INTERRUPTED', 'lab removed again'), interrupted), {
    text: 'lvskit: lab removed again',
    exitStatus: 130,
  });
});
