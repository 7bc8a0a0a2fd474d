import { expect, test } from 'vitest';
import { ROWS } from '../../../src/cpu/rows/index.ts';
import { PAGE } from '../../differential/qemu/layout.ts';
import { makeCase } from './cases.ts';
import { PREFIX } from './layout.ts';
import { prefixAreaGone } from './runner.ts';
import { Stage } from './stage.ts';
import { describeSweep } from './sweep-test.ts';

describeSweep(2);

test.for([
  { name: 'first', page: PREFIX },
  { name: 'second', page: PREFIX + PAGE },
])('without the $name page of its prefix area a guest is not entered', ({ page }) => {
  const stage = new Stage('zvm', 2);
  const one = makeCase(ROWS.find(({ mnemonic }) => mnemonic === 'lg')!, { name: 'plain' }, 1, 0);
  expect(prefixAreaGone(stage, one, page, 'V')).toEqual([]);
  expect(prefixAreaGone(stage, one, page, 'U')).toEqual([]);
});
