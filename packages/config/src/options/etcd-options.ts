import { namePattern } from '@waystation/core';
import * as z from 'zod';
import type { OptionDefinition, OptionValues } from './option-definition.ts';

const endpoint = z.string().refine((text) => {
  if (!URL.canParse(text)) return false;
  const { protocol, pathname, username, password, search, hash } = new URL(text);
  return /^https?:$/.test(protocol) && pathname === '/' && `${username}${password}${search}${hash}` === '';
}, 'must be a URL such as http://127.0.0.1:2379 or https://etcd-1:2379');

const name = z
  .string()
  .regex(namePattern, 'must be 1–63 letters, digits, ".", "_" or "-", beginning with a letter or digit');
const file = z.string().min(1, 'must name a file').optional();

function fileOption(description: string): OptionDefinition<string | undefined> {
  return { kind: 'text', placeholder: '<file>', description, schema: file };
}

const endpoints: OptionDefinition<readonly string[]> = {
  kind: 'list',
  placeholder: '<urls>',
  description: 'etcd, one or more URLs',
  schema: z.array(endpoint).min(1, 'must name at least one URL'),
  fallback: 'http://127.0.0.1:2379',
};
const user: OptionDefinition<string | undefined> = {
  kind: 'text',
  placeholder: '<name>',
  description: 'user of etcd',
  schema: z.string().min(1, 'must be a name').optional(),
};

/** How to reach etcd: the same flags, variables and defaults in every program. */
export const etcdOptions = {
  etcdEndpoints: endpoints,
  etcdCa: fileOption("authority that signed etcd's certificate (PEM)"),
  etcdCert: fileOption('client certificate for etcd (PEM)'),
  etcdKey: fileOption("the client certificate's key (PEM)"),
  etcdUser: user,
  etcdPasswordFile: fileOption("file that holds the user's password"),
};

function nameOption(description: string): OptionDefinition<string> {
  return { kind: 'text', placeholder: '<name>', description, schema: name, fallback: 'default' };
}

/** Which fleet is meant: the same flags, variables and defaults in every program. */
export const fleetOptions = {
  env: nameOption('environment'),
  fleet: nameOption('fleet within the environment'),
};

/** What is wrong between options of etcd that are well formed each by itself. */
export function checkEtcdOptions(values: OptionValues<typeof etcdOptions>): string[] {
  const { etcdEndpoints, etcdCa, etcdCert, etcdKey, etcdUser, etcdPasswordFile } = values;
  const secure = etcdEndpoints.filter((url) => url.startsWith('https:')).length;
  const issues: string[] = [];
  if (secure !== 0 && secure !== etcdEndpoints.length) {
    issues.push(`--etcd-endpoints must be all https or all http, got ${etcdEndpoints.join(', ')}`);
  }
  if (secure === 0 && (etcdCa ?? etcdCert ?? etcdKey) !== undefined) {
    issues.push('--etcd-ca, --etcd-cert and --etcd-key need https endpoints in --etcd-endpoints');
  }
  if ((etcdCert === undefined) !== (etcdKey === undefined)) {
    issues.push('--etcd-cert and --etcd-key must be given together');
  }
  if ((etcdUser === undefined) !== (etcdPasswordFile === undefined)) {
    issues.push('--etcd-user and --etcd-password-file must be given together');
  }
  return issues;
}
