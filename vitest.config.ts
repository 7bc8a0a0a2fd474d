import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  // Comparisons with other emulators have a configuration of their own: vitest.peers.config.ts.
  // The time is for a busy machine: a test that hangs still ends.
  test: { exclude: [...configDefaults.exclude, 'test/differential/qemu/**'], testTimeout: 60_000 },
});
