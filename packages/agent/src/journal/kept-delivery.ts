import type { Delivery } from '@waystation/core';

/** A message in the journal that is sent of our own accord until its time. */
export type KeptDelivery = Omit<Delivery, 'tries'>;
