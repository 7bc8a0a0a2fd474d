import type { Cpu } from './cpu.ts';
import type { FormatName } from './formats.ts';
import type { Instruction } from './instruction.ts';
import type { I32, Meaning } from './meaning.ts';

/**
 * One instruction, one row. Decoder, interpreter, assembler, disassembler and the printed list all come from these.
 */
export interface Row {
  /** Operation code as the PoP prints it, without fields: '1a', 'a7b', 'c04', 'b908', 'e304' (first byte and last byte), 'e544'. */
  readonly opcode: string;
  readonly mnemonic: string;
  readonly format: FormatName;
  /** The PoP's name of the instruction. */
  readonly title: string;
  /** Overrides the format's operand syntax, for instance where R1 names a control register. See {@link Format.operands}. */
  readonly operands?: string;
  /** STFLE bit of the facility that brings the instruction; absent: every z/Architecture machine has it. */
  readonly facility?: number;
  /** Privileged-operation exception in the problem state, before any other check of the operands. */
  readonly privileged?: true;
  /** A vector instruction: data exception, DXC FE, unless CR0 has both the vector-enablement control and the AFP-register control. */
  readonly vector?: true;
  /** When SIE gives the instruction to the host instead of executing it (spec/sie.md 4.4). */
  readonly intercept?: Intercept;
  /** Worth a place in the interpreter's central dispatch instead of a call; changes speed only. */
  readonly hot?: true;
  /** What the instruction does, in the vocabulary that both producers read … */
  readonly meaning?: (m: Meaning) => void;
  /** … or, for rare and long instructions, a plain function that both call. */
  readonly plain?: (cpu: Cpu, i: Instruction) => void;
  /** The frequent case of a plain row in the vocabulary, for speed only. */
  readonly shortcut?: (m: Meaning) => Shortcut;
}

/** What a plain row's function need not be called for. */
export interface Shortcut {
  /** Nonzero when the case is at hand. */
  readonly applies: I32;
  /** Does all that the instruction does then. */
  readonly work: () => void;
}

/** `always`: mandatory interception; the row needs no meaning. `ictl`: interception when any of these bits of the state description's ICTL (0x48) is one. */
export type Intercept = 'always' | { readonly ictl: number };

type Traits = Pick<Row, 'operands' | 'facility' | 'privileged' | 'vector' | 'intercept' | 'hot' | 'shortcut'>;

/** A row whose meaning is written in the vocabulary. */
export const row = (
  opcode: string,
  mnemonic: string,
  format: FormatName,
  title: string,
  traits: Traits,
  meaning: (m: Meaning) => void,
): Row => ({ opcode, mnemonic, format, title, ...traits, meaning });

/** A row whose meaning is a plain function. */
export const plainRow = (
  opcode: string,
  mnemonic: string,
  format: FormatName,
  title: string,
  traits: Traits,
  plain: (cpu: Cpu, i: Instruction) => void,
): Row => ({ opcode, mnemonic, format, title, ...traits, plain });

/** A row that SIE always gives to the host: it has no meaning here. */
export const interceptedRow = (
  opcode: string,
  mnemonic: string,
  format: FormatName,
  title: string,
  traits: Omit<Traits, 'intercept'> = {},
): Row => ({ opcode, mnemonic, format, title, ...traits, intercept: 'always' });
