// Holds src/ to its layers: which area may import which, through its mod.ts only, and who may start programs or
// call C. The tables below are the rules; ARCHITECTURE.md draws the same picture.

import { globSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseSync } from 'oxc-parser';

/** An area, a folder of src/, and the other areas that it may import. */
export const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  model: [],
  conf: ['model'],
  system: ['model'],
  director: ['model'],
  monitor: ['model', 'director'],
  trace: ['model', 'director', 'monitor'],
  dataplane: ['model', 'director', 'trace', 'system'],
  sync: ['model', 'director', 'dataplane', 'system'],
  watch: ['model', 'dataplane', 'system'],
  lab: ['model', 'director', 'system'],
  host: ['model', 'director', 'dataplane', 'system'],
  doctor: ['model', 'director', 'system'],
  measure: ['model', 'system'],
  agent: ['model', 'measure', 'system'],
  suite: ['model', 'conf', 'lab', 'director', 'dataplane', 'doctor', 'agent', 'measure', 'system', 'analysis'],
  analysis: ['model'],
  report: ['model', 'analysis'],
  cli: [
    'model',
    'conf',
    'system',
    'director',
    'dataplane',
    'lab',
    'host',
    'doctor',
    'measure',
    'agent',
    'suite',
    'analysis',
    'report',
    'monitor',
    'trace',
    'sync',
    'watch',
  ],
};

/** A module with effects, and the only areas that may import it. */
export const RESERVED_FOR: Readonly<Record<string, readonly string[]>> = {
  'node:child_process': ['system'],
  koffi: ['system', 'dataplane'],
};

/** What is wrong with one source file, a line for each forbidden import. `path` is relative: `src/lab/apply.ts`. */
export function findForbiddenImports(path: string, source: string): readonly string[] {
  return importedModules(path, source).flatMap((specifier) => {
    const fault = faultOf(path, specifier);
    return fault === undefined ? [] : [`${path}: imports ${specifier}, but ${fault}`];
  });
}

function faultOf(path: string, specifier: string): string | undefined {
  const area = areaOf(path);
  if (!specifier.startsWith('.')) {
    const owners = RESERVED_FOR[specifier];
    return owners === undefined || owners.includes(area) ? undefined : `only ${owners.join(' and ')} may`;
  }
  const target = join(dirname(path), specifier);
  const targetArea = areaOf(target);
  if (targetArea === area) return undefined;
  if (!target.startsWith('src/')) return 'src/ imports nothing outside itself';
  if (MAY_IMPORT[area]?.includes(targetArea) !== true) return `${area} may not import ${targetArea}`;
  return target === `src/${targetArea}/mod.ts` ? undefined : `other areas import src/${targetArea}/mod.ts alone`;
}

/** `lab` of `src/lab/apply.ts` */
function areaOf(path: string): string {
  return path.split('/')[1] ?? '';
}

/** Every module that is named in an import, an export from, or an import() with a literal. */
function importedModules(path: string, source: string): readonly string[] {
  const { module, errors } = parseSync(path, source);
  if (errors[0] !== undefined) throw new Error(`${path}: ${errors[0].message}`);
  const exported = module.staticExports.flatMap((statement) => statement.entries.map((entry) => entry.moduleRequest));
  const literals = module.dynamicImports
    .map(({ moduleRequest }) => source.slice(moduleRequest.start, moduleRequest.end))
    .filter((text) => /^'.*'$/.test(text))
    .map((text) => text.slice(1, -1));
  const specifiers = [...module.staticImports.map((statement) => statement.moduleRequest), ...exported]
    .filter((request) => request !== null)
    .map((request) => request.value);
  return [...new Set([...specifiers, ...literals])];
}

if (import.meta.main) {
  const faults = globSync('src/**/*.ts').flatMap((path) => findForbiddenImports(path, readFileSync(path, 'utf8')));
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
