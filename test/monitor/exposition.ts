// A reader of Prometheus's text format 0.0.4, written from its description and independent of the writer: it refuses
// what the description does not allow.

export interface Family {
  readonly type: string;
  readonly help: string;
  readonly samples: { readonly labels: Readonly<Record<string, string>>; readonly value: number }[];
}

export function parseExposition(text: string): ReadonlyMap<string, Family> {
  if (!text.endsWith('\n')) throw new Error('the last line does not end');
  const families = new Map<string, Family>();
  const seen = new Set<string>();
  let help = '';
  let current = '';
  for (const line of text.slice(0, -1).split('\n')) {
    const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.*)$/s.exec(line);
    if (comment !== null) {
      const [, kind, name = '', rest = ''] = comment;
      if (families.has(name)) throw new Error(`${name} stands in two places`);
      if (kind === 'HELP') help = unescapeText(rest);
      else if (!['counter', 'gauge'].includes(rest)) throw new Error(`${name} has the type ${rest}`);
      else families.set(name, { type: rest, help, samples: [] });
      current = name;
      continue;
    }
    const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(.*)\})? ([0-9.eE+-]+)$/s.exec(line);
    if (sample === null) throw new Error(`no sample: ${line}`);
    const [, name = '', labels = '', value] = sample;
    if (name !== current) throw new Error(`${name} stands among the samples of ${current}`);
    if (seen.has(`${name}{${labels}}`)) throw new Error(`${name}{${labels}} stands there twice`);
    seen.add(`${name}{${labels}}`);
    families.get(name)?.samples.push({ labels: parseLabels(labels), value: Number(value) });
  }
  return families;
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {};
  let rest = text;
  while (rest !== '') {
    const pair = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\]|\\[\\"n])*)"(?:,|$)/.exec(rest);
    if (pair === null) throw new Error(`no label: ${rest}`);
    const [whole, name = '', value = ''] = pair;
    if (name in labels) throw new Error(`the label ${name} stands there twice`);
    labels[name] = unescapeText(value);
    rest = rest.slice(whole.length);
  }
  return labels;
}

function unescapeText(text: string): string {
  return text.replace(/\\(.)/gs, (_, character: string) => (character === 'n' ? '\n' : character));
}
