import type { Cpu } from '../cpu.ts';
import type { Instruction } from '../instruction.ts';
import { PGM } from '../interruption.ts';
import { plainRow, type Row } from '../row.ts';

/**
 * The message-security assist. Which functions an instruction has is the model's affair, and function 0, query, tells (PoP, "KM", "Query").
 * This model has query only: programs that ask do their ciphers themselves.
 */

/** Fields of register 0, bits 56 and 57-63. */
const MODIFIER = 0x80n;
const FUNCTION = 0x7fn;
const QUERY = 0n;
/** The status word: a bit for each function, from the left. */
const ONLY_QUERY = Uint8Array.of(0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0);
/** {@link Instruction.baseOf}: general register 1, which the instruction implies. */
const PARAMETER_BLOCK = 16 + 1;

interface Rules {
  /** Registers that designate operands: even, and not 0. */
  readonly even: readonly ('r1' | 'r2' | 'r3')[];
  /** Bit 56 of register 0 has a meaning; elsewhere it must be zero. */
  readonly modifier: boolean;
}

const cipher =
  ({ even, modifier }: Rules) =>
  (cpu: Cpu, i: Instruction): void => {
    if (even.some((r) => i[r] === 0 || i[r] & 1)) cpu.programCheck(PGM.SPECIFICATION);
    if (!modifier && cpu.gr[0]! & MODIFIER) cpu.programCheck(PGM.SPECIFICATION);
    if ((cpu.gr[0]! & FUNCTION) !== QUERY) cpu.programCheck(PGM.SPECIFICATION);
    cpu.storeBytes(cpu.gr[1]! & cpu.addressMask, ONLY_QUERY, PARAMETER_BLOCK);
    cpu.cc = 0;
  };

const CIPHER: Rules = { even: ['r1', 'r2'], modifier: true };
const DIGEST: Rules = { even: ['r2'], modifier: false };
const NO_OPERANDS: Rules = { even: [], modifier: false };

/** STFLE bits of the assist and its extensions 3, 4 and 5. */
const ASSIST = { facility: 17 } as const;
const EXTENSION_3 = { facility: 76 } as const;
const EXTENSION_4 = { facility: 77 } as const;
const EXTENSION_5 = { facility: 57 } as const;

// biome-ignore format: one row a line
export const MESSAGE_SECURITY: readonly Row[] = [
  plainRow('b92e', 'km', 'RRE', 'CIPHER MESSAGE', ASSIST, cipher(CIPHER)),
  plainRow('b92f', 'kmc', 'RRE', 'CIPHER MESSAGE WITH CHAINING', ASSIST, cipher(CIPHER)),
  plainRow('b91e', 'kmac', 'RRE', 'COMPUTE MESSAGE AUTHENTICATION CODE', ASSIST, cipher(DIGEST)),
  plainRow('b93e', 'kimd', 'RRE', 'COMPUTE INTERMEDIATE MESSAGE DIGEST', ASSIST, cipher(DIGEST)),
  plainRow('b93f', 'klmd', 'RRE', 'COMPUTE LAST MESSAGE DIGEST', ASSIST, cipher(DIGEST)),
  plainRow('b928', 'pckmo', 'RRE', 'PERFORM CRYPTOGRAPHIC KEY MANAGEMENT OPERATION', { ...EXTENSION_3, privileged: true, operands: '' }, cipher(NO_OPERANDS)),
  plainRow('b92a', 'kmf', 'RRE', 'CIPHER MESSAGE WITH CIPHER FEEDBACK', EXTENSION_4, cipher(CIPHER)),
  plainRow('b92b', 'kmo', 'RRE', 'CIPHER MESSAGE WITH OUTPUT FEEDBACK', EXTENSION_4, cipher(CIPHER)),
  plainRow('b92d', 'kmctr', 'RRF-a', 'CIPHER MESSAGE WITH COUNTER', { ...EXTENSION_4, operands: 'r1,r3,r2' }, cipher({ even: ['r1', 'r2', 'r3'], modifier: true })),
  plainRow('b92c', 'pcc', 'RRE', 'PERFORM CRYPTOGRAPHIC COMPUTATION', { ...EXTENSION_4, operands: '' }, cipher(NO_OPERANDS)),
  plainRow('b93c', 'prno', 'RRE', 'PERFORM RANDOM NUMBER OPERATION', EXTENSION_5, cipher(CIPHER)),
];
