// Checks that what the Markdown files point to is there: relative links, their anchors, and the paths of this
// repository that they name in backticks.

import { existsSync, globSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';

const FENCED_BLOCK = /^(```|~~~).*\n[\s\S]*?^\1.*$/gm;
const INLINE_CODE = /`[^`\n]+`/g;
const LINK = /\]\(([^)\s]+)\)/g;
const REPOSITORY_PATH = /^(src|bpf|test|scripts|docs|examples|bin|\.ci)\/[\w./-]*$/;
/** Stands for a name: `src/cli/NAME.ts`. */
const PLACEHOLDER = /NAME|NNNN/;

/** What is wrong with one document, a line for each dead link or path; `root` is the top of the repository. */
export function findDeadLinks(root: string, document: string): readonly string[] {
  const prose = readFileSync(join(root, document), 'utf8').replaceAll(FENCED_BLOCK, '');
  const links = [...prose.replaceAll(INLINE_CODE, '').matchAll(LINK)].map((match) => match[1] as string);
  const paths = [...prose.matchAll(INLINE_CODE)]
    .map(([code]) => code.slice(1, -1))
    .filter((code) => REPOSITORY_PATH.test(code) && !PLACEHOLDER.test(code));
  return [
    ...links.filter((link) => !/^[a-z]+:/.test(link) && !resolves(root, document, link)),
    ...paths.filter((path) => !existsSync(join(root, path))),
  ].map((dead) => `${document}: there is no ${dead}`);
}

function resolves(root: string, document: string, link: string): boolean {
  const [path = '', anchor] = decodeURI(link).split('#');
  const target = path === '' ? document : join(dirname(document), path);
  if (!existsSync(join(root, target))) return false;
  if (anchor === undefined) return true;
  return statSync(join(root, target)).isFile() && anchorsOf(readFileSync(join(root, target), 'utf8')).has(anchor);
}

/** The anchors that GitHub gives to headings: `## The data plane` is #the-data-plane; a second one gets -1. */
function anchorsOf(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  for (const [, heading = ''] of markdown.replaceAll(FENCED_BLOCK, '').matchAll(/^#+ +(.*?)(?: +#+)?$/gm)) {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    let anchor = slug;
    for (let count = 1; anchors.has(anchor); count += 1) anchor = `${slug}-${count}`;
    anchors.add(anchor);
  }
  return anchors;
}

if (import.meta.main) {
  const documents = globSync('**/*.md', { exclude: ['node_modules/**', 'dist/**', 'runs/**'] });
  const faults = documents.flatMap((document) => findDeadLinks('.', document));
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
