import type { Row } from '../row.ts';
import { ARITHMETIC } from './arithmetic.ts';
import { ASSISTS } from './assists.ts';
import { BRANCH } from './branch.ts';
import { COMPARE } from './compare.ts';
import { CONTROL_OTHER } from './control-other.ts';
import { CONTROL_PSW } from './control-psw.ts';
import { CONTROL_REGISTERS } from './control-registers.ts';
import { CONTROL_STORAGE } from './control-storage.ts';
import { CONTROL_TIMING } from './control-timing.ts';
import { DECIMAL } from './decimal.ts';
import { EDIT } from './edit.ts';
import { FLOATING_POINT } from './floating-point.ts';
import { HIGH_WORD } from './high-word.ts';
import { INTERLOCKED } from './interlocked.ts';
import { KEYED_MOVES } from './keyed-moves.ts';
import { LOAD_STORE } from './load-store.ts';
import { LOGICAL } from './logical.ts';
import { LONG_MOVES } from './long-moves.ts';
import { MESSAGE_SECURITY } from './message-security.ts';
import { MOVE_PAGE } from './move-page.ts';
import { PERFORM_LOCKED } from './perform-locked.ts';
import { SHIFT } from './shift.ts';
import { STRINGS } from './strings.ts';
import { UNICODE } from './unicode.ts';
import { VECTOR_DECIMAL } from './vector-decimal.ts';
import { VECTOR_FLOAT } from './vector-float.ts';
import { VECTOR_INTEGER } from './vector-integer.ts';
import { VECTOR_MULTIPLY_SHIFT } from './vector-multiply-shift.ts';
import { VECTOR_REVERSED } from './vector-reversed.ts';
import { VECTOR_STRING } from './vector-string.ts';
import { VECTOR_SUPPORT } from './vector-support.ts';
import { VIRTUALIZATION } from './virtualization.ts';

/** Every instruction of zhint. */
export const ROWS: readonly Row[] = [
  ...LOAD_STORE,
  ...BRANCH,
  ...ARITHMETIC,
  ...COMPARE,
  ...LOGICAL,
  ...SHIFT,
  ...INTERLOCKED,
  ...PERFORM_LOCKED,
  ...HIGH_WORD,
  ...LONG_MOVES,
  ...STRINGS,
  ...UNICODE,
  ...DECIMAL,
  ...EDIT,
  ...ASSISTS,
  ...VIRTUALIZATION,
  ...CONTROL_OTHER,
  ...CONTROL_PSW,
  ...CONTROL_REGISTERS,
  ...CONTROL_STORAGE,
  ...KEYED_MOVES,
  ...MOVE_PAGE,
  ...MESSAGE_SECURITY,
  ...CONTROL_TIMING,
  ...FLOATING_POINT,
  ...VECTOR_SUPPORT,
  ...VECTOR_REVERSED,
  ...VECTOR_INTEGER,
  ...VECTOR_MULTIPLY_SHIFT,
  ...VECTOR_STRING,
  ...VECTOR_FLOAT,
  ...VECTOR_DECIMAL,
];
