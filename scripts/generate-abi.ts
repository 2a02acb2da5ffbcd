// Writes src/dataplane/abi.ts from bpf/abi.h: clang compiles the header to BTF, bpftool prints it as JSON, and this
// turns structures into layout tables and enums into constants. `--check` only says whether the file is up to date.

import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const HEADER = 'bpf/abi.h';
const OUTPUT = 'src/dataplane/abi.ts';

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

/** BTF holds only what is used: one variable of each type makes all of them used. */
function compileHeader(header: string, folder: string): BtfType[] {
  const names = [...header.matchAll(/^(struct|enum) (\w+) \{/gm)];
  const source = [
    `#include "${process.cwd()}/${HEADER}"`,
    ...names.map(([, kind, name]) => `${kind} ${name} use_${name};`),
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
    .filter((member) => member.name !== 'pad')
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

function generate(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lvskit-abi-'));
  try {
    const types = compileHeader(readFileSync(HEADER, 'utf8'), folder);
    const byId = new Map(types.map((type) => [type.id, type]));
    const ours = types.filter((type) => type.name.startsWith('lvs_'));
    const order = [...readFileSync(HEADER, 'utf8').matchAll(/^(?:struct|enum) (\w+) \{/gm)].map(([, name]) => name);
    ours.sort((a, b) => order.indexOf(a.name) - order.indexOf(b.name));
    const text = [
      '// Generated from bpf/abi.h by `npm run generate-abi`: do not edit. Keys, values and codes of the BPF maps.',
      '',
      "import type { Layout } from './layout.ts';",
      '',
      ...ours.flatMap((type) => [
        type.kind === 'ENUM' ? enumText(type) : type.kind === 'STRUCT' ? structText(byId, type) : '',
        '',
      ]),
    ].join('\n');
    return execFileSync('biome', ['format', `--stdin-file-path=${OUTPUT}`], { input: text, encoding: 'utf8' });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const text = generate();
if (process.argv.includes('--check')) {
  if (readFileSync(OUTPUT, 'utf8') !== text) {
    console.error(`${OUTPUT} does not match ${HEADER}: run \`npm run generate-abi\``);
    process.exitCode = 1;
  }
} else {
  writeFileSync(OUTPUT, text);
}
