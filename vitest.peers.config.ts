import { defineConfig } from 'vitest/config';

/** `npm run test:peers`: comparisons with other emulators, where they are installed. Minutes, not seconds. */
export default defineConfig({
  test: { include: ['test/differential/qemu/*.test.ts'], testTimeout: 120_000 },
});
