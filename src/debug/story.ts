import type { Events } from '../cpu/events.ts';
import { nullifies } from '../cpu/interruption.ts';
import { stateName } from '../cpu/pgste.ts';
import { ORC_NAMES, programName } from './names.ts';
import { hex, type Result } from './result.ts';
import type { Session } from './session.ts';
import { instructionText } from './trace.ts';
import { atLevel, HOST_WORDS, pswText, stateWords } from './words.ts';

/** Who acts; each has a colour on a terminal. */
type Actor = 'guest' | 'host' | 'machine';
const COLOURS: Readonly<Record<Actor, number>> = { guest: 32, host: 33, machine: 31 };

/** Instructions after which a story gets too long to read. */
const LONGEST_STORY = 100_000;

/** Runs a session and tells every event in words. @returns the result */
export const tellStory = (session: Session, write: (line: string) => void, colour: boolean): Result => {
  const teller = new Teller(session, write, colour);
  teller.begin();
  const outcome = session.run(LONGEST_STORY) ?? { verdict: 'limit', reason: `the story stops after ${LONGEST_STORY} instructions` };
  const result = session.result(outcome);
  teller.end(result);
  return result;
};

class Teller {
  readonly #session: Session;
  readonly #write: (line: string) => void;
  readonly #colour: boolean;
  #step = 0;
  #lastLine = '';
  /** Why the host did what it did last. */
  #reason = '';

  constructor(session: Session, write: (line: string) => void, colour: boolean) {
    this.#session = session;
    this.#write = write;
    this.#colour = colour;
  }

  begin(): void {
    const { fixture, machine } = this.#session;
    if (fixture?.title) this.#write(this.#bold(fixture.title));
    this.#write('');
    const { events } = machine.configuration;
    events.on('instruction', (e) => this.#instruction(e));
    events.on('essa', (e) => this.#essa(e));
    events.on('host', (e) => {
      this.#reason = e.reason;
    });
    events.on('pageState', (e) => this.#pageState(e));
    events.on('interruption', (e) => this.#interruption(e));
    events.on('interception', (e) => this.#interception(e));
  }

  end(result: Result): void {
    this.#flush();
    this.#write('');
    for (const failure of result.failures) this.#write(failure);
    const { discards, drops, pageOuts, pageIns, bytesWritten } = result.host as Record<string, number>;
    this.#write(this.#bold(`${result.verdict}: ${result.reason} after ${result.instructions} instructions`));
    this.#write(
      `The host discarded ${discards} and dropped ${drops} pages, paged ${pageOuts} out and ${pageIns} in, and wrote ${bytesWritten} bytes to its paging device.`,
    );
  }

  #instruction({ cpu, address }: Events['instruction']): void {
    this.#flush();
    const source = this.#label(address);
    const text = instructionText(this.#session.machine, cpu, address);
    this.#lastLine = `${source}${text}`;
  }

  #essa({ orc, page, result, level }: Events['essa']): void {
    this.#tell(
      'guest',
      `executes ESSA ${orc}, "${ORC_NAMES[orc]}", for page ${hex(page)}${atLevel(level)}; it learns the state before: ${hex(result, 2)}`,
      this.#lastLine,
    );
  }

  #pageState({ page, before, after, by, level }: Events['pageState']): void {
    const change = `page ${hex(page)}: ${this.#bold(`${stateName(before)} -> ${stateName(after)}`)}  (${stateWords(before)} -> ${stateWords(after)})${atLevel(level)}`;
    if (by.startsWith('ESSA')) this.#detail(change);
    else {
      this.#tell('host', `${HOST_WORDS[by] ?? by} (${this.#reason})`);
      if (this.#reason.startsWith('access')) this.#detail(`the access: ${this.#lastLine}`);
      this.#detail(change);
    }
  }

  #interruption(e: Events['interruption']): void {
    const name = e.class === 'program' ? `${programName(e.code)} exception` : `${e.class} interruption`;
    this.#tell(
      'machine',
      `interrupts the guest${atLevel(e.level)}: ${e.class} interruption code ${hex(e.code)}, ${name}`,
      `the instruction: ${this.#label(e.at)}${instructionText(this.#session.machine, e.cpu, e.at)}`,
    );
    if (e.teid !== undefined)
      this.#detail(`lowcore 0xa8: ${hex(e.teid)}${e.code === 0x1a ? ', the absolute address of the page, not the virtual one' : ''}`);
    const ending =
      e.class !== 'program'
        ? ''
        : nullifies(e.code)
          ? ', at the instruction: it is nullified and can be executed again'
          : ', behind the instruction';
    this.#detail(`old PSW: ${pswText(e.oldPsw)}${ending}`);
    const { cpu } = this.#session.machine.vcpus[e.cpu]!;
    this.#after = () => this.#detail(`new PSW: ${pswText(cpu.psw)}${this.#label(cpu.psw.address, ', which is at label ')}`);
  }
  #after: (() => void) | undefined;

  #interception({ code, ipa, ipb, level }: Events['interception']): void {
    if (code === 0x1c) return;
    this.#tell(
      'machine',
      `leaves SIE${atLevel(level)}: interception ${hex(code, 2)}`,
      code === 0x04 ? `instruction ${hex(ipa, 4)} ${hex(ipb, 8)}` : undefined,
    );
  }

  /** Writes a numbered step, with what it was done by. */
  #tell(actor: Actor, what: string, detail?: string): void {
    this.#flush();
    this.#step++;
    const who = this.#colour ? `\u001b[${COLOURS[actor]}m${actor}\u001b[0m` : actor;
    this.#write(`${String(this.#step).padStart(3)}  The ${who} ${what}.`);
    if (detail) this.#detail(detail);
  }

  #detail(text: string): void {
    this.#write(`       ${text}`);
  }

  #flush(): void {
    this.#after?.();
    this.#after = undefined;
  }

  #bold(text: string): string {
    return this.#colour ? `\u001b[1m${text}\u001b[0m` : text;
  }

  /** "label: " where a label of the program stands at the address. */
  #label(address: bigint, before = ''): string {
    for (const [name, value] of this.#session.program.symbols) {
      if (value === address && !this.#session.program.absolute?.has(name)) return before ? `${before}${name}` : `${name}:  `;
    }
    return '';
  }
}
