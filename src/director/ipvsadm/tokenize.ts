// Splits an ipvsadm command line into options and words by the rules of popt, which the real ipvsadm uses: -Lnc,
// -w5, -w=5, -w 5, --weight=5, --weight 5. It knows how options are written, not what they mean.

import { unknownOption, valueMissing, valueUnwanted } from './errors.ts';
import { OPTIONS, type OptionSpec } from './options.ts';

export interface OptionToken {
  readonly kind: 'option';
  readonly spec: OptionSpec;
  readonly written: string;
  readonly value: string | undefined;
}

export type Token = OptionToken | { readonly kind: 'word'; readonly text: string };

const LONG_OPTIONS = new Map(OPTIONS.map((spec) => [spec.long, spec]));
const SHORT_OPTIONS = new Map(OPTIONS.flatMap((spec) => (spec.short === undefined ? [] : [[spec.short, spec]])));

/** One after the other, so that the leftmost mistake is the one reported. Raises IpvsadmError with status 255. */
export function* tokenize(words: readonly string[]): Generator<Token> {
  const rest = [...words];
  for (let word = rest.shift(); word !== undefined; word = rest.shift()) {
    if (word === '--') {
      for (const text of rest) yield { kind: 'word', text };
      return;
    }
    if (!word.startsWith('-') || word === '-') yield { kind: 'word', text: word };
    else if (word.startsWith('--')) yield readLong(word, rest);
    else yield* readShorts(word.slice(1), rest);
  }
}

function readLong(word: string, rest: string[]): Token {
  const equals = word.indexOf('=');
  const written = equals < 0 ? word : word.slice(0, equals);
  const attached = equals < 0 ? undefined : word.slice(equals + 1);
  return readValue(LONG_OPTIONS.get(written.slice(2)), written, attached, rest);
}

/** `cluster` is what follows the dash: options without a value, then perhaps one with a value. */
function* readShorts(cluster: string, rest: string[]): Generator<Token> {
  for (let index = 0; index < cluster.length; index++) {
    const written = `-${cluster.charAt(index)}`;
    const spec = SHORT_OPTIONS.get(cluster.charAt(index));
    const following = cluster.slice(index + 1);
    const hasEquals = following.startsWith('=');
    if (spec !== undefined && spec.value === 'none' && !hasEquals) {
      yield { kind: 'option', spec, written, value: undefined };
      continue;
    }
    const attached = following === '' ? undefined : following.slice(hasEquals ? 1 : 0);
    yield readValue(spec, written, attached, rest);
    return;
  }
}

function readValue(spec: OptionSpec | undefined, written: string, attached: string | undefined, rest: string[]): Token {
  if (spec === undefined) throw unknownOption(written);
  if (spec.value === 'none') {
    if (attached !== undefined) throw valueUnwanted(written);
    return { kind: 'option', spec, written, value: undefined };
  }
  if (attached !== undefined) return { kind: 'option', spec, written, value: attached };
  const isOptionNext = rest[0]?.startsWith('-') ?? true;
  if (spec.value === 'optional' && isOptionNext) return { kind: 'option', spec, written, value: undefined };
  const value = rest.shift();
  if (value === undefined) throw valueMissing(written);
  return { kind: 'option', spec, written, value };
}
