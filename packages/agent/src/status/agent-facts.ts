/** Who this agent is; fixed for its life. */
export interface AgentFacts {
  readonly agentId: string;
  readonly version: string;
  readonly hostname: string;
  readonly env: string;
  readonly fleet: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Wall-clock ms. */
  readonly startedAt: number;
}

/** Where an agent stands in its life. */
export type AgentPhase = 'starting' | 'serving' | 'stopping';
