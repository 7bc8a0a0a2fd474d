import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  // Comparisons with other emulators have a configuration of their own: vitest.peers.config.ts.
  test: { exclude: [...configDefaults.exclude, 'test/differential/qemu/**'] },
});
