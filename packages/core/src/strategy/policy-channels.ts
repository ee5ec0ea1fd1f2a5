import type { Policy } from '../model/route.ts';
import type { DocumentPath } from './document-path.ts';

/** A channel in a policy. */
export interface PolicyChannel {
  readonly name: string;
  /** Where it stands, from the policy on. */
  readonly at: DocumentPath;
  /** Whether it takes messages while all is well; the others only stand in. */
  readonly primary: boolean;
}

/** The channels that a policy names, in its order. */
export function policyChannels(policy: Policy): PolicyChannel[] {
  switch (policy.kind) {
    case 'primary-backup':
      return policy.order.map((name, index) => ({ name, at: ['order', index], primary: index === 0 }));
    case 'weighted-random':
      return Object.entries(policy.weights).map(([name, weight]) => ({
        name,
        at: ['weights', name],
        primary: weight > 0,
      }));
    case 'lowest-latency':
      return policy.channels.map((name, index) => ({ name, at: ['channels', index], primary: true }));
  }
}
