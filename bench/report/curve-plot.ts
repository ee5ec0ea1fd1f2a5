import type { CurveResult } from './result.ts';
import { showNumber } from './show-number.ts';

const [width, panelHeight, left, right, top, bottom] = [760, 210, 70, 20, 34, 40];
const plotWidth = width - left - right;
const plotHeight = panelHeight - top - bottom;

/** One thing that is drawn over the amounts, with the lowest and the highest round. */
interface Line {
  readonly title: string;
  readonly points: readonly { x: number; median: number; min: number; max: number }[];
}

/** Two panels, sends a second and the 99th percentile, over what grows; the axis of amounts is logarithmic. */
export function curvePlot({ title, grows, points }: CurveResult): string {
  const lines: readonly Line[] = [
    { title: `${title}: sends/s`, points: points.map(({ x, rate }) => ({ x, ...rate })) },
    { title: `${title}: p99, ms`, points: points.map(({ x, p99Ms }) => ({ x, ...p99Ms })) },
  ];
  const height = panelHeight * lines.length;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" font-family="sans-serif" font-size="12" fill="#1d2733">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    ...lines.map(
      (line, at) => `<g transform="translate(0 ${String(at * panelHeight)})">${panel(line, grows)}</g>`,
    ),
    '</svg>',
    '',
  ].join('\n');
}

function panel({ title, points }: Line, grows: string): string {
  const most = Math.max(...points.map(({ max }) => max), Number.MIN_VALUE);
  // 0 stands where 1 would stand a decade below the first amount.
  const places = points.map(({ x }) => Math.log10(Math.max(x, 0.1)));
  const first = Math.min(...places);
  const last = Math.max(...places);
  const across = (at: number) =>
    (left + (((places[at] ?? first) - first) / Math.max(last - first, 1)) * plotWidth).toFixed(1);
  const up = (value: number) => (top + plotHeight * (1 - value / most)).toFixed(1);
  const floor = String(top + plotHeight);
  return [
    `<text x="12" y="20" font-size="14" font-weight="bold">${title}</text>`,
    `<line x1="${String(left)}" x2="${String(width - right)}" y1="${floor}" y2="${floor}" stroke="#8a94a0"/>`,
    `<text x="${String(left - 8)}" y="${up(most)}" text-anchor="end" dominant-baseline="central">${showNumber(most)}</text>`,
    `<text x="${String(left - 8)}" y="${floor}" text-anchor="end" dominant-baseline="central">0</text>`,
    `<text x="${String(width - right)}" y="${String(panelHeight - 6)}" text-anchor="end">${grows}</text>`,
    `<polyline fill="none" stroke="#4a7fb5" stroke-width="2" points="${points.map(({ median }, at) => `${across(at)},${up(median)}`).join(' ')}"/>`,
    ...points.flatMap(({ x, median, min, max }, at) => [
      `<line x1="${across(at)}" x2="${across(at)}" y1="${up(min)}" y2="${up(max)}" stroke="#1d2733"/>`,
      `<circle cx="${across(at)}" cy="${up(median)}" r="3" fill="#4a7fb5"/>`,
      `<text x="${across(at)}" y="${String(top + plotHeight + 16)}" text-anchor="middle">${x.toLocaleString('en')}</text>`,
    ]),
  ].join('\n');
}
