import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { openSession } from '../src/cli/open.ts';

/** Small programs that once went wrong; each is a fixture that says what must come out. */
const DIRECTORY = fileURLToPath(new URL('programs/', import.meta.url));

test.for(readdirSync(DIRECTORY).filter((name) => name.endsWith('.s')))('%s', (name) => {
  const session = openSession(`${DIRECTORY}${name}`, {});
  const { verdict, reason, failures } = session.result(session.run()!);
  expect({ verdict, reason, failures }).toMatchObject({ verdict: 'passed', failures: [] });
});
