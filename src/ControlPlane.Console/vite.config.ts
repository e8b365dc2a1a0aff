import { defineConfig } from 'vite';

export default defineConfig({
  // The server has the page at /console/ and at /portal/, and a proxy may put a path before both.
  base: './',
  build: {
    target: 'es2022',
    // A place outside of this folder, which the build of the server names.
    outDir: '../../artifacts/console',
    emptyOutDir: true,
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  // For `npm run dev` beside a running server.
  server: { proxy: { '^/(controlplane[.]v1[.]|portal/settings[.]json)': 'http://127.0.0.1:7401' } },
});
