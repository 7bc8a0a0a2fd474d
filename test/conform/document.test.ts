import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { readExpectation, report } from '../../src/cli/conform.ts';
import { CONFORM_PROFILES } from '../../src/conform/expectation.ts';
import { diagramOf } from './diagram.ts';
import { replacePart, tableOf } from './markdown.ts';

/** docs/conformance.md and its picture are up to date; `npm run conformance` writes them anew. */
const DOCUMENT = 'docs/conformance.md';
const PICTURE = 'docs/page-states.svg';

test('the tables are what zhint conform finds', async () => {
  const expectation = await readExpectation();
  const tables = CONFORM_PROFILES.map((profile) => tableOf(report(expectation, profile).summary));
  const document = replacePart(readFileSync(DOCUMENT, 'utf8'), 'tables', tables.join('\n'));
  await expect(document).toMatchFileSnapshot(`../../${DOCUMENT}`);
});

test('the picture shows what the expectation says', async () => {
  await expect(diagramOf((await readExpectation()).profiles.zvm)).toMatchFileSnapshot(`../../${PICTURE}`);
});
