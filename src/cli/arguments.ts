import arg from 'arg';
import { InputError } from '../guest/input-error.ts';

/** Parses the arguments of a command. Throws {@link InputError} for those that `spec` does not have, with the usage. */
export const parseArguments = <T extends arg.Spec>(command: string, spec: T, argv: readonly string[], usage: string): arg.Result<T> => {
  try {
    return arg(spec, { argv: [...argv] });
  } catch (error) {
    if (!(error instanceof arg.ArgError)) throw error;
    throw new InputError({ file: `zhint ${command}` }, `${error.message}, expected: ${usage}`);
  }
};

/** The one operand of a command. Throws {@link InputError} when there is none or more. */
export const oneOperand = (command: string, operands: readonly string[], usage: string): string => {
  const [operand] = operands;
  if (operand === undefined || operands.length > 1) {
    throw new InputError({ file: `zhint ${command}` }, `${operands.length} operands, expected: ${usage}`);
  }
  return operand;
};
