import { dirname, basename } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

/** Writes `stoa-cd render` and `stoa-cd preview` with all that they need, and nothing else, into one file. */
export async function bundleOffline(file: string): Promise<void> {
  await build({
    root: fileURLToPath(new URL('../../', import.meta.url)),
    configFile: false,
    publicDir: false,
    logLevel: 'error',
    ssr: { noExternal: true },
    build: {
      ssr: 'src/cli/offline-main.ts',
      target: 'node24',
      minify: true,
      outDir: dirname(file),
      emptyOutDir: false,
      rolldownOptions: {
        // No module that it needs does anything but define things.
        treeshake: { moduleSideEffects: (id: string) => id.endsWith('offline-main.ts') },
        output: { entryFileNames: basename(file), codeSplitting: false },
      },
    },
  });
}
