import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// The page is served under a policy that allows nothing inline, so nothing is inlined.
export default defineConfig({
  plugins: [react()],
  build: { target: 'es2023', assetsInlineLimit: 0, modulePreload: { polyfill: false } },
});
