import { WaystationError } from '@waystation/core';
import type { CurrentStrategy } from '../fleet/strategy-repository.ts';
import type { Invocation } from '../invocation.ts';
import { checkText } from '../strategy/check-strategy.ts';
import type { ValidStrategy } from '../strategy/check-strategy.ts';

/** The strategy in the store, or `STRATEGY_MISSING` with what to do about it. */
export async function requireCurrent(invocation: Invocation): Promise<CurrentStrategy> {
  const repository = await invocation.repository();
  const current = await repository.read({ signal: invocation.world.interrupted });
  if (current !== undefined) return current;
  const { env, fleet } = (await invocation.common()).connection;
  throw new WaystationError(
    'STRATEGY_MISSING',
    `${env}/${fleet} has no strategy yet: write one with "wayctl strategy apply -f FILE"`,
  );
}

/** The strategy in the store, checked, or the error that says why nothing can be derived from it. */
export async function requireValid(
  invocation: Invocation,
): Promise<{ current: CurrentStrategy; strategy: ValidStrategy }> {
  const current = await requireCurrent(invocation);
  const checked = checkText(current.text, 'strategy in etcd');
  if (checked.valid) return { current, strategy: checked };
  throw new WaystationError(
    checked.code,
    `the strategy in etcd is not valid, so it has to be replaced whole ("wayctl strategy edit"): ${checked.mistakes
      .map(({ message }) => message)
      .join('; ')}`,
  );
}
