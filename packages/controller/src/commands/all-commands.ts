import type { CommandDefinition } from '../command-definition.ts';
import { agentsCommand } from './agents.ts';
import { channelDrain } from './channel-drain.ts';
import { channelPin } from './channel-pin.ts';
import { channelUndrain } from './channel-undrain.ts';
import { channelUnpin } from './channel-unpin.ts';
import { completeCommand } from './complete.ts';
import { completionCommand } from './completion.ts';
import { etcdRoles } from './etcd-roles.ts';
import { eventsCommand } from './events.ts';
import { policySet } from './policy-set.ts';
import { primarySet } from './primary-set.ts';
import { statusCommand } from './status.ts';
import { strategyApply } from './strategy-apply.ts';
import { strategyDiff } from './strategy-diff.ts';
import { strategyEdit } from './strategy-edit.ts';
import { strategyGet } from './strategy-get.ts';
import { strategyHistory } from './strategy-history.ts';
import { strategyRollback } from './strategy-rollback.ts';
import { strategyShow } from './strategy-show.ts';
import { strategyValidate } from './strategy-validate.ts';
import { watchCommand } from './watch.ts';
import { weightsSet } from './weights-set.ts';

/** The first words of commands of two words, and what they are about. */
export const groups: Readonly<Record<string, string>> = {
  strategy: 'The strategy: read, check, change, go back',
  weights: "Shares of a route's channels",
  primary: 'The primary channel of a route',
  policy: 'How a route picks its channels',
  channel: "Operators' overrides: drain and pin",
  etcd: 'Access control of etcd',
};

const visible: readonly CommandDefinition[] = [
  strategyGet,
  strategyValidate,
  strategyApply,
  strategyEdit,
  strategyDiff,
  strategyHistory,
  strategyShow,
  strategyRollback,
  weightsSet,
  primarySet,
  policySet,
  channelDrain,
  channelUndrain,
  channelPin,
  channelUnpin,
  statusCommand,
  agentsCommand,
  eventsCommand,
  watchCommand,
  etcdRoles,
  completionCommand,
];

/** Every command, in the order of the help. */
export const commands: readonly CommandDefinition[] = [...visible, completeCommand(visible)];
