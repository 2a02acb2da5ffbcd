// How `lvskit top` takes a terminal over and gives it back, on streams that stand for one.

import assert from 'node:assert/strict';
import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { TopTerminal } from '../../src/cli/top-terminal.ts';

class FakeInput extends PassThrough {
  readonly modes: boolean[] = [];

  setRawMode(isRaw: boolean): void {
    this.modes.push(isRaw);
  }
}

/** Keeps each write apart. */
class FakeOutput extends EventEmitter {
  columns = 80;
  rows = 24;
  readonly writes: string[] = [];

  write(text: string): boolean {
    this.writes.push(text);
    return true;
  }
}

function openTerminal() {
  const input = new FakeInput();
  const output = new FakeOutput();
  const keys: string[] = [];
  let redraws = 0;
  const terminal = new TopTerminal(input, output as never, {
    onKey: (name) => keys.push(name),
    onRedraw: () => redraws++,
    onEnd: () => keys.push('(end)'),
  });
  terminal.open();
  return { terminal, input, output, keys, redraws: () => redraws };
}

const GIVE_BACK = '\x1b[?7h\x1b[?25h\x1b[?1049l';

test('it reads keys singly on an alternate screen without cursor, and gives back what it took once', () => {
  const { terminal, input, output } = openTerminal();
  assert.equal(output.writes[0], '\x1b[?1049h\x1b[?25l\x1b[?7l');
  terminal.close();
  terminal.close();
  assert.deepEqual(output.writes.slice(1), [GIVE_BACK]);
  assert.deepEqual(input.modes, [true, false]);
});

test('a frame is one write that overwrites the last one line by line, without clearing the screen first', () => {
  const { terminal, output } = openTerminal();
  terminal.draw([
    { text: 'one', style: 'plain' },
    { text: 'two', style: 'strong' },
  ]);
  terminal.close();
  assert.equal(output.writes[1], '\x1b[?2026h\x1b[Hone\x1b[K\r\n\x1b[1mtwo\x1b[m\x1b[K\x1b[J\x1b[?2026l');
});

test('keys have names, those that terminals send as sequences too', async () => {
  const { terminal, input, keys } = openTerminal();
  input.write('sD\x1b[A\x1b[6~ ');
  await new Promise((resolve) => setImmediate(resolve));
  terminal.close();
  assert.deepEqual(keys, ['s', 'd', 'up', 'pagedown', 'space']);
});

test('Ctrl-C, only a key now, is the signal that it stands for', async () => {
  const { terminal, input, keys } = openTerminal();
  const interrupted = new Promise((resolve) => process.once('SIGINT', resolve));
  input.write('\x03');
  assert.equal(await interrupted, 'SIGINT');
  terminal.close();
  assert.deepEqual(keys, []);
});

test('another size of the window asks for a new frame and is known at once', () => {
  const { terminal, output, redraws } = openTerminal();
  Object.assign(output, { columns: 200, rows: 50 });
  output.emit('resize');
  terminal.close();
  assert.equal(redraws(), 1);
  assert.deepEqual(terminal.size, { columns: 200, rows: 50 });
});

test('an exit that nobody planned gives the terminal back', () => {
  const { terminal, output } = openTerminal();
  process.emit('exit', 0);
  assert.equal(output.writes.at(-1), GIVE_BACK);
  terminal.close();
});

test('nothing is drawn on a terminal that has been given back', () => {
  const { terminal, output } = openTerminal();
  terminal.close();
  const count = output.writes.length;
  terminal.draw([{ text: 'late', style: 'plain' }]);
  assert.equal(output.writes.length, count);
});

test('a terminal that goes away is told', async () => {
  const { terminal, input, keys } = openTerminal();
  input.end();
  await new Promise((resolve) => input.once('end', resolve));
  terminal.close();
  assert.deepEqual(keys, ['(end)']);
});
