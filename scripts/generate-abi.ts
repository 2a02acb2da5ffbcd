// Writes src/dataplane/abi.ts from bpf/abi.h, and the tracer's likewise: clang compiles the header to BTF, bpftool prints
// it as JSON, and this turns structures into layout tables and enums into constants. `--check` only says whether the
// files are up to date.

import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const DESCRIPTIONS = [
  { header: 'bpf/abi.h', output: 'src/dataplane/abi.ts' },
  { header: 'bpf/trace_abi.h', output: 'src/dataplane/trace-abi.ts' },
  { header: 'bpf/wire_abi.h', output: 'src/dataplane/wire-abi.ts' },
] as const;
type Description = (typeof DESCRIPTIONS)[number];

interface BtfType {
  id: number;
  kind: string;
  name: string;
  size?: number;
  type_id?: number;
  nr_elems?: number;
  members?: { name: string; type_id: number; bits_offset: number }[];
  values?: { name: string; val: number }[];
}

/** The types that a header declares, in its order. */
function declaredTypes(header: string): { kind: string; name: string }[] {
  const found = readFileSync(header, 'utf8').matchAll(/^(struct|enum) (\w+) \{/gm);
  return [...found].map(([, kind = '', name = '']) => ({ kind, name }));
}

/** BTF holds only what is used: one variable of each type makes all of them used. */
function compileHeader(header: string, folder: string): BtfType[] {
  const source = [
    `#include "${process.cwd()}/${header}"`,
    ...declaredTypes(header).map(({ kind, name }) => `${kind} ${name} use_${name};`),
  ].join('\n');
  writeFileSync(join(folder, 'abi.c'), `${source}\n`);
  const include = `/usr/include/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;
  const object = join(folder, 'abi.o');
  execFileSync('clang', ['-O2', '-g', '-target', 'bpf', `-I${include}`, '-c', join(folder, 'abi.c'), '-o', object]);
  const json = execFileSync('bpftool', ['-j', 'btf', 'dump', 'file', object], { encoding: 'utf8' });
  return (JSON.parse(json) as { types: BtfType[] }).types;
}

const SCALARS: Readonly<Record<string, string>> = {
  __u8: 'u8',
  __u16: 'u16',
  __u32: 'u32',
  __u64: 'u64',
  __be16: 'be16',
  __be32: 'be32',
};

function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
}

function fieldText(types: ReadonlyMap<number, BtfType>, typeId: number, offset: number): string | undefined {
  const type = types.get(typeId);
  if (type === undefined) throw new Error(`BTF type ${typeId} is missing`);
  if (type.kind === 'TYPEDEF' && type.name in SCALARS) return `{ offset: ${offset}, scalar: '${SCALARS[type.name]}' }`;
  if (type.kind === 'ARRAY') {
    const array = type as unknown as { type_id: number; nr_elems: number };
    return fieldText(types, array.type_id, offset)?.replace(' }', `, count: ${array.nr_elems} }`);
  }
  if (type.kind === 'STRUCT' && type.name === 'bpf_timer') return undefined; // the kernel's own
  if (type.kind === 'STRUCT') return `{ offset: ${offset}, struct: ${camelCase(type.name)} }`;
  throw new Error(`abi.h: a field of kind ${type.kind} '${type.name}' has no counterpart`);
}

function structText(types: ReadonlyMap<number, BtfType>, type: BtfType): string {
  const fields = (type.members ?? [])
    .filter((member) => !/^pad\d?$/.test(member.name))
    .map((member) => ({ name: member.name, text: fieldText(types, member.type_id, member.bits_offset / 8) }))
    .filter((field) => field.text !== undefined)
    .map((field) => `    ${field.name}: ${field.text},`);
  return [
    `export const ${camelCase(type.name)} = {`,
    `  size: ${type.size},`,
    '  fields: {',
    ...fields,
    '  },',
    '} as const satisfies Layout;',
  ].join('\n');
}

function enumText(type: BtfType): string {
  const values = (type.values ?? []).map((value) => `  ${value.name}: ${value.val},`);
  return [`export const ${camelCase(type.name)} = {`, ...values, '} as const;'].join('\n');
}

/** Structures of the first header that those of another one hold. */
function importText(text: string, others: readonly string[]): string[] {
  const used = others.map(camelCase).filter((name) => text.includes(`struct: ${name}`));
  return used.length === 0 ? [] : [`import { ${used.join(', ')} } from './abi.ts';`];
}

function generate({ header, output }: Description): string {
  const folder = mkdtempSync(join(tmpdir(), 'lvskit-abi-'));
  try {
    const types = compileHeader(header, folder);
    const byId = new Map(types.map((type) => [type.id, type]));
    const order = declaredTypes(header).map(({ name }) => name);
    const ours = types.filter((type) => order.includes(type.name));
    ours.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
    const others = types.filter((type) => type.name.startsWith('lvs_') && !order.includes(type.name));
    const body = ours.flatMap((type) => [
      type.kind === 'ENUM' ? enumText(type) : type.kind === 'STRUCT' ? structText(byId, type) : '',
      '',
    ]);
    const text = [
      `// Generated from ${header} by \`npm run generate-abi\`: do not edit. Keys, values and codes of the BPF maps.`,
      '',
      ...importText(
        body.join('\n'),
        others.map(({ name }) => name),
      ),
      "import type { Layout } from './layout.ts';",
      '',
      ...body,
    ].join('\n');
    return execFileSync('biome', ['format', `--stdin-file-path=${output}`], { input: text, encoding: 'utf8' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

for (const description of DESCRIPTIONS) {
  const { header, output } = description;
  const text = generate(description);
  if (!process.argv.includes('--check')) {
    writeFileSync(output, text);
  } else if (!existsSync(output) || readFileSync(output, 'utf8') !== text) {
    console.error(`${output} does not match ${header}: run \`npm run generate-abi\``);
    process.exitCode = 1;
  }
}
