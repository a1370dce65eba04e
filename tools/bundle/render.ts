/**
 * Writes dist/render.js, which bin/stoa-cd.js starts `stoa-cd render` from.
 * @module
 */
import { fileURLToPath } from 'node:url';
import { bundleRender } from './bundle.ts';

await bundleRender(fileURLToPath(new URL('../../dist/render.js', import.meta.url)));
