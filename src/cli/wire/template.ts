import { readFile, readdir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What the placeholders of a template stand for. */
export interface TemplateValues {
  /** Clone URL of `stoa-envs`. */
  readonly repository: string;
  /** URL of the source repository, with or without `.git`. @default as in the template */
  readonly source?: string;
  /** `host[:port]` of the image registry. */
  readonly registry: string;
}

const REPOSITORY = 'https://gitlab.example.com/stoa/stoa-envs.git';
const SOURCE = 'https://gitlab.example.com/stoa/stoa-platform';
const REGISTRY = 'registry.example.com';

/** Folder of a template shipped with the program. */
export function templateDirectory(name: 'stoa-envs' | 'stoa-platform'): string {
  return fileURLToPath(new URL(`../../../templates/${name}`, import.meta.url));
}

/** Every file of a template, with its placeholders replaced; paths use `/`. */
export async function readTemplate(directory: string, values: TemplateValues): Promise<ReadonlyMap<string, string>> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const texts = await Promise.all(
    files.sort().map(async (file): Promise<[string, string]> => {
      const text = await readFile(file, 'utf8');
      return [relative(directory, file).split(sep).join('/'), fill(text, values)];
    }),
  );
  return new Map(texts);
}

function fill(text: string, { repository, source = SOURCE, registry }: TemplateValues): string {
  return text
    .replaceAll(REPOSITORY, repository)
    .replaceAll(SOURCE, source.replace(/\.git$/, ''))
    .replaceAll(REGISTRY, registry);
}
