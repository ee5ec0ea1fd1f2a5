/** A process that is needed runs no more: nothing is waited for any longer. */
export class ProcessEndedError extends Error {}
