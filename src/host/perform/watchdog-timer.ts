import { PGM } from '../../cpu/interruption.ts';
import type { Performer } from '../intercepted.ts';

const FUNCTION = { INIT: 0n, CHANGE: 1n, CANCEL: 2n } as const;
/** What happens when the timer runs out. There is one action: restart. */
const RESTART = 0n;
const LEAST_SECONDS = 15n;

/** A timer that runs for longer than counts of instructions are exact never runs out. */
const MOST_SECONDS = 1n << 26n;

/**
 * X'288', watchdog timer: R1 has the function, the register after it seconds of the guest's clock, R3 the action. When the timer runs out the
 * first CPU is restarted.
 */
export const watchdogTimer: Performer = ({ watchdog, configuration }, { cpu }, i) => {
  const invalid = (): never => cpu.programCheck(PGM.SPECIFICATION);
  if (i.r1 & 1) invalid();
  const code = cpu.gr[i.r1]!;
  const seconds = cpu.gr[i.r1 + 1]!;
  if (cpu.gr[i.r3]! !== RESTART) invalid();
  if (code > FUNCTION.CANCEL || (code !== FUNCTION.CANCEL && seconds < LEAST_SECONDS)) invalid();
  if (code !== FUNCTION.INIT && !watchdog.initialized) invalid();
  if (code === FUNCTION.CANCEL) watchdog.cancel();
  else watchdog.set(configuration.elapsed, seconds > MOST_SECONDS ? Number.POSITIVE_INFINITY : Number(seconds));
};
