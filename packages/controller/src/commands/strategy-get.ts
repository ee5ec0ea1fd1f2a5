import { stringify } from 'yaml';
import type { CommandDefinition } from '../command-definition.ts';
import { exitCodes } from '../exit-code.ts';
import { storedDocument } from '../strategy/stored-document.ts';
import { requireCurrent } from '../workflow/current-strategy.ts';

/** `wayctl strategy get`. */
export const strategyGet: CommandDefinition = {
  name: 'strategy get',
  summary: 'Print the strategy in etcd',
  details:
    'Prints it as YAML with its revision in a comment; with -o json or yaml the document alone. What it prints can be applied again.',
  examples: ['wayctl strategy get > strategy.yaml', 'wayctl --env staging strategy get -o json | jq .routes'],
  async run(invocation) {
    const current = await requireCurrent(invocation);
    const document = storedDocument(current.text);
    const { env, fleet } = (await invocation.common()).connection;
    await invocation.emit(
      document,
      (colours) =>
        `${colours.dim(`# ${env}/${fleet}, revision ${current.revision}`)}\n${stringify(document)}`,
    );
    return exitCodes.done;
  },
};
