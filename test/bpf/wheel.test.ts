// The timing wheel: each connection has one entry in it as long as it lives, and none is lost when it is looked at.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { lvsLimits, lvsState, lvsTicket, lvsTuple, lvsWheelSlot } from '../../src/dataplane/abi.ts';
import { BpfArray } from '../../src/dataplane/bpf-array.ts';
import { BpfMap } from '../../src/dataplane/bpf-map.ts';
import { type Director, directorTest, until } from './director.ts';
import { CLIENT, SERVER, server, service, VIP } from './services.ts';

const SYN = { from: CLIENT, to: VIP, flags: 'S' };
const SLOT_NS = 2 ** lvsLimits.LVS_WHEEL_SLOT_SHIFT;

function wheelOf(director: Director) {
  const due = new BpfMap(join(director.directory, 'lvs_due'), lvsTicket, lvsTuple);
  for (const { key } of [...due.entries()]) due.delete(key); // of other tests' connections
  const slots = new BpfArray(join(director.directory, 'lvs_wheel'), lvsWheelSlot);
  return { due, slots, count: () => [...due.rawValues()].length };
}

function ownerOf(director: Director) {
  const [owner, ...others] = [...director.maps.flows.entries()];
  assert.ok(owner !== undefined && others.length === 0);
  return owner;
}

directorTest('a connection that starts anew, or is due earlier, has one entry still', (director) => {
  const wheel = wheelOf(director);
  director.configure(service([server(SERVER, 'dr')]));
  director.receive(SYN);
  const { ticket } = ownerOf(director).value;
  assert.equal(wheel.count(), 1);
  director.receive({ ...SYN, flags: '.' });
  director.receive({ ...SYN, flags: 'R' });
  const closed = ownerOf(director).value;
  assert.equal(closed.state, lvsState.LVS_S_CLOSE);
  assert.notDeepEqual(closed.ticket, ticket, 'the closed one is due earlier');
  assert.equal(wheel.count(), 1);
  director.receive(SYN);
  assert.notDeepEqual(ownerOf(director).value.ticket, closed.ticket);
  assert.equal(wheel.count(), 1);
});

directorTest(
  'a connection that is looked at before its time is due again, and one that is over goes',
  async (director) => {
    const wheel = wheelOf(director);
    director.configure(service([server(SERVER, 'dr')]));
    director.receive(SYN);
    director.receive({ ...SYN, flags: '.' });
    const { key, value } = ownerOf(director);
    assert.ok(value.due_ns - value.last_seen_ns <= 61e9, 'a wheel goes a minute far, whatever the timeout');
    // As if the minute were over: its entry in a slot that comes soon.
    const slot = (value.due_ns / SLOT_NS - (value.due_ns - value.last_seen_ns) / SLOT_NS + 3) | 0;
    const place = { value: slot % lvsLimits.LVS_WHEEL_SLOTS };
    const { head = 0, tail = 0 } = wheel.slots.get(place) ?? {};
    const ticket = { slot: place.value, number: tail };
    wheel.due.delete(value.ticket);
    director.maps.flows.set(key, { ...value, ticket });
    wheel.due.set(ticket, key);
    wheel.slots.set(place, { head, tail: tail + 1 });
    await until('it to be looked at', () => ownerOf(director).value.ticket.slot !== place.value);
    assert.equal(ownerOf(director).value.state, lvsState.LVS_S_ESTABLISHED);
    assert.equal(wheel.count(), 1);
    director.setAllTimeouts(1);
    director.receive({ ...SYN, flags: 'F' });
    await until('it to expire', () => director.flowCount() === 0);
    assert.equal(wheel.count(), 0);
  },
);
