// FTP through VS-NAT with a real server and two real clients: every way of agreeing on a data connection, lists and
// files both ways.

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Lab } from '../../src/lab/mod.ts';
import { forwardedByKernel, ipvsadm, runInside, statusOf } from './support/inside.ts';
import { needing } from './support/programs.ts';
import { vipOf, withVirtualServer } from './support/virtual-server.ts';
import { digestOf, FTP_SERVICES, type FtpFiles, withVsftpd } from './support/vsftpd.ts';

/** How curl asks for a data connection. It is to trust the address that it is told. */
const CURL_MODES = {
  EPSV: ['--no-ftp-skip-pasv-ip'],
  PASV: ['--no-ftp-skip-pasv-ip', '--disable-epsv'],
  EPRT: ['--ftp-port', '-'],
  PORT: ['--ftp-port', '-', '--disable-eprt'],
} as const;

/** The same of lftp, whose active mode asks by PORT. */
const LFTP_MODES = {
  EPSV: 'set ftp:passive-mode yes; set ftp:prefer-epsv yes;',
  PASV: 'set ftp:passive-mode yes; set ftp:prefer-epsv no; set ftp:fix-pasv-address no;',
  PORT: 'set ftp:passive-mode no;',
} as const;

async function curl(lab: Lab, ...words: readonly string[]): Promise<string> {
  return await runInside(lab, 'client', ['curl', '--silent', '--show-error', '--max-time', '20', ...words]);
}

async function lftp(lab: Lab, commands: string): Promise<string> {
  const settings = 'set net:timeout 10; set net:max-retries 1; set cmd:fail-exit yes; set ftp:use-feat no;';
  return await runInside(lab, 'client', ['lftp', '-c', `${settings} ${commands}`]);
}

async function withFtp(work: (lab: Lab, url: string, files: FtpFiles) => Promise<void>): Promise<void> {
  await withVirtualServer('vs-nat', { services: FTP_SERVICES }, async (lab) => {
    await withVsftpd(lab, (files) => work(lab, `ftp://${vipOf(lab)}`, files));
  });
}

test('curl lists, gets and puts in every mode', needing('vsftpd', 'curl'), async () => {
  await withFtp(async (lab, url, files) => {
    const before = forwardedByKernel(lab);
    for (const [mode, options] of Object.entries(CURL_MODES)) {
      assert.match(await curl(lab, ...options, `${url}/`), /\bbig\b/, `list by ${mode}`);
      const got = join(files.folder, `got-${mode}`);
      await curl(lab, ...options, '--output', got, `${url}/big`);
      assert.equal(digestOf(got), files.digest, `get by ${mode}`);
      await curl(lab, ...options, '--upload-file', files.localFile, `${url}/in/${mode}`);
      assert.equal(digestOf(files.uploaded(mode)), files.digest, `put by ${mode}`);
    }
    assert.equal(forwardedByKernel(lab), before, 'no data connection went past the data plane');
    // rr has sent the control connections to both, and every data connection went with its own.
    for (const { counters, entry } of statusOf(lab, 21).servers) assert.equal(counters.connections, 6, entry.address);
  });
});

test('lftp lists, gets and puts in every mode', needing('vsftpd', 'lftp'), async () => {
  await withFtp(async (lab, url, files) => {
    for (const [mode, settings] of Object.entries(LFTP_MODES)) {
      const got = join(files.folder, `got-${mode}`);
      const session = `open ${url}; cls -1; get big -o ${got}; put ${files.localFile} -o in/${mode}`;
      assert.match(await lftp(lab, `${settings} ${session}`), /\bbig\b/, `list by ${mode}`);
      assert.equal(digestOf(got), files.digest, `get by ${mode}`);
      assert.equal(digestOf(files.uploaded(mode)), files.digest, `put by ${mode}`);
    }
  });
});

test('after a hundred lines the control connection still works, in every mode', needing('vsftpd', 'curl'), async () => {
  await withFtp(async (lab, url, files) => {
    const lines = Array.from({ length: 100 }, () => ['--quote', 'NOOP']).flat();
    for (const [mode, options] of Object.entries(CURL_MODES)) {
      const got = join(files.folder, mode);
      // Three transfers on one control connection.
      const transfers = [`${got}-1`, `${got}-2`, `${got}-3`].flatMap((file) => ['--output', file, `${url}/big`]);
      await curl(lab, ...options, ...lines, ...transfers);
      for (const part of ['1', '2', '3']) assert.equal(digestOf(`${got}-${part}`), files.digest, mode);
    }
  });
});

test('what is expected is listed as IPVS lists it', needing('vsftpd', 'curl'), async () => {
  await withFtp(async (lab, url) => {
    await curl(lab, '--quote', 'PASV', '--quote', 'PORT 192,168,2,254,156,65', '--head', `${url}/`).catch(() => '');
    const listing = await ipvsadm(lab, '-Lnc');
    assert.match(
      listing,
      /^TCP 0[12]:\d\d {2}LISTEN {6}192\.168\.2\.254:0 +192\.168\.2\.110:\d+ +192\.168\.1\.1[12]:\d+$/m,
    );
    assert.match(
      listing,
      /^TCP 0[12]:\d\d {2}LISTEN {6}192\.168\.2\.254:40001 +192\.168\.2\.110:20 +192\.168\.1\.1[12]:20$/m,
    );
  });
});
