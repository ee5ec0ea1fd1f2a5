/** A program that a row needs could not be had: the row is skipped and says so. */
export class MissingProgramError extends Error {
  constructor(program: string) {
    super(`${program} could not be had`);
  }
}
