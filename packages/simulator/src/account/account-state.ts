import type { Account } from '../config/simulator-config.ts';
import { shanghaiDay } from '../shanghai-time.ts';

/** Why an account may not send now. */
export type LimitHit =
  | { readonly kind: 'suspended' | 'balance' | 'day' | 'month' }
  | { readonly kind: 'number-minute' | 'number-hour' | 'number-day'; readonly permits: number };

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** One account as it stands: its settings and what it has used up. */
export class AccountState {
  readonly name: string;
  #settings: Account;
  #day = '';
  #sentToday = 0;
  #month = '';
  #sentThisMonth = 0;
  #second = 0;
  #requestsThisSecond = 0;
  readonly #numbers = new Map<string, number[]>();

  constructor(name: string, settings: Account) {
    this.name = name;
    this.#settings = settings;
  }

  get settings(): Account {
    return this.#settings;
  }

  /** Replaces the settings; what was used up stays counted. */
  change(settings: Account): void {
    this.#settings = settings;
  }

  /** Texts sent today and this month, Asia/Shanghai. */
  usage(at: number): { readonly today: number; readonly thisMonth: number } {
    this.#turn(at);
    return { today: this.#sentToday, thisMonth: this.#sentThisMonth };
  }

  /** Counts a request; false when it is one too many in this second. */
  admitRequest(at: number): boolean {
    const { perSecond } = this.#settings;
    if (perSecond === undefined) return true;
    const second = Math.floor(at / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#requestsThisSecond = 0;
    }
    this.#requestsThisSecond += 1;
    return this.#requestsThisSecond <= perSecond;
  }

  /** The first limit that these texts would break; undefined when they may go. */
  limitHit(numbers: readonly string[], at: number): LimitHit | undefined {
    this.#turn(at);
    const { suspended, balanceTexts, dailyCap, monthlyCap } = this.#settings;
    const count = numbers.length;
    if (suspended) return { kind: 'suspended' };
    if (balanceTexts !== undefined && count > balanceTexts) return { kind: 'balance' };
    if (dailyCap !== undefined && this.#sentToday + count > dailyCap) return { kind: 'day' };
    if (monthlyCap !== undefined && this.#sentThisMonth + count > monthlyCap) return { kind: 'month' };
    for (const number of numbers) {
      const hit = this.#numberLimitHit(number, at);
      if (hit !== undefined) return hit;
    }
    return undefined;
  }

  /** Counts texts as sent. */
  use(numbers: readonly string[], at: number): void {
    this.#turn(at);
    this.#sentToday += numbers.length;
    this.#sentThisMonth += numbers.length;
    if (this.#settings.balanceTexts !== undefined) {
      this.#settings = { ...this.#settings, balanceTexts: this.#settings.balanceTexts - numbers.length };
    }
    if (!this.#limitsNumbers()) return;
    for (const number of numbers) {
      const recent = (this.#numbers.get(number) ?? []).filter((sent) => at - sent < DAY_MS);
      this.#numbers.set(number, [...recent, at]);
    }
  }

  #limitsNumbers(): boolean {
    return Object.values(this.#settings.numberLimits).some((permits) => permits !== undefined);
  }

  #numberLimitHit(number: string, at: number): LimitHit | undefined {
    const { perMinute, perHour, perDay } = this.#settings.numberLimits;
    const sent = this.#numbers.get(number) ?? [];
    const within = (ms: number): number => sent.filter((moment) => at - moment < ms).length;
    if (perMinute !== undefined && within(MINUTE_MS) >= perMinute) {
      return { kind: 'number-minute', permits: perMinute };
    }
    if (perHour !== undefined && within(HOUR_MS) >= perHour) return { kind: 'number-hour', permits: perHour };
    if (perDay !== undefined && within(DAY_MS) >= perDay) return { kind: 'number-day', permits: perDay };
    return undefined;
  }

  #turn(at: number): void {
    const day = shanghaiDay(at);
    if (day !== this.#day) {
      this.#day = day;
      this.#sentToday = 0;
      this.#numbers.forEach((sent, number) => {
        if (sent.every((moment) => at - moment >= DAY_MS)) this.#numbers.delete(number);
      });
    }
    const month = day.slice(0, 6);
    if (month !== this.#month) {
      this.#month = month;
      this.#sentThisMonth = 0;
    }
  }
}
