/**
 * Writes dist/offline.js, which bin/stoa-cd.js starts `stoa-cd render` and `stoa-cd preview` from.
 * @module
 */
import { fileURLToPath } from 'node:url';
import { bundleOffline } from './bundle.ts';

await bundleOffline(fileURLToPath(new URL('../../dist/offline.js', import.meta.url)));
