import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openSession } from '../src/cli/open.ts';

/**
 * The small benchmark images, to the instruction. The counts were taken with QEMU's plugin interface, where an EXECUTE whose target is MVC
 * or CLC, the only kind in these images, counts as one instruction together with its target.
 */
const COUNTS = { sieve: 66_402_339, mixed: 27_494_611, touch: 14_000_021 } as const;
/** What building the tables for DAT adds. */
const DAT = 104_980;

const STORAGE = 64 << 20;

/** The images are no part of this repository. */
const directory = process.env['ZHINT_BENCH'] ?? fileURLToPath(new URL('../../shared/bench/images', import.meta.url));
const missing = !existsSync(directory);
if (missing)
  console.warn(`benchmark images skipped: there is no ${relative(process.cwd(), directory)}; $ZHINT_BENCH names their directory`);

const cases = Object.entries(COUNTS).flatMap(([name, count]) => [
  [`${name}-small`, count] as const,
  [`${name}-dat-small`, count + DAT] as const,
]);

test.skipIf(missing).each(cases)('%s ends at 0xfff after %i instructions', { timeout: 60_000 }, (name, instructions) => {
  const session = openSession(join(directory, `${name}.elf`), { storage: STORAGE });
  const { reason } = session.run()!;
  expect({ reason, instructions: session.machine.instructions }).toEqual({
    reason: 'CPU 0 loaded a disabled wait with address 0xfff',
    instructions,
  });
});
