import { PGM } from '../cpu/interruption.ts';
import type { Machine } from './machine.ts';
import type { UnfairScheduler } from './scheduler.ts';

/** Of the moments at which a CPU could be stopped awkwardly, one in so many is used. */
const ONCE_IN = 6;

/**
 * Stops CPUs where it hurts: just after a discard fault, an ESSA or a change of a storage key a CPU is left out for a while, so that the
 * others and the host go on between what belongs together. A scheduler that knows nothing comes there too, but seldom.
 */
export const stopAwkwardly = ({ configuration: { events, cpus } }: Machine, scheduler: UnfairScheduler): void => {
  const stop = ({ cpu }: { cpu: number }): void => {
    if (!scheduler.draws(ONCE_IN)) return;
    scheduler.leaveOut(cpu);
    cpus[cpu]!.endTurn();
  };
  events.on('interruption', (event) => {
    if (event.class === 'program' && event.code === PGM.BLOCK_VOLATILITY) stop(event);
  });
  events.on('essa', stop);
  events.on('key', stop);
};
