// lvskit director set and settings, as they are typed.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { INITIAL_SETTINGS } from '../../src/director/mod.ts';
import { CommandError } from '../../src/system/mod.ts';
import { withLoneDirector } from './support/lone-director.ts';

test('settings are listed as they were set, and survive -C and a reload but not `down`', async () => {
  await withLoneDirector('lvskit-settings', async (director) => {
    const settings = () => JSON.parse(director.lvskit('director settings --json'));
    director.lvskit('director up');
    assert.deepEqual(settings(), INITIAL_SETTINGS);
    director.lvskit('director set expire_nodest_conn=1 net.ipv4.vs.conn_reuse_mode=2');
    const changed = { ...INITIAL_SETTINGS, expire_nodest_conn: 1, conn_reuse_mode: 2 };
    assert.deepEqual(settings(), changed);
    assert.match(director.lvskit('director settings'), /^expire_nodest_conn = 1$/m);
    director.lvskit('ipvsadm -A -u 10.99.1.1:5060 -p 60 -M 0.0.0.0 --pe sip');
    director.lvskit('ipvsadm -C');
    director.lvskit('director reload');
    assert.deepEqual(settings(), changed);
    director.lvskit('director down');
    director.lvskit('director up');
    assert.deepEqual(settings(), INITIAL_SETTINGS);
  });
});

test('a word that is wrong changes nothing, and says what would be right', async () => {
  await withLoneDirector('lvskit-settings', async (director) => {
    director.lvskit('director up');
    const faultOf = (words: string) => {
      try {
        director.lvskit(`director set ${words}`);
      } catch (error) {
        assert.ok(error instanceof CommandError);
        return error.message;
      }
      return '';
    };
    assert.match(faultOf('sloppy_tcp=1 sloppy_sctp=2'), /sloppy_sctp=N, with N from 0 to 1/);
    assert.match(faultOf('secure_tcp=1'), /no counterpart/);
    assert.deepEqual(JSON.parse(director.lvskit('director settings --json')), INITIAL_SETTINGS);
  });
});

test('where there is no director nothing can be set', async () => {
  await withLoneDirector('lvskit-settings', async (director) => {
    assert.throws(() => director.lvskit('director set sloppy_tcp=1'), /there is no director/);
  });
});
