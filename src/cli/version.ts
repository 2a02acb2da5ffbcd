// The version of this lvskit, read from package.json, which lies two folders up both in src/ and in dist/.

import { readFileSync } from 'node:fs';

export function readVersion(): string {
  const path = new URL('../../package.json', import.meta.url);
  return (JSON.parse(readFileSync(path, 'utf8')) as { version: string }).version;
}
