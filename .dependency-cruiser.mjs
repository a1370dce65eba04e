// Who may import whom, generated from tools/boundaries/domains.json (the table in ARCHITECTURE.md comes from the same file).
import { readFileSync } from 'node:fs';

const domains = JSON.parse(readFileSync(new URL('./tools/boundaries/domains.json', import.meta.url), 'utf8'));

const folder = (name) => `^src/${name}/`;
const door = (name) => `^src/${name}/index\\.ts$`;

/** A domain sees itself whole, and of the domains it may import, only the door. */
const perDomain = domains
  .filter(({ imports }) => !imports.includes('*'))
  .map(({ domain, imports }) => ({
    name: `domain-${domain.replace('/', '-')}`,
    comment: `${domain} may import ${imports.length === 0 ? 'no other domain' : imports.join(', ')} (through index.ts)`,
    severity: 'error',
    from: { path: folder(domain) },
    to: { path: '^(src|web|test|bench|tools)/', pathNot: [folder(domain), ...imports.map(door)] },
  }));

export default {
  forbidden: [
    ...perDomain,
    {
      name: 'only-through-the-door',
      severity: 'error',
      from: { path: '^(src/cli|bench)/' },
      to: { path: '^src/', pathNot: ['^src/cli/', ...domains.map(({ domain }) => door(domain))] },
    },
    {
      name: 'web-takes-types-only',
      severity: 'error',
      from: { path: '^web/' },
      to: { path: '^src/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-circular',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    { name: 'no-orphan-domain', severity: 'error', from: {}, to: { couldNotResolve: true } },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default'] },
  },
};
