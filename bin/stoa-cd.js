#!/usr/bin/env node
// Runs the published JavaScript where it was built, the TypeScript sources otherwise.
import { existsSync } from 'node:fs';

const [major] = process.versions.node.split('.');
if (Number(major) < 24) {
  process.stderr.write(`stoa-cd needs Node.js 24 or newer, this is ${process.version}\n`);
  process.exit(2);
}
const built = new URL('../dist/cli/main.js', import.meta.url);
// Alone it starts in a tenth of the time: a merge gate renders often.
const render = new URL('../dist/render.js', import.meta.url);
if (process.argv[2] === 'render' && existsSync(render)) await import(render.href);
else await import(existsSync(built) ? built.href : new URL('../src/cli/main.ts', import.meta.url).href);
