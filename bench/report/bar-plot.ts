import { showNumber } from './show-number.ts';

/** One bar, with how far its rounds lie apart. */
export interface Bar {
  readonly name: string;
  readonly median: number;
  readonly min: number;
  readonly max: number;
}

const [width, labelWidth, barHeight, gap, top] = [760, 250, 22, 10, 46];
const plotWidth = width - labelWidth - 90;

/** Horizontal bars with a whisker from the lowest to the highest round, as SVG that reads on light and dark pages. */
export function barPlot(title: string, unit: string, bars: readonly Bar[]): string {
  const most = Math.max(...bars.map(({ max }) => max));
  const at = (value: number): string => (labelWidth + (value / most) * plotWidth).toFixed(1);
  const rows = bars.flatMap(({ name, median, min, max }, row) => {
    const y = top + row * (barHeight + gap);
    const middle = String(y + barHeight / 2);
    return [
      `<text x="${String(labelWidth - 8)}" y="${middle}" text-anchor="end" dominant-baseline="central">${escape(name)}</text>`,
      `<rect x="${String(labelWidth)}" y="${String(y)}" width="${((median / most) * plotWidth).toFixed(1)}" height="${String(barHeight)}" fill="#4a7fb5"/>`,
      `<line x1="${at(min)}" x2="${at(max)}" y1="${middle}" y2="${middle}" stroke="#1d2733" stroke-width="2"/>`,
      `<text x="${(Number(at(Math.max(median, max))) + 6).toFixed(1)}" y="${middle}" dominant-baseline="central">${escape(showNumber(median))}</text>`,
    ];
  });
  const height = top + bars.length * (barHeight + gap) + 8;
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${String(width)} ${String(height)}" font-family="sans-serif" font-size="13" fill="#1d2733">`,
    `<rect width="100%" height="100%" fill="#ffffff"/>`,
    `<text x="12" y="24" font-size="15" font-weight="bold">${escape(title)}, ${escape(unit)}</text>`,
    ...rows,
    '</svg>',
    '',
  ].join('\n');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
