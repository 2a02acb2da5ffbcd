// Hosts file text → Raw: `ADDRESS NAME NAME …` a line, as in hosts(5). IPv6 lines are passed over: the conf format
// has no place for them. Never throws.

import { isIPv6 } from 'node:net';
import { parseIpv4 } from '../model/mod.ts';
import { ProblemList } from './errors.ts';
import type { RawHost, RawHosts } from './raw.ts';
import { contentLines, wordsOf } from './words.ts';

/** Names become those of namespaces and hosts, so that a slash or the like in one would do harm. */
const HOST_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

export function parseHosts(text: string, file: string): RawHosts {
  const problems = new ProblemList();
  const hosts: RawHost[] = [];
  for (const { line, content } of contentLines(text)) {
    const [first, ...names] = wordsOf(content, file, line);
    if (first === undefined || isIPv6(first.text)) continue;
    const address = parseIpv4(first.text);
    if (address === undefined) {
      const remedy = 'begin the line with an address such as 192.168.1.11';
      problems.add('CONF_BAD_ADDRESS', first, `'${first.text}' is not an address`, remedy);
    } else if (names.length === 0) {
      problems.add('CONF_SYNTAX', first, `${address} has no name`, 'write its names after it, or remove the line');
    } else {
      for (const { text, ...at } of names.filter((name) => !HOST_NAME.test(name.text))) {
        problems.add(
          'CONF_BAD_NAME',
          at,
          `'${text}' is not a host name`,
          'use letters, digits, dots, hyphens and underscores',
        );
      }
      hosts.push({ address, names });
    }
  }
  return { file, hosts, problems: problems.inOrder(file) };
}
