import type { ConfigStore } from '@waystation/core';
export function openEtcdStore(): Promise<ConfigStore> {
  throw new Error('x');
}
export function grantEtcdAccess(): Promise<void> {
  throw new Error('x');
}
